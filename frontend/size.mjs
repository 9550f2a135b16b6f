// What a page pays for the bundle. The bound is loose: it is there to notice a dependency that came along.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_KIB = 40;
const bundle = readFileSync("dist/otel-voice.min.js");
const kib = gzipSync(bundle, { level: 9 }).length / 1024;
console.log(`the bundle is ${(bundle.length / 1024).toFixed(1)} KiB, ${kib.toFixed(1)} KiB in gzip (bound ${MOST_KIB})`);
if (kib > MOST_KIB) {
  console.error(`the bundle is larger than ${MOST_KIB} KiB in gzip: see what came into it, or raise the bound in size.mjs`);
  process.exit(1);
}
