// Bundles the tests, because Node runs no TypeScript before version 22, and runs them with Node's own runner.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const tests = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
rmSync(".cache/tests", { recursive: true, force: true });
await build({
  entryPoints: tests.map((name) => `test/${name}`),
  outdir: ".cache/tests",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  conditions: ["browser"],
  sourcemap: "inline",
});
const files = tests.map((name) => `.cache/tests/${name.replace(/ts$/, "mjs")}`);
const ran = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
process.exit(ran.status ?? 1);
