import { agreedFrame, HEART, mustFit, send, sendRepair } from "./emit.js";
import { HANDSHAKE_TIMEOUT_MS, pingDeadline, REPEATS_MS } from "./handshake.js";
import type { State } from "./state.js";
import { timeOut } from "./streams.js";
import { sendBlocked } from "./waiting.js";

const LOSS_MS = 45_000;
const STREAM_TIMEOUT_MS = 10_000;
const HEART_MS = 15_000;

/** A point in time, and what is done when it comes. */
interface Deadline {
  readonly at: number;
  readonly meet: (state: State) => void;
}

/** The deadline that is met next. Of several at one instant it is the first by STM-28, MUX-31 and FEC-32. */
export function nextDeadline(state: State): Deadline | undefined {
  let next: Deadline | undefined;
  for (const deadline of deadlines(state)) if (next === undefined || deadline.at < next.at) next = deadline;
  return next;
}

/** All deadlines, those of one instant in the order in which they are met. */
function* deadlines(state: State): Generator<Deadline> {
  const { session, waiting } = state;
  if (session !== undefined) yield { at: state.heardAt + LOSS_MS, meet: lose };
  const held = [...state.streams.values()].filter((stream) => stream.isIncomplete);
  held.sort((one, other) => one.streamId - other.streamId);
  for (const stream of held) yield { at: stream.heardAt + STREAM_TIMEOUT_MS, meet: () => timeOut(state, stream) };
  for (const stream of state.mustSeal ? [] : state.outgoing.turns.streams) {
    if (stream.blockedAt !== undefined) yield { at: stream.blockedAt, meet: () => sendBlocked(state, stream) };
  }
  if (waiting !== undefined) {
    yield { at: waiting.sentAt + (REPEATS_MS[waiting.repeats] ?? HANDSHAKE_TIMEOUT_MS), meet: pingDeadline };
  }
  if (session !== undefined && !state.mustSeal) yield { at: state.sentAt + HEART_MS, meet: beat };
  const group = state.groups.next();
  if (group !== undefined) yield { at: group.at, meet: () => sendRepair(state, group.end()) };
}

/** Moves the clock, and meets each deadline on the way at its own time. */
export function advance(state: State, now: number): void {
  for (let next = nextDeadline(state); next !== undefined && next.at <= now; next = nextDeadline(state)) {
    state.now = Math.max(state.now, next.at);
    next.meet(state);
  }
  state.now = Math.max(state.now, now);
  state.outgoing.sweep(state.now);
}

/** Ends the session because the other peer is gone. */
export function lose(state: State): void {
  state.endSession();
  state.events.push({ kind: "lost" });
}

/** Sends a HEART where nothing was sent for a while (STM-22). */
function beat(state: State): void {
  if (state.session !== undefined) sendHeart(state, state.session.streamId, { asked: false });
}

/** Sends a HEART on a stream_id. */
export function sendHeart(state: State, streamId: number, { asked }: { asked: boolean }): void {
  const bytes = agreedFrame(state, streamId, HEART, state.outgoing.isStrong(streamId));
  if (asked) mustFit(state, bytes);
  send(state, streamId, bytes);
  state.outgoing.single(streamId);
}
