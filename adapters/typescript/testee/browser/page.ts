/** The testee's half in the page: it answers messages, which are JSON, with JSON. */
import { loadZstd } from "../../src/index.js";
import { Requests } from "../../testee-kit/requests.js";
import { yoursInPages } from "./yours.js";

declare global {
  /** Makes ready to answer. */
  var begin: () => Promise<void>;
  var answer: (message: string) => string;
}

const requests = new Requests(yoursInPages, "");

globalThis.begin = () => loadZstd();
globalThis.answer = (message) => JSON.stringify(requests.answer(JSON.parse(message)));
