// The build of a testee's folder: node testee-kit/build.mjs [FOLDER]. It installs what package.json names, which needs a
// network, where package-lock.json is another than that of the last time, and runs the script `build`.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

process.chdir(process.argv[2] ?? ".");
const LOCK = "package-lock.json";
const INSTALLED = "node_modules/.installed-lock";

const npm = (...words) => {
  const { status } = spawnSync("npm", words, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
};
const text = (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);

if (text(LOCK) === undefined || text(LOCK) !== text(INSTALLED)) {
  npm(existsSync(LOCK) ? "ci" : "install", "--prefer-offline", "--no-audit", "--no-fund");
  writeFileSync(INSTALLED, text(LOCK));
}
npm("run", "--silent", "build");
