/**
 * Asks the playground in headless Chromium: node drive.js PAGE.html QUESTIONS.json > ANSWERS.json.
 *
 * Questions are a list of {"hex", "key"}; an answer is what `explain` says, fields with the counts of their bytes.
 */
import { readFileSync } from "node:fs";
import { argv, stdout } from "node:process";
import { pathToFileURL } from "node:url";
import { openBrowser } from "../testee/browser/chromium.js";

interface Question {
  readonly hex: string;
  readonly key?: string;
}

const questions: Question[] = JSON.parse(readFileSync(argv[3], "utf8"));
const browser = await openBrowser();
const page = await browser.newPage();
const faults: string[] = [];
page.on("pageerror", (error) => faults.push(error.message));
page.on("request", (request) => {
  if (!request.url().startsWith("file:")) faults.push(`the page asked for ${request.url()}`);
});
await page.goto(pathToFileURL(argv[2]).href, { waitUntil: "load" });
const answers = await page.evaluate(async (asked) => {
  const { explain, ready } = globalThis.resonantPlayground;
  await ready;
  const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return asked.map(({ hex, key }) => {
    const { fields, rejected, verdict } = explain(bytesOf(hex), key === undefined ? undefined : bytesOf(key));
    const told = fields.map(({ part, offset, bytes, name, fault }) => [
      part,
      offset,
      bytes.length,
      name,
      fault?.code ?? null,
    ]);
    return { fields: told, verdict, code: rejected?.code ?? null, clause: rejected?.clause ?? null };
  });
}, questions);
await browser.close();
if (faults.length > 0) throw new Error(faults.join("\n"));
stdout.write(JSON.stringify(answers));
