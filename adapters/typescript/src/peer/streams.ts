import { decode } from "../decode.js";
import type { Code } from "../errors.js";
import type { Frame } from "../frame.js";
import type { Arrival } from "./arrival.js";
import { drop, errorMembers, type Fault, mayReply, reply, sendManaging } from "./emit.js";
import { delivered, type Ref } from "./event.js";
import { allMissing, IncomingStream } from "./incoming.js";
import type { State } from "./state.js";
import type { Head, Tail } from "./sync.js";
import { ReplayWindow } from "./window.js";

/** An error that a stream owes as it ends. */
export interface Owed {
  readonly fault: Fault;
  readonly ref: Ref;
}

/** Opens the stream of a HEAD, whatever came on its stream_id before (STM-6). */
export function openStream(state: State, { ref, strong }: Arrival, head: Head): void {
  state.heard();
  state.windows.delete(ref.streamId);
  const frames = state.agreedLimits && BigInt(state.agreedLimits.frames);
  state.streams.set(ref.streamId, new IncomingStream(ref.streamId, strong, head, frames));
  state.events.push({ kind: "opened", streamId: ref.streamId, sized: head.sizes !== undefined });
}

/** Fills the number of an accepted frame and delivers what it was waited for; what the stream owes if it ends so. */
export function fillNumber(state: State, stream: IncomingStream, arrival: Arrival): Owed | undefined {
  const { ref, content, bytes, exempt } = arrival;
  const { held } = stream;
  if (stream.has(ref.frameSeq) || held?.frameSeq === ref.frameSeq) return undefined; // a ping that comes again (HSK-62)
  if (held !== undefined && ref.frameSeq < held.frameSeq) stream.heardAt = state.now;
  const belongs = !exempt && content.kind !== "tail";
  if (belongs && ref.frameSeq > stream.highest) stream.highest = ref.frameSeq;
  if (!belongs) stream.fill(ref.frameSeq);
  else if (content.kind !== "data") stream.hold(ref.frameSeq, { size: bytes.length });
  else if (ref.frameSeq > stream.next || stream.isOnHold)
    stream.hold(ref.frameSeq, { bytes: bytes.slice(), size: bytes.length });
  else {
    stream.fill(ref.frameSeq);
    deliver(state, stream, arrival.frame, bytes);
  }
  return deliverWaiting(state, stream);
}

/** Delivers the data frames whose turn has come (STM-7), unless the stream is held; what it owes if it ends so. */
export function deliverWaiting(state: State, stream: IncomingStream): Owed | undefined {
  if (stream.isOnHold) return undefined;
  for (let turn = stream.take(); turn !== undefined; turn = stream.take()) {
    if (turn.bytes !== undefined) deliver(state, stream, decode(turn.bytes, { key: state.config.key }), turn.bytes);
  }
  const { held } = stream;
  return stream.next === held?.frameSeq ? endStream(state, stream, held.frameSeq, held.tail) : undefined;
}

function deliver(state: State, stream: IncomingStream, frame: Frame, bytes: Uint8Array): void {
  stream.tally.add(bytes);
  state.events.push(delivered(frame));
}

/** Does what a TAIL is for: it ends its stream, or is answered by what is missing (STM-12, STM-13, STM-33). */
export function acceptTail(state: State, arrival: Arrival, tail: Tail): void {
  const { ref } = arrival;
  const stream = state.streams.get(ref.streamId);
  if (stream === undefined) {
    answerLoneTail(state, ref);
    return;
  }
  const { held } = stream;
  if (held !== undefined && ref.frameSeq < held.frameSeq) {
    state.heard();
    settle(state, fillNumber(state, stream, arrival));
    return;
  }
  const missing = stream.missing(ref.frameSeq);
  if (missing.length > 0) {
    if (answerIncomplete(state, ref, missing) && held === undefined) {
      stream.held = { frameSeq: ref.frameSeq, tail };
      stream.heardAt = state.now;
    }
    return;
  }
  if (stream.isOnHold) {
    state.heard();
    stream.held ??= { frameSeq: ref.frameSeq, tail }; // MUX-19
    return;
  }
  if (difference(stream, ref.frameSeq, tail) !== undefined && !mayReply(state, ref.streamId)) {
    drop(state, "REPLY_LIMIT");
    return;
  }
  state.heard();
  settle(state, endStream(state, stream, ref.frameSeq, tail));
}

