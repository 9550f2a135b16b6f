// A real Chromium for tests in another language: one command a line as JSON on stdin, one answer a line on stdout.
// Arguments: the browser's program, and how its user answers when a page asks for the microphone (accept, deny).
//
//   {"do": "open", "url": ...}                            a new context with one page: {"page": number}
//   {"do": "run", "page": 1, "script": "...", "argument": ...}   the value of an async function's body in the page
//   {"do": "go", "page": 1, "url": ...}                  leaves the page for another
//   {"do": "close", "page": 1}                           what the console said: {"console": [...]}
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [program, answer] = process.argv.slice(2);
const FLAGS = [
  "--no-sandbox",
  "--use-fake-device-for-media-stream",
  `--use-fake-ui-for-media-stream=${answer}`,
  "--autoplay-policy=no-user-gesture-required",
];
const browser = await chromium.launch({ executablePath: program, headless: true, args: FLAGS });
const pages = [];

const commands = {
  async open({ url }) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const said = [];
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
    await page.goto(url);
    return { page: pages.push({ context, page, said }) - 1 };
  },
  async run({ page, script, argument }) {
    // `new Function` in the page: the script is the test's own.
    const body = `return (async (argument) => { ${script} })(argument)`;
    return { value: await pages[page].page.evaluate(([text, given]) => new Function("argument", text)(given), [body, argument]) };
  },
  async go({ page, url }) {
    await pages[page].page.goto(url);
    return {};
  },
  async close({ page }) {
    await pages[page].context.close();
    return { console: pages[page].said };
  },
};

// A page that hangs must not hang the tests after it.
function tooLate({ do: what }) {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(`${what}: no answer in 40 s`)), 40_000).unref());
}

console.log(JSON.stringify({ version: browser.version() }));
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  try {
    console.log(JSON.stringify(await Promise.race([commands[command.do](command), tooLate(command)])));
  } catch (error) {
    console.log(JSON.stringify({ failed: String(error) }));
  }
}
await browser.close();
