import { checkSlices } from "../encode.js";
import { ResonantError } from "../errors.js";
import { agreedFrame, type Content, mustBeCarried, send, sendManaging, syncContent } from "./emit.js";
import type { SentStream } from "./outgoing.js";
import type { State } from "./state.js";
import type { ManagedSending } from "./turns.js";

/** The managed stream of a stream_id whose next data frame has to wait, if it has to (MUX-10, MUX-21). */
export function heldUp({ outgoing }: State, streamId: number): ManagedSending | undefined {
  const managed = outgoing.stream(streamId)?.managed;
  if (managed === undefined) return undefined;
  const isHeldUp = managed.waiting.length > 0 || outgoing.next(streamId) >= managed.limit;
  return isHeldUp || outgoing.turns.isCorked ? managed : undefined;
}

/** Lets a data frame wait, which is as it would be sent now; its bytes are copied. Throws where it cannot (MUX-12). */
export function letWait(state: State, stream: ManagedSending, content: Content, bytes: Uint8Array): void {
  mustBeCarried(state, bytes);
  const { turns } = state.outgoing;
  const plainBytes = checkSlices(content.slices);
  if (!turns.hasRoom(plainBytes)) throw new ResonantError("BUFFER_LIMIT", "too many frames wait to be sent", "MUX-12");
  const slices = content.slices.map(({ dtype, dims, payload }) => ({
    dtype,
    dims: [...dims],
    payload: payload.slice(),
  }));
  turns.wait(stream, { content: { ...content, slices }, plainBytes });
  stream.note(state.outgoing.next(stream.streamId), state.now);
}

/** Sends what waits and may go, in its turn, and the TAILs that wait behind it (MUX-11, MUX-30). */
export function sendWaiting(state: State): void {
  if (state.session === undefined || state.mustSeal) return;
  const { outgoing } = state;
  const maySend = ({ streamId, limit }: ManagedSending) => outgoing.next(streamId) < limit;
  for (let next = outgoing.turns.next(maySend); next !== undefined; next = outgoing.turns.next(maySend)) {
    const content = outgoing.turns.take(next);
    if (content !== undefined) sendContent(state, next.streamId, content);
    if (next.waiting.length === 0 && next.tailWaits) sendTail(state, next.streamId);
  }
  for (const stream of outgoing.turns.streams) stream.note(outgoing.next(stream.streamId), state.now);
}

function sendContent(state: State, streamId: number, content: Content): void {
  const stream = state.outgoing.stream(streamId) as SentStream;
  let bytes: Uint8Array;
  try {
    bytes = agreedFrame(state, streamId, content, stream.strong);
    mustBeCarried(state, bytes);
  } catch (error) {
    // It fitted when it was asked for, but not by what is agreed now: the stream cannot be whole any more.
    if (!(error instanceof ResonantError)) throw error;
    resetStream(state, streamId, stream, error.code);
    return;
  }
  send(state, streamId, bytes);
  stream.tally.add(bytes);
}

/** Ends a stream that is open: sends its TAIL. */
export function sendTail(state: State, streamId: number): void {
  const stream = state.outgoing.stream(streamId) as SentStream;
  if (stream.managed !== undefined) stream.managed.tailWaits = false;
  const { frameSeq } = send(state, streamId, tailFrame(state, streamId, stream), { isApart: true });
  state.outgoing.end(stream, frameSeq, state.now);
}

/** The TAIL of a stream as it is now. */
export function tailFrame(state: State, streamId: number, { tally, strong }: SentStream): Uint8Array {
  const members = { method: "tail", frames: String(tally.frames), total_len: String(tally.totalLen) };
  const hashed = strong ? { ...members, xxhash3_64: tally.xxhash3_64() } : members;
  return agreedFrame(state, streamId, syncContent(hashed), strong);
}

/** Ends a managed stream before its time (MUX-25). */
export function resetStream(state: State, streamId: number, stream: SentStream, code: string): void {
  sendManaging(state, streamId, { method: "reset", code });
  if (stream.managed !== undefined) stream.managed.resetAt = state.now;
  state.outgoing.break(stream);
}

/** Takes a credit (MUX-9). */
export function acceptCredit(state: State, streamId: number, limit: bigint): void {
  const stream = state.outgoing.stream(streamId);
  if (stream?.state === "open" && stream.managed?.raise(limit)) sendWaiting(state);
}

/** Takes the news that a stream is whole at its receiver (MUX-24). */
export function acceptDone(state: State, streamId: number): void {
  const stream = state.outgoing.stream(streamId);
  const { managed } = stream ?? {};
  if (managed === undefined || managed.isDone || stream?.state !== "ended") return; // MUX-8
  managed.isDone = true;
  state.events.push({ kind: "done", streamId });
}

/** Sends the blocked of a stream that the limit holds up (MUX-15). */
export function sendBlocked(state: State, stream: ManagedSending): void {
  const ref = sendManaging(state, stream.streamId, { method: "blocked", limit: String(stream.limit) });
  stream.blocked(ref?.frameSeq ?? stream.blockedSeq);
}