/** Answers a TAIL whose HEAD did not come; its number is a duplicate for all but another TAIL (STM-13). */
function answerLoneTail(state: State, ref: Ref): void {
  if (!answerIncomplete(state, ref, allMissing(ref.frameSeq))) return;
  const window = state.windows.get(ref.streamId) ?? new ReplayWindow();
  window.accept(ref.frameSeq, true);
  state.windows.touch(ref.streamId, window);
}

/** Answers a TAIL, or a blocked, with what is missing, if a reply may be sent; whether it was. */
export function answerIncomplete(state: State, ref: Ref, missing: bigint[]): boolean {
  if (!mayReply(state, ref.streamId)) {
    drop(state, "REPLY_LIMIT");
    return false;
  }
  const adds = { missing: missing.map(String) };
  const fault: Fault = { code: "STREAM_INCOMPLETE", text: "frames below this one are missing", adds };
  reply(state, ref.streamId, errorMembers(fault, ref));
  state.heard(); // STM-34
  state.events.push({ kind: "incomplete", streamId: ref.streamId, missing });
  return true;
}

/** Ends a stream of which nothing is missing, as complete or as corrupt (STM-16, STM-17); what it then owes. */
function endStream(state: State, stream: IncomingStream, tailSeq: bigint, tail: Tail): Owed | undefined {
  const { streamId, tally } = stream;
  const what = difference(stream, tailSeq, tail);
  if (what === undefined) {
    const { frames, totalLen } = tally;
    close(state, stream, tailSeq, true);
    state.events.push({ kind: "complete", streamId, frames, totalLen, xxhash3_64: tally.xxhash3_64() });
    if (stream.frames !== undefined) sendManaging(state, streamId, { method: "done" }); // MUX-24
    return undefined;
  }
  fail(state, stream, { code: "STREAM_CORRUPT", what }, tailSeq);
  const fault: Fault = { code: "STREAM_CORRUPT", text: `${what} differs from the stream`, adds: { what } };
  return { fault, ref: { streamId, frameSeq: tailSeq } };
}

/** The first of what HEAD and TAIL say that is not so (STM-16). */
function difference(stream: IncomingStream, tailSeq: bigint, tail: Tail): string | undefined {
  if (stream.highest > tailSeq) return "frame_seq";
  const { sizes } = stream.head;
  const { tally } = stream;
  const compared: readonly (readonly [name: string, is: unknown, said: readonly unknown[]])[] = [
    ["frames", tally.frames, [sizes?.frames, tail.frames]],
    ["total_len", tally.totalLen, [sizes?.totalLen, tail.totalLen]],
    ["md5", tally.md5(), [sizes?.md5]],
    ["xxhash3_64", tally.xxhash3_64(), [sizes?.xxhash3_64, tail.xxhash3_64]],
  ];
  return compared.find(([, is, said]) => said.some((value) => value !== undefined && value !== is))?.[0];
}

/** Fails a stream whose missing numbers did not come (STM-18). */
export function timeOut(state: State, stream: IncomingStream): void {
  const { streamId, held } = stream;
  if (held === undefined) return;
  fail(state, stream, { code: "STREAM_TIMEOUT" });
  const fault: Fault = { code: "STREAM_TIMEOUT", text: "the missing frames did not come" };
  settle(state, { fault, ref: { streamId, frameSeq: held.frameSeq } });
}

/** Fails a stream, which its TAIL may not have reached. */
export function fail(
  state: State,
  stream: IncomingStream,
  why: { readonly code: Code; readonly what?: string },
  tailSeq = stream.held?.frameSeq,
): void {
  close(state, stream, tailSeq, false);
  state.events.push({ kind: "failed", streamId: stream.streamId, ...why });
}

function close(state: State, stream: IncomingStream, tailSeq: bigint | undefined, isComplete: boolean): void {
  const window = stream.window();
  if (tailSeq !== undefined) window.accept(tailSeq);
  state.streams.delete(stream.streamId);
  state.closed.touch(stream.streamId, { window, isComplete });
}

/** Sends the error that a stream owes, unless the limit of replies forbids it (HSK-70). */
export function settle(state: State, owed: Owed | undefined): void {
  if (owed === undefined) return;
  const { fault, ref } = owed;
  if (mayReply(state, ref.streamId)) reply(state, ref.streamId, errorMembers(fault, ref));
  else drop(state, "REPLY_LIMIT");
}
