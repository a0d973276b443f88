import { BadRequest } from "./implementation.js";
import type { Op } from "./ops.js";
import { MAX_PIECES } from "./pieces.js";

/** The ops that can be part of a peer_batch (TST-35). */
export const PARTS: readonly string[] = ["peer_open", "peer_send", "peer_poll", "peer_advance", "peer_close", "reset"];

/** Requests for ops on peers, and how many datagrams each of them takes. */
export interface PeerBatch {
  readonly requests: readonly unknown[];
  readonly datagrams: readonly number[];
}

/** Reads the input of peer_batch, which is what it gives: whoever performs ops on peers does the rest (TST-34). */
export const readPeerBatch: Op = (input): PeerBatch => {
  const requests = input.array("requests", 1, MAX_PIECES);
  const datagrams = input.u32s("datagrams", 1, MAX_PIECES);
  input.done();
  if (requests.length !== datagrams.length) {
    throw new BadRequest(`there are ${requests.length} requests, and datagrams has ${datagrams.length} numbers`);
  }
  return { requests, datagrams };
};
