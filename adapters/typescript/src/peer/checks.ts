import { admit } from "./admit.js";
import { differ } from "./agreement.js";
import type { Arrival } from "./arrival.js";
import type { Fault } from "./emit.js";
import { isReflected } from "./nonce.js";
import { malformed, type Objection } from "./objection.js";
import type { State } from "./state.js";
import type { Ping } from "./sync.js";

/** The open streams of a session (STM-10). */
const MAX_OPEN_STREAMS = 256;
/** The bytes of all frames of a session that wait for lower numbers (STM-8). */
const MAX_WAITING_BYTES = 16_777_216;

type Check = (state: State, arrival: Arrival) => Objection | undefined;

/** The steps of handshake.md, section 4, that follow the frame layer, in their order. */
const CHECKS: readonly Check[] = [
  hasFailed,
  isOwn,
  wasAnswered,
  isClosed,
  isOld,
  admit,
  differsInStrongTail,
  isAfterTail,
  exceedsLimit,
  lacksRoom,
  disagrees,
];

/** The first objection to a frame, if there is one (HSK-52). */
export function objection(state: State, arrival: Arrival): Objection | undefined {
  for (const check of CHECKS) {
    const found = check(state, arrival);
    if (found !== undefined) return found;
  }
  return undefined;
}

function hasFailed(state: State): Objection | undefined {
  return state.failed ? { drop: "IGNORED" } : undefined;
}

function isOwn(state: State, { frame, bytes }: Arrival): Objection | undefined {
  return isReflected(frame, bytes, state.salts) ? { drop: "REFLECTED" } : undefined;
}

function wasAnswered(state: State, { content, key }: Arrival): Objection | undefined {
  return content.kind === "ping" && state.answers.has(key) ? { repeat: true } : undefined;
}

function isClosed(state: State, { ref, exempt }: Arrival): Objection | undefined {
  return !exempt && state.closed.has(ref.streamId) ? { drop: "CLOSED" } : undefined;
}

/** HSK-34, and on an opened stream STM-6 and STM-9. */
function isOld(state: State, arrival: Arrival): Objection | undefined {
  if (!arrival.numbered) return undefined; // HSK-35
  const { ref, content, exempt } = arrival;
  const stream = state.streams.get(ref.streamId);
  if (stream !== undefined) {
    const isHeld = stream.held?.frameSeq === ref.frameSeq;
    if (isHeld) return exempt ? { drop: "DUPLICATE" } : undefined; // STM-34, STM-32; STM-15 follows
    return stream.has(ref.frameSeq) ? { drop: "DUPLICATE" } : undefined;
  }
  if (content.kind === "head") return undefined;
  const window = state.closed.get(ref.streamId)?.window ?? state.windows.get(ref.streamId);
  const code = window?.judge(ref.frameSeq, content.kind === "tail");
  return code === undefined ? undefined : { drop: code };
}

function differsInStrongTail(state: State, { ref, content, strong }: Arrival): Objection | undefined {
  const stream = state.streams.get(ref.streamId);
  const asked = content.kind === "data" || content.kind === "heart" || content.kind === "tail";
  if (stream === undefined || !asked || strong === stream.strong) return undefined;
  return { reject: { code: "STREAM_FLAG_MISMATCH", text: "STRONG_TAIL is not as in the HEAD of the stream" } };
}

function isAfterTail(state: State, { ref, content, exempt }: Arrival): Objection | undefined {
  const held = state.streams.get(ref.streamId)?.held;
  if (held === undefined || exempt || ref.frameSeq < held.frameSeq) return undefined;
  return content.kind === "tail" && ref.frameSeq === held.frameSeq ? undefined : { drop: "AFTER_TAIL" };
}

/** Whether it is a data frame that its sender had no credit for (MUX-14). */
function exceedsLimit(state: State, { ref, content }: Arrival): Objection | undefined {
  const stream = state.streams.get(ref.streamId);
  if (stream?.frames === undefined || content.kind !== "data" || ref.frameSeq < stream.limit) return undefined;
  const adds = { limit: String(stream.limit) };
  return { reject: { code: "FLOW_CONTROL", text: "there is no credit for the frame", adds }, fails: true };
}

function lacksRoom(state: State, { ref, content, exempt, bytes }: Arrival): Objection | undefined {
  const limited: Objection = { drop: "BUFFER_LIMIT" };
  if (content.kind === "head") {
    if (state.agreedLimits !== undefined) return isOneTooMany(state, state.agreedLimits.streams);
    return state.streams.size >= MAX_OPEN_STREAMS ? limited : undefined;
  }
  const stream = state.streams.get(ref.streamId);
  if (stream === undefined || exempt || content.kind === "tail") return undefined;
  if (ref.frameSeq === stream.next && !stream.isOnHold) return undefined;
  const fits = stream.isNear(ref.frameSeq) && state.waitingBytes() + bytes.length <= MAX_WAITING_BYTES;
  return fits ? undefined : limited;
}

/** Whether a HEAD would open one stream more than may be open (MUX-22). */
function isOneTooMany(state: State, max: number): Objection | undefined {
  if (state.countOpen() < max) return undefined;
  return { reject: { code: "STREAM_LIMIT", text: `${max} streams are open`, adds: { max } } };
}

/** Whether a server cannot agree to a ping (HSK-11). */
function disagrees(state: State, { content }: Arrival): Objection | undefined {
  if (content.kind !== "ping" || state.role === "client") return undefined;
  const fault = pingFault(state, content.ping);
  return fault && { reject: fault };
}

function pingFault(state: State, ping: Ping | undefined): Fault | undefined {
  if (ping === undefined) return malformed("the ping lacks a member, or has a wrong one");
  if (ping.v < 1) {
    return { code: "UNSUPPORTED_VERSION", text: `version ${ping.v} is unknown`, adds: { min: 1, max: 1 } };
  }
  if (!differ(ping, state.config)) return undefined;
  const { embeddingSpaceId: expected, spaceHash32: expected_hash } = state.config;
  const adds = { expected, got: ping.embeddingSpaceId, expected_hash, got_hash: ping.spaceHash32 };
  return { code: "SPACE_MISMATCH", text: "the ping is from another embedding space", adds };
}
