// The same as stream.ts, in a page of headless Chromium.
import { resolve } from "node:path";
import { exit } from "node:process";
import { openPage } from "../../testee/browser/chromium.js";
import { asked, type End, talk } from "./lines.js";
import type {} from "./page.js";

const wishes = asked();
const page = await openPage(resolve(import.meta.dirname, "../../.."), "/build/examples/channel/page.js");
await page.evaluate((wishes) => globalThis.session.begin(wishes), wishes);

const end: End = {
  offer: () => page.evaluate(() => globalThis.session.offer()),
  answer: (description) => page.evaluate((description) => globalThis.session.answer(description), description),
  accept: (description) => page.evaluate((description) => globalThis.session.accept(description), description),
  run: () => page.evaluate(() => globalThis.session.run()),
};
await talk(end, wishes);
await page.context().browser()?.close();
exit(0);
