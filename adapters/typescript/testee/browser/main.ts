/**
 * The testee of the package in a browser: Node holds the control socket, and a page in headless Chromium answers. Its peers
 * are there as well, on data channels alone: pages have no sockets.
 */
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { type Answer, type Asked, Requests, serve, token } from "../../testee-kit/index.js";
import { openPage } from "./chromium.js";
import { yoursInPages } from "./yours.js";

const ROOT = resolve(import.meta.dirname, "../../..");
/** The ops that Node answers itself. */
const OWN = ["hello", "stop"];
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

const page = await openPage(ROOT, "/build/testee/browser/page.js");
await page.evaluate(() => globalThis.begin());
await serve(new AskedOfPage(page));
