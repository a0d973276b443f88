// Builds everything in this folder into build/: `npm ci` where the lock file is another than that of the last time, as it
// needs a network, and then the compiler.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

process.chdir(import.meta.dirname);
const LOCK = "package-lock.json";
const INSTALLED = "node_modules/.installed-lock";
const options = { stdio: "inherit", shell: process.platform === "win32" };

const text = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

if (text(INSTALLED) !== text(LOCK)) {
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], options);
  writeFileSync(INSTALLED, text(LOCK));
}
execFileSync("npm", ["run", "--silent", "build"], options);
