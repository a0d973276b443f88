// Compiles specs/resonant.ksy to build/python/resonant_ksy.py and build/javascript/Resonant.cjs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import KaitaiStructCompiler from "kaitai-struct-compiler";
import { parse } from "yaml";

const here = new URL(".", import.meta.url);
const ksy = parse(readFileSync(new URL("../../specs/resonant.ksy", here), "utf8"));
// The reference is a Python package named `resonant` as well, and this package has modules, which the output is not.
const outputs = { python: "resonant_ksy.py", javascript: "Resonant.cjs" };
for (const [language, name] of Object.entries(outputs)) {
  const files = await KaitaiStructCompiler.compile(language, ksy, null, false);
  const folder = new URL(`build/${language}/`, here);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(name, folder), Object.values(files)[0]);
}
