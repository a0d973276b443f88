import { checkSlices } from "../encode.js";
import { type Code, ResonantError } from "../errors.js";
import type { Slice } from "../frame.js";
import { critiqueFault, dtypeFault, messageCode, modalityFault } from "./admit.js";
import { agreedFrame, type Content, type Fault, type Members, mustFit, send, sendAgain, syncContent } from "./emit.js";
import { isResetCode } from "./fields.js";
import { sendPing } from "./handshake.js";
import type { Session, State } from "./state.js";
import { directionOf, type Sizes } from "./sync.js";
import { sendHeart } from "./timers.js";
import { ManagedSending } from "./turns.js";
import { heldUp, letWait, resetStream, sendTail, sendWaiting, tailFrame } from "./waiting.js";

const refuse = (code: Code, detail: string, clause?: string): ResonantError => new ResonantError(code, detail, clause);

function isFault(fault: Fault | undefined): void {
  if (fault !== undefined) throw refuse(fault.code, fault.text);
}

/** Asks a client to ping. */
export function requestPing(state: State, streamId: number): void {
  if (state.role === "server") throw refuse("STREAM_STATE", "a server does not ping", "HSK-59");
  if (!state.outgoing.isUnused(streamId)) throw refuse("STREAM_STATE", "something was sent on the stream_id", "HSK-30");
  hasRoom(state, streamId);
  sendPing(state, streamId);
}

/** A message whose slices are made once it is known that it may be sent. */
interface Making {
  readonly type: number;
  readonly modality: number;
  /** What makes it a feature that is not there, if anything. */
  readonly fault?: Fault | undefined;
  readonly makeSlices: () => readonly Slice[];
}

/** Asks for a data frame (HSK-57). */
export function requestMessage(state: State, streamId: number, asked: Content | Making): void {
  const session = inSession(state);
  const { spaceHash32 } = state.config;
  if (session.otherSpaceHash32 !== 0 && session.otherSpaceHash32 !== spaceHash32) {
    throw refuse("SPACE_MISMATCH", "the other peer has another embedding space", "HSK-57");
  }
  maySend(state, streamId);
  const making: Making = "slices" in asked ? { ...asked, makeSlices: () => asked.slices } : asked;
  isFault(critiqueFault(session, making.type) ?? making.fault);
  isFault(modalityFault(session, making.modality));
  const content = { type: making.type, modality: making.modality, slices: making.makeSlices() };
  checkSlices(content.slices);
  const code = messageCode(content);
  if (code !== undefined) throw refuse(code, "the slices make no message");
  isFault(dtypeFault(session, content));
  const bytes = agreedFrame(state, streamId, content, state.outgoing.isStrong(streamId));
  const managed = heldUp(state, streamId);
  if (managed !== undefined) {
    letWait(state, managed, content, bytes);
    return;
  }
  mustFit(state, bytes);
  send(state, streamId, bytes);
  state.outgoing.single(streamId);
  state.outgoing.stream(streamId)?.tally.add(bytes);
}

/** Asks for a HEART. */
export function requestHeart(state: State, streamId: number): void {
  inSession(state);
  maySend(state, streamId);
  sendHeart(state, streamId, { asked: true });
}

/** Asks for the HEAD of a stream, with what it announces. */
export function requestHead(state: State, streamId: number, strong: boolean, { sizes, urgency }: HeadOptions): void {
  const { mux } = inSession(state).agreement;
  mustNotBeBare(state);
  if (!state.outgoing.isUnused(streamId)) throw refuse("STREAM_STATE", "something was sent on the stream_id", "STM-4");
  hasRoom(state, streamId);
  if (mux !== undefined && state.outgoing.countOpen(state.now) >= mux.streams) {
    throw refuse("STREAM_LIMIT", `the other peer takes ${mux.streams} streams at once`, "MUX-23");
  }
  if (urgency !== undefined && !(Number.isInteger(urgency) && urgency >= 0 && urgency <= 7)) {
    throw refuse("FIELD_RANGE", `an urgency of ${urgency}, not 0 to 7`, "MUX-6");
  }
  const turn = mux && urgency !== undefined ? { urgency } : {}; // MUX-35
  const members = { method: "head", dir: directionOf(state.role), ...(sizes && sizeMembers(sizes)), ...turn };
  const bytes = agreedFrame(state, streamId, syncContent(members), strong);
  mustFit(state, bytes);
  const managed = mux && new ManagedSending(streamId, urgency ?? MIDDLE_URGENCY, mux.frames);
  state.outgoing.open(streamId, strong, managed);
  send(state, streamId, bytes, { isApart: true });
}

