/**
 * The testee of the package in a browser: Node holds the control socket, and a page in headless Chromium answers. Its peers
 * are there as well, on data channels alone: pages have no sockets.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { env, exit, getuid, stderr } from "node:process";
import { chromium, type Page } from "playwright-core";
import { type Answer, type Asked, Requests, serve, token } from "../../testee-kit/index.js";
import { servePage } from "./files.js";
import { yoursInPages } from "./yours.js";

const ROOT = resolve(import.meta.dirname, "../../..");
const NAMES = ["chromium", "chromium-browser", "google-chrome"];
/** The ops that Node answers itself. */
const OWN = ["hello", "stop"];
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

async function openPage(): Promise<Page> {
  const isRoot = getuid?.() === 0; // Chromium's sandbox does not work for root
  const running = await chromium.launch({ executablePath: browser(), chromiumSandbox: !isRoot, args: ON_LOOPBACK });
  const page = await running.newPage();
  page.on("pageerror", (error) => stderr.write(`in the page: ${error.stack ?? error.message}\n`));
  await page.goto(await servePage(ROOT), { waitUntil: "load" });
  await page.evaluate(() => globalThis.begin());
  return page;
}

/** Asks the page, but for what has to do with the runner. A page that fails ends the process. */
class AskedOfPage implements Asked {
  readonly #page: Page;
  readonly #own: Requests;

  constructor(page: Page) {
    this.#page = page;
    this.#own = new Requests(yoursInPages, token(), { ops: new Map(), transports: ["webrtc"] });
  }

  isOnPeers(): boolean {
    return false;
  }

  greeted(message: unknown): Answer | undefined {
    return this.#own.greeted(message);
  }

  async answer(message: unknown): Promise<Answer> {
    const { op } = Object(message);
    if (OWN.includes(op)) return this.#own.answer(message);
    const text = JSON.stringify(message ?? null);
    return JSON.parse(await this.#page.evaluate((message) => globalThis.answer(message), text));
  }
}

await serve(new AskedOfPage(await openPage()));
