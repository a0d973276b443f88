// Bundles the scripts of the site into build/: one file for each entry, without modules, as pages opened from a disk may not load these.
import { rmSync } from "node:fs";
import { build } from "esbuild";

const ENTRIES = ["theme", "site", "browse", "group"];

process.chdir(import.meta.dirname);
rmSync("build", { recursive: true, force: true });
await build({
  entryPoints: ENTRIES.map((name) => `client/${name}.ts`),
  outdir: "build",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "inline",
  logLevel: "warning",
});