/** What a HEAD says besides. */
export interface HeadOptions {
  readonly sizes?: Sizes | undefined;
  /** 0 is the most urgent and 7 the least, 3 where it is left out. Only managed streams have one (specs/mux.md). */
  readonly urgency?: number | undefined;
}

/** That of a HEAD that does not say. */
const MIDDLE_URGENCY = 3;

function sizeMembers({ frames, totalLen, md5, xxhash3_64 }: Sizes): Members {
  return { frames: String(frames), total_len: String(totalLen), md5, xxhash3_64 };
}

/** Asks for the TAIL of a stream. */
export function requestTail(state: State, streamId: number): void {
  inSession(state);
  mustNotBeBare(state);
  const stream = state.outgoing.stream(streamId);
  if (stream === undefined || stream.state !== "open" || stream.managed?.tailWaits) {
    throw refuse("STREAM_STATE", "no stream is open on the stream_id", "STM-4");
  }
  if (stream.managed !== undefined && stream.managed.waiting.length > 0) {
    stream.managed.tailWaits = true; // MUX-11
    return;
  }
  mustFit(state, tailFrame(state, streamId, stream));
  sendTail(state, streamId);
}

/** Asks for the end of a managed stream before its time (MUX-25). */
export function requestReset(state: State, streamId: number, code: string): void {
  inSession(state);
  mustNotBeBare(state);
  const stream = state.outgoing.stream(streamId);
  if (stream?.managed === undefined || stream.state !== "open") {
    throw refuse("STREAM_STATE", "no managed stream is open on the stream_id", "MUX-25");
  }
  if (!isResetCode(code)) throw refuse("FIELD_RANGE", `${JSON.stringify(code)} is no code of a reset`, "MUX-6");
  resetStream(state, streamId, stream, code);
}

/** Has the data frames of managed streams wait (MUX-21). */
export function cork(state: State): void {
  state.outgoing.turns.isCorked = true;
}

/** Lets them go. */
export function uncork(state: State): void {
  state.outgoing.turns.isCorked = false;
  sendWaiting(state);
}

/** Sends the TAIL of a stream again, while it is kept; it can be lost like any frame. */
export function repeatTail(state: State, streamId: number): void {
  const stream = state.outgoing.stream(streamId);
  if (stream?.state !== "ended") throw refuse("STREAM_STATE", "no stream has ended on the stream_id", "STM-4");
  for (const bytes of stream.again([])) {
    mustFit(state, bytes);
    sendAgain(state, bytes);
    state.outgoing.tailSent(stream, state.now);
  }
}

/** The session that there has to be. */
export function inSession(state: State): Session {
  if (state.session === undefined) throw refuse("HANDSHAKE_REQUIRED", "there is no session");
  return state.session;
}

function mustNotBeBare(state: State): void {
  if (state.mustSeal) throw refuse("ENCRYPTION_REQUIRED", "crypto is required, and none was chosen");
}

/** Whether a HEART or data frame may be sent on a stream_id (HSK-46, STM-4, HSK-72). */
export function maySend(state: State, streamId: number): void {
  mustNotBeBare(state);
  if (!state.outgoing.isOpen(streamId)) throw refuse("STREAM_STATE", "the stream has ended", "STM-4");
  hasRoom(state, streamId);
}

function hasRoom(state: State, streamId: number): void {
  if (!state.outgoing.hasRoom(streamId)) throw refuse("STREAM_STATE", "too many stream_ids are in use", "HSK-72");
}
