import assert from "node:assert/strict";
import { type Code, decode, MessageType, type MuxLimits, ResonantError } from "../../../src/index.js";
import type { Peer, PeerEvent } from "../../../src/peer/index.js";
import { KEY, session, sync, think } from "../talk.js";

export const LIMITS: MuxLimits = { streams: 4, frames: 16 };
/** A session of two peers with multiplexing. */
export const managed = (changes: Partial<MuxLimits> = {}) =>
  session({ mux: { ...LIMITS, ...changes }, compress: ["none"] });

/** What a datagram is: data as `stream/number`, Sync with its method, HEART without. */
function named(datagram: Uint8Array): string {
  const { type, streamId, frameSeq, slices } = decode(datagram, { key: KEY });
  const at = `${streamId}/${frameSeq}`;
  if (type !== MessageType.Sync) return at;
  const [slice] = slices;
  if (slice === undefined) return `heart ${at}`;
  const { method, limit, code, missing, max } = JSON.parse(Buffer.from(slice.payload).toString());
  return [method, at, limit ?? code, missing ?? max].filter((part) => part !== undefined).join(" ");
}

/** The names of what a peer has sent since it was last asked. */
export const sent = (peer: Peer): string[] => peer.takeDatagrams().map(named);

/** Checks that a call is refused with a code. */
export function refused(code: Code, call: () => void): void {
  assert.throws(call, (error) => error instanceof ResonantError && error.code === code);
}

/** Sends so many messages on a stream. */
export function sends(peer: Peer, streamId: number, count: number, now = 0): void {
  for (let value = 0; value < count; value++) peer.send(streamId, think(value & 0xff), now);
}

/** The names of the data frames from one number to another. */
export const range = (streamId: number, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${streamId}/${from + at}`);

/** An error about a frame. */
export const error = (streamId: number, frameSeq: bigint, code: string, ref: [number, number], missing?: string[]) =>
  sync(streamId, frameSeq, {
    method: "error",
    code,
    message: "",
    ref: { stream_id: ref[0], frame_seq: `${ref[1]}` },
    missing,
  });

/** The names of the messages among events. */
export const messages = (events: readonly PeerEvent[]): string[] =>
  events.flatMap((event) => (event.kind === "message" ? [`${event.streamId}/${event.frameSeq}`] : []));
