import { ResonantError } from "../errors.js";
import type { Arrival } from "./arrival.js";
import { drop, errorMembers, type Fault, mayReply, reply, sendManaging } from "./emit.js";
import type { Ref } from "./event.js";
import { allMissing, type IncomingStream } from "./incoming.js";
import type { State } from "./state.js";
import { answerIncomplete, deliverWaiting, fail, settle } from "./streams.js";
import { ReplayWindow } from "./window.js";

// What the receiver of a managed stream does (specs/mux.md).

const MAX_LIMIT = 2n ** 64n - 1n;
const CANCELLED: Fault = { code: "STREAM_CANCELLED", text: "the stream is not wanted any more" };

const headOf = (streamId: number): Ref => ({ streamId, frameSeq: 0n });

/** The limit up to which the sender of a managed stream may go by what is delivered. */
function limitOf({ next, frames = 0n }: IncomingStream): bigint {
  const limit = next + frames;
  return limit > MAX_LIMIT ? MAX_LIMIT : limit;
}

/** Sends a credit where half of what the sender was granted is delivered (MUX-13). */
export function grant(state: State, stream: IncomingStream): void {
  if (stream.frames === undefined || stream.held !== undefined || stream.isOnHold) return;
  if (limitOf(stream) - stream.limit >= (stream.frames + 1n) / 2n) tell(state, stream, limitOf(stream));
}

function tell(state: State, stream: IncomingStream, limit: bigint): void {
  const sent = sendManaging(state, stream.streamId, { method: "credit", limit: String(limit) });
  if (sent !== undefined) stream.limit = limit;
}

/** Answers a blocked (MUX-16, MUX-17, MUX-34); `remember` does what every accepted frame is for. */
export function acceptBlocked(state: State, { ref }: Arrival, remember: () => void): void {
  const { streamId } = ref;
  const stream = state.streams.get(streamId);
  const closed = state.closed.get(streamId);
  const missing = blockedMissing(stream, closed !== undefined, ref);
  const isCancelled = closed !== undefined && !closed.isComplete;
  if ((missing.length > 0 || isCancelled) && !mayReply(state, streamId)) {
    drop(state, "REPLY_LIMIT");
    return;
  }
  remember();
  if (missing.length > 0) answerIncomplete(state, ref, missing);
  else if (isCancelled) {
    reply(state, streamId, errorMembers(CANCELLED, headOf(streamId)));
    state.events.push({ kind: "error_sent", code: CANCELLED.code, ...headOf(streamId) });
  } else if (stream !== undefined && state.streams.get(streamId) === stream) {
    tell(state, stream, answerOf(stream));
  }
}

/** The limit that answers a blocked on an open stream: none for one that is not managed (MUX-34). */
function answerOf(stream: IncomingStream): bigint {
  if (stream.frames === undefined) return MAX_LIMIT;
  const limit = limitOf(stream);
  return stream.isOnHold || limit < stream.limit ? stream.limit : limit;
}

/** The numbers below a blocked that are missing, as far as the stream is to be repaired. */
function blockedMissing(stream: IncomingStream | undefined, isClosed: boolean, { frameSeq }: Ref): bigint[] {
  if (stream === undefined) return isClosed ? [] : allMissing(frameSeq);
  return stream.missing(frameSeq);
}

/** Fails the stream that its sender has ended before its time; one without HEAD is closed (MUX-27). */
export function acceptReset(state: State, streamId: number, code: string): void {
  const stream = state.streams.get(streamId);
  if (stream !== undefined) {
    if (stream.frames === undefined) return;
    fail(state, stream, { code: "STREAM_RESET", what: code });
    state.resets.push(state.now);
  } else if (!state.closed.has(streamId)) {
    const window = state.windows.get(streamId) ?? new ReplayWindow();
    state.windows.delete(streamId);
    state.closed.touch(streamId, { window, isComplete: false });
  }
}

/** Holds a stream: it delivers nothing, and is granted no credit (MUX-19). */
export function requestHold(state: State, streamId: number): void {
  managedStream(state, streamId, "MUX-19").isOnHold = true;
}

/** Goes on with a stream that was held (MUX-20). */
export function requestResume(state: State, streamId: number): void {
  const stream = managedStream(state, streamId, "MUX-19");
  if (!stream.isOnHold) return;
  stream.isOnHold = false;
  settle(state, deliverWaiting(state, stream));
  if (state.streams.get(streamId) === stream) grant(state, stream);
}

/** Fails a stream that the application does not want any more (MUX-26). */
export function requestCancel(state: State, streamId: number): void {
  const stream = managedStream(state, streamId, "MUX-26");
  fail(state, stream, { code: CANCELLED.code });
  settle(state, { fault: CANCELLED, ref: headOf(streamId) });
}

function managedStream(state: State, streamId: number, clause: string): IncomingStream {
  const stream = state.streams.get(streamId);
  if (stream?.frames !== undefined) return stream;
  throw new ResonantError("STREAM_STATE", "no managed stream of the other peer is open on the stream_id", clause);
}
