/**
 * The testee of the package in a browser: Node holds the two sockets and the peers, and a page in headless Chromium
 * answers everything else.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { env, exit, getuid, stderr } from "node:process";
import { chromium, type Page } from "playwright-core";
import { loadZstd } from "../../src/index.js";
import { type Answer, type Asked, Requests, serve, token } from "../../testee-kit/index.js";
import { TesteePeers } from "../peers.js";
import { yours } from "../yours.js";
import { servePage } from "./files.js";

const ROOT = resolve(import.meta.dirname, "../../..");
const NAMES = ["chromium", "chromium-browser", "google-chrome"];
/** The ops that Node answers itself, as it does those on peers. */
const OWN = ["hello", "stop"];

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

async function openPage(peerOps: readonly string[]): Promise<Page> {
  const isRoot = getuid?.() === 0; // Chromium's sandbox does not work for root
  const running = await chromium.launch({ executablePath: browser(), chromiumSandbox: !isRoot });
  const page = await running.newPage();
  page.on("pageerror", (error) => stderr.write(`in the page: ${error.stack ?? error.message}\n`));
  await page.goto(await servePage(ROOT), { waitUntil: "load" });
  await page.evaluate((names) => globalThis.begin(names), peerOps);
  return page;
}

/** Asks the page, but for what has to do with the runner and with peers. A page that fails ends the process. */
class AskedOfPage implements Asked {
  readonly #page: Page;
  readonly #own: Requests;

  constructor(page: Page, peers: TesteePeers) {
    const name = `${yours.hello.name}-browser`;
    this.#page = page;
    this.#own = new Requests({ ...yours, hello: { ...yours.hello, name } }, token(), peers.ops);
  }

  isOnPeers(message: unknown): boolean {
    return this.#own.isOnPeers(message);
  }

  greeted(message: unknown): Answer | undefined {
    return this.#own.greeted(message);
  }

  async answer(message: unknown): Promise<Answer> {
    const { op } = Object(message);
    if (OWN.includes(op) || this.isOnPeers(message)) return this.#own.answer(message);
    const text = JSON.stringify(message ?? null);
    return JSON.parse(await this.#page.evaluate((message) => globalThis.answer(message), text));
  }
}

await loadZstd(); // for the peers
const peers = new TesteePeers();
const page = await openPage([...peers.ops.keys()]);
await serve(new AskedOfPage(page, peers), peers);
