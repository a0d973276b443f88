// The build of a testee's folder: node testee-kit/build.mjs [FOLDER]. It installs what package.json names, which needs a
// network, where package-lock.json is another than that of the last time, and runs the script `build`. Of two that are
// started at once, one waits for the other, as it would take half of what is written for the whole.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

process.chdir(process.argv[2] ?? ".");
const LOCK = "package-lock.json";
const INSTALLED = "node_modules/.installed-lock";
const FOLDER = createHash("sha256").update(process.cwd()).digest("hex").slice(0, 16);
const BUILDER = join(tmpdir(), `testee-build-${FOLDER}`); // holds the process that builds here
const PATIENCE_MS = 600_000;

const npm = (...words) => {
  const { status } = spawnSync("npm", words, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
};
const text = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error; // whoever builds may be done between a look and a read
    return undefined;
  }
};

const claimed = () => {
  try {
    writeFileSync(BUILDER, `${process.pid}`, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
};
const runs = (process_id) => {
  try {
    return process.kill(process_id, 0);
  } catch (error) {
    return error.code === "EPERM"; // it is somebody else's
  }
};
const claim = () => {
  const limit = Date.now() + PATIENCE_MS;
  while (!claimed()) {
    const other = text(BUILDER);
    if (other && !runs(Number(other))) rmSync(BUILDER, { force: true }); // it was killed
    if (Date.now() > limit) {
      console.error(`process ${other} has been building here for ten minutes: end it, or remove ${BUILDER}`);
      process.exit(1);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  process.on("exit", () => rmSync(BUILDER, { force: true }));
};

claim();
if (text(LOCK) === undefined || text(LOCK) !== text(INSTALLED)) {
  npm(existsSync(LOCK) ? "ci" : "install", "--prefer-offline", "--no-audit", "--no-fund");
  writeFileSync(INSTALLED, text(LOCK));
}
npm("run", "--silent", "build");
