/** The testee's half in the page: it answers messages, which are JSON, with JSON. */
import { loadZstd } from "../../src/index.js";
import { Requests } from "../../testee-kit/requests.js";
import { yours } from "../yours.js";

declare global {
  /** Makes ready to answer; the ops on peers, which are elsewhere, are named so that batches refuse them. */
  var begin: (peerOps: readonly string[]) => Promise<void>;
  var answer: (message: string) => string;
}

let requests = new Requests(yours, "");

globalThis.begin = async (peerOps) => {
  const elsewhere = (): never => {
    throw new Error("ops on peers are not answered here");
  };
  requests = new Requests(yours, "", new Map(peerOps.map((name) => [name, elsewhere])));
  await loadZstd();
};

globalThis.answer = (message) => JSON.stringify(requests.answer(JSON.parse(message)));
