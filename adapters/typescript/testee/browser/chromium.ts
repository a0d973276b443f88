import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { env, exit, getuid, stderr } from "node:process";
import { type Browser, chromium, type Page } from "playwright-core";
import { servePage } from "./files.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
/** Lets data channels reach this machine, by its addresses and not by names that a network would have to resolve. */
const ON_LOOPBACK = ["--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns"];

function browser(): string {
  const folders = (env.PATH ?? "").split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found !== undefined) return found;
  stderr.write(`none of ${NAMES.join(", ")} is on PATH: install Chromium\n`);
  return exit(2);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Headless Chromium. */
export function openBrowser(): Promise<Browser> {
  const isRoot = getuid?.() === 0; // Chromium's sandbox does not work for root
  return chromium.launch({ executablePath: browser(), chromiumSandbox: !isRoot, args: ON_LOOPBACK });
}

/** A page in headless Chromium with one of the compiled modules below a folder. A page that fails ends the process. */
export async function openPage(root: string, script: string): Promise<Page> {
  const page = await (await openBrowser()).newPage();
  page.on("pageerror", (error) => stderr.write(`in the page: ${error.stack ?? error.message}\n`));
  await page.goto(await servePage(root, script), { waitUntil: "load" });
  return page;
}
