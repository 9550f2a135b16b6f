// One file with all that it needs, for pages without a bundler. `dist/index.js` is for those with one.
import { build } from "esbuild";

await build({
  entryPoints: ["src/index.ts"],
  outfile: "dist/otel-voice.min.js",
  bundle: true,
  minify: true,
  sourcemap: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  legalComments: "none",
});
