import { viewOf } from "../binary.js";
import { type Code, ResonantError } from "../errors.js";
import { isRepair, readRepair } from "../repair.js";
import { type Arrival, arrivalOf } from "./arrival.js";
import { objection } from "./checks.js";
import { drop, errorMembers, mayReply, reply, replyAgain } from "./emit.js";
import { delivered } from "./event.js";
import { acceptBlocked, acceptReset, grant } from "./flow.js";
import { acceptCapability, acceptError, answerPing, rememberAnswer } from "./handshake.js";
import type { Objection } from "./objection.js";
import type { KnownGroup } from "./recovery.js";
import type { Answer, State } from "./state.js";
import { acceptTail, fail, fillNumber, openStream, settle } from "./streams.js";
import { acceptCredit, acceptDone } from "./waiting.js";
import { ReplayWindow } from "./window.js";

type Rejected = Extract<Objection, { readonly reject: unknown }>;

/** Receives a datagram, and then whatever can be computed with it. */
export function receive(state: State, bytes: Uint8Array): void {
  if (!state.session?.takesRepair || !isRepair(bytes)) take(state, bytes);
  else if (!takeRepair(state, bytes)) return;
  while (state.session?.takesRepair) {
    state.recovery.makeRoom(state.waitingBytes());
    const group = state.recovery.recoverable();
    if (group === undefined) return;
    recover(state, group);
  }
}

/** Takes a repair datagram; whether it was not dropped (FEC-13). */
function takeRepair(state: State, bytes: Uint8Array): boolean {
  let code: Code | undefined;
  try {
    code = state.recovery.take(readRepair(bytes), bytes.length, state.waitingBytes());
  } catch (error) {
    if (!(error instanceof ResonantError)) throw error;
    code = error.code;
  }
  if (code !== undefined) drop(state, code);
  return code === undefined;
}

/** Computes the missing frames of a group, and deals with each as if it came now (FEC-22 to FEC-24). */
function recover(state: State, group: KnownGroup): void {
  const frames = state.recovery.compute(group);
  if (frames === undefined) drop(state, "REPAIR_MISMATCH");
  for (const bytes of frames ?? []) {
    const view = viewOf(bytes);
    state.events.push({ kind: "recovered", streamId: view.getUint32(4, true), frameSeq: view.getBigUint64(8, true) });
    take(state, bytes);
  }
  if (group.count < group.k) state.recovery.forget(group); // one was not accepted, or did not stay
}

/** Takes one frame through the checks, and does what follows from it. */
function take(state: State, bytes: Uint8Array): void {
  const arrival = arrivalOf(state, bytes);
  if (typeof arrival === "string") {
    drop(state, arrival);
    return;
  }
  const before = state.accepted;
  const found = objection(state, arrival);
  if (found === undefined) accept(state, arrival);
  else if ("drop" in found) drop(state, found.drop);
  else if ("reject" in found) reject(state, arrival, found);
  else repeat(state, arrival);
  const stream = state.streams.get(arrival.ref.streamId);
  if (stream !== undefined) grant(state, stream);
  if (state.accepted > before && state.session?.takesRepair) state.recovery.keep(arrival.ref, bytes, arrival.sealed);
}

/** Answers a frame with an error; it has no other effect (HSK-53), unless its stream fails. */
function reject(state: State, { ref, content, key }: Arrival, { reject: fault, fails }: Rejected): void {
  if (!mayReply(state, ref.streamId)) {
    drop(state, "REPLY_LIMIT");
    return;
  }
  const bytes = reply(state, ref.streamId, errorMembers(fault, ref));
  if (content.kind === "ping" && state.role === "server") rememberAnswer(state, key, { bytes, code: fault.code });
  const stream = fails ? state.streams.get(ref.streamId) : undefined;
  if (stream !== undefined) fail(state, stream, { code: fault.code });
  else state.events.push({ kind: "error_sent", code: fault.code, ...ref });
}

/** Answers a ping as before; it counts as accepted (HSK-18, HSK-62). */
function repeat(state: State, arrival: Arrival): void {
  if (!state.mayReply()) {
    drop(state, "REPLY_LIMIT");
    return;
  }
  const answer = state.answers.get(arrival.key) as Answer;
  const owed = remember(state, arrival);
  replyAgain(state, answer);
  settle(state, owed);
  if (answer.code !== undefined) state.events.push({ kind: "error_sent", code: answer.code, ...arrival.ref });
}

/** Does what a frame is for that passed all checks (HSK-55). */
function accept(state: State, arrival: Arrival): void {
  const { content, ref } = arrival;
  switch (content.kind) {
    case "head":
      if (content.head !== undefined) openStream(state, arrival, content.head);
      break;
    case "tail":
      if (content.tail !== undefined) acceptTail(state, arrival, content.tail);
      break;
    case "ping":
      if (state.role === "client" || content.ping === undefined) settle(state, remember(state, arrival));
      else if (!mayReply(state, ref.streamId)) drop(state, "REPLY_LIMIT");
      else answerPing(state, arrival, content.ping, remember(state, arrival));
      break;
    case "credit":
      settle(state, remember(state, arrival));
      if (content.limit !== undefined) acceptCredit(state, ref.streamId, content.limit);
      break;
    case "blocked":
      acceptBlocked(state, arrival, () => settle(state, remember(state, arrival)));
      break;
    case "done":
      settle(state, remember(state, arrival));
      acceptDone(state, ref.streamId);
      break;
    case "quality":
      settle(state, remember(state, arrival));
      if (content.tolerance !== undefined) {
        state.tolerances?.hear(ref.streamId, { frameSeq: ref.frameSeq, tolerance: content.tolerance });
      }
      break;
    case "reset":
      settle(state, remember(state, arrival));
      if (content.code !== undefined) acceptReset(state, ref.streamId, content.code);
      break;
    default:
      settle(state, remember(state, arrival));
      if (content.kind === "error" && content.error !== undefined) acceptError(state, content.error);
      if (content.kind === "capability" && content.capability !== undefined) {
        acceptCapability(state, ref.streamId, content.capability);
      }
  }
}

/** Puts off the loss, and remembers the number; on a stream that may end it, and the error that it then owes is returned. */
function remember(state: State, arrival: Arrival): ReturnType<typeof fillNumber> {
  state.heard();
  const { streamId, frameSeq } = arrival.ref;
  const isTail = arrival.content.kind === "tail";
  const stream = state.streams.get(streamId);
  if (stream !== undefined) return arrival.numbered ? fillNumber(state, stream, arrival) : undefined;
  const closed = state.closed.get(streamId);
  if (arrival.content.kind === "data") state.events.push(delivered(arrival.frame)); // HSK-41
  if (!arrival.numbered) return undefined;
  if (closed !== undefined) {
    closed.window.accept(frameSeq);
    state.closed.touch(streamId, closed);
    return undefined;
  }
  const window = state.windows.get(streamId) ?? new ReplayWindow();
  window.accept(frameSeq, isTail);
  state.windows.touch(streamId, window);
  return undefined;
}
