import type { Code } from "../errors.js";
import { clientSession, differ, fecInCommon, inCommon, offeredCrypto, serverSession } from "./agreement.js";
import type { Arrival } from "./arrival.js";
import type { PeerConfig } from "./config.js";
import { type Members, mustFit, openFrame, reply, send, sendAgain } from "./emit.js";
import { refKey } from "./event.js";
import type { SentStream } from "./outgoing.js";
import type { Answer, Session, State } from "./state.js";
import { type Owed, settle } from "./streams.js";
import type { Capability, Ping, SyncError } from "./sync.js";

/** The answers to pings that a server keeps (HSK-61). */
const KEPT_ANSWERS = 128;
/** How long after its first sending an unanswered ping is sent again (HSK-20), and when it is given up (HSK-21). */
export const REPEATS_MS = [1000, 3000, 7000] as const;
export const HANDSHAKE_TIMEOUT_MS = 15_000;

/** Sends a client's ping on a stream_id of its own; one that waits does not any more (HSK-20, HSK-66). */
export function sendPing(state: State, streamId: number): void {
  const bytes = openFrame(state, streamId, pingMembers(state));
  mustFit(state, bytes);
  const ref = send(state, streamId, bytes, { isApart: true });
  state.outgoing.single(streamId);
  state.failed = false;
  state.waiting = { ...ref, bytes, sentAt: state.now, repeats: 0 };
}

function pingMembers({ config, now }: State): Members {
  return {
    method: "ping",
    ts: Math.floor(now / 1000), // HSK-51
    v: 1,
    ...spaceMembers(config),
    modality: config.modality,
    compress: config.compress,
    crypto: offeredCrypto(config),
    supports: { critique: config.critique, dtype: config.dtype },
    ...(config.mux && { mux: config.mux }), // MUX-1
    ...(config.fec && { fec: config.fec }), // FEC-4
  };
}

const spaceMembers = (config: PeerConfig): Members => ({
  d_model: config.dModel,
  embedding_space_id: config.embeddingSpaceId,
  space_hash32: config.spaceHash32,
});

/** Meets a deadline of the ping that waits: sends it again, or gives up (HSK-20, HSK-21). */
export function pingDeadline(state: State): void {
  const { waiting } = state;
  if (waiting === undefined) return;
  if (waiting.repeats === REPEATS_MS.length) {
    fail(state, "HANDSHAKE_TIMEOUT");
    return;
  }
  waiting.repeats += 1;
  sendAgain(state, waiting.bytes);
}

/** Answers a ping with a capability, before the error that a stream owes by its number (HSK-13 to HSK-17, STM-39). */
export function answerPing(state: State, { ref, key }: Arrival, ping: Ping, owed: Owed | undefined): void {
  const session = serverSession(state.config, ping, ref.streamId);
  const bytes = reply(state, ref.streamId, capabilityMembers(state.config, ping, session), { isApart: true });
  state.outgoing.single(ref.streamId);
  rememberAnswer(state, key, { bytes, code: undefined });
  settle(state, owed);
  state.establish(session);
}

function capabilityMembers(config: PeerConfig, ping: Ping, { agreement }: Session): Members {
  const { modality, compress, crypto, dtype } = inCommon(config, ping.lists);
  const fec = fecInCommon(config, ping.fec);
  return {
    method: "capability",
    v: 1,
    agreed_proto: agreement.agreedProto,
    ...spaceMembers(config),
    modality,
    compress: compress.length > 0 ? compress : ["none"], // HSK-15
    crypto: crypto.length > 0 ? crypto : ["none"],
    supports: { critique: agreement.critique, dtype, require_crypto: config.requireCrypto },
    ...(ping.mux && config.mux && { mux: config.mux }),
    ...(fec && { fec: fec.length > 0 ? fec : ["none"] }), // FEC-5
  };
}

/** Keeps an answer to a ping, to be sent again where the ping comes again (HSK-18, HSK-61). */
export function rememberAnswer(state: State, key: string, answer: Answer): void {
  state.answers.set(key, answer);
  if (state.answers.size <= KEPT_ANSWERS) return;
  for (const oldest of state.answers.keys()) {
    state.answers.delete(oldest);
    return;
  }
}

/** Does what an accepted capability is for, if a ping waits for one on its stream_id (HSK-22 to HSK-27). */
export function acceptCapability(state: State, streamId: number, capability: Capability): void {
  if (state.role !== "client" || state.waiting?.streamId !== streamId) return;
  const session = clientSession(state.config, capability, streamId);
  const mustSeal = state.config.requireCrypto || capability.requireCrypto;
  if (capability.agreedProto !== 1) {
    failSession(state, "UNSUPPORTED_VERSION");
    return;
  }
  if (differ(capability, state.config)) {
    failSession(state, "SPACE_MISMATCH");
    return;
  }
  if (mustSeal && session.agreement.crypto === "none") {
    failSession(state, "CRYPTO_REQUIRED");
    return;
  }
  state.waiting = undefined;
  state.establish(session);
}

/** Fails a handshake so that no session is left (HSK-65). */
function failSession(state: State, code: Code): void {
  if (state.session !== undefined) state.endSession();
  fail(state, code);
}

/** Gives up the ping that waits; without a session the client is silent from now on (HSK-29, HSK-64). */
function fail(state: State, code: Code): void {
  endWait(state);
  state.events.push({ kind: "error_received", code });
}

function endWait(state: State): void {
  state.waiting = undefined;
  state.failed = state.session === undefined;
}

/** Tells an accepted error, and does what follows from it for a ping or a stream of this peer's. */
export function acceptError(state: State, { code, ref, missing }: SyncError): void {
  state.events.push(ref === undefined ? { kind: "error_received", code } : { kind: "error_received", code, ref });
  if (ref === undefined) return;
  if (state.waiting !== undefined && refKey(state.waiting) === refKey(ref)) endWait(state); // HSK-28
  const stream = state.outgoing.stream(ref.streamId);
  if (stream === undefined) return;
  if (isEnd(stream, code, ref.frameSeq)) state.outgoing.break(stream);
  if (code !== "STREAM_INCOMPLETE") return;
  if (stream.state === "ended" && stream.tailSeq === ref.frameSeq) repair(state, stream, stream.again(missing), true);
  else if (stream.managed?.blockedSeq === ref.frameSeq) {
    repair(state, stream, stream.named(missing, ref.frameSeq), false); // MUX-18
  }
}

/** Whether an error is the end of a stream at its sender (STM-21, STM-38, MUX-28). */
function isEnd(stream: SentStream, code: string, frameSeq: bigint): boolean {
  const isManaged = stream.managed !== undefined && !stream.managed.isDone;
  switch (code) {
    case "STREAM_CORRUPT":
    case "STREAM_TIMEOUT":
      return stream.state === "ended" && stream.tailSeq === frameSeq;
    case "FLOW_CONTROL":
      return isManaged && stream.isData(frameSeq);
    case "STREAM_LIMIT":
    case "STREAM_CANCELLED":
      return isManaged && frameSeq === 0n;
    default:
      return false;
  }
}

/** Sends frames of a stream again, with its TAIL or without. */
function repair(state: State, stream: SentStream, frames: readonly Uint8Array[], withTail: boolean): void {
  if (!state.mayRepair()) return;
  if (frames.length > 0 || !withTail) state.tolerances?.lost(state.now); // ADA-18
  for (const bytes of frames) sendAgain(state, bytes);
  if (withTail && frames.length > 0) state.outgoing.tailSent(stream, state.now);
}
