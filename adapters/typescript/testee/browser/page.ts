/** The testee's half in the page: it answers messages, which are JSON, with JSON. */
import { loadZstd } from "../../src/index.js";
import { Channels } from "../../testee-kit/channels.js";
import { Performer } from "../../testee-kit/performer.js";
import { Requests } from "../../testee-kit/requests.js";
import { TesteePeers } from "../peers.js";
import { yoursInPages } from "./yours.js";

declare global {
  /** Makes ready to answer. */
  var begin: () => Promise<void>;
  var answer: (message: string) => Promise<string>;
}

const peers = new TesteePeers(["webrtc"]);
const requests = new Requests(yoursInPages, "", peers);
const performer = new Performer(peers, undefined, [new Channels(peers, () => new RTCPeerConnection())]);

globalThis.begin = () => loadZstd();
globalThis.answer = async (text) => {
  const message = JSON.parse(text);
  const isOnPeers = requests.isOnPeers(message);
  const answer = isOnPeers ? await performer.perform(message, (one) => requests.answer(one)) : requests.answer(message);
  return JSON.stringify(answer);
};
