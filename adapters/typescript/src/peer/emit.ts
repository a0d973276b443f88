import { encode } from "../encode.js";
import type { Code } from "../errors.js";
import { ResonantError } from "../errors.js";
import { Dtype, Flag, type Frame, MessageType, Modality, type Slice } from "../frame.js";
import type { Ref } from "./event.js";
import { isTooLong } from "./groups.js";
import { nonceOf } from "./nonce.js";
import type { Answer, State } from "./state.js";

/** What a frame carries besides what its peer puts into each. */
export interface Content {
  readonly type: number;
  readonly modality: number;
  readonly slices: readonly Slice[];
}

/** The members of a Sync object, in the order in which they are written. */
export type Members = { readonly [name: string]: unknown };

const UTF8 = new TextEncoder();

/** The slices of a Sync frame with an object. */
export function syncContent(members: Members): Content {
  const payload = UTF8.encode(JSON.stringify(members));
  return {
    type: MessageType.Sync,
    modality: Modality.Text,
    slices: [{ dtype: Dtype.I8, dims: [payload.length], payload }],
  };
}

/** A HEART. */
export const HEART: Content = { type: MessageType.Sync, modality: Modality.Text, slices: [] };

/**
 * The next frame of a stream_id, by the agreement of the session: sealed, and compressed unless it is Sync (HSK-4, HSK-5).
 * Throws ResonantError for what does not make a frame.
 */
export function agreedFrame(state: State, streamId: number, content: Content, strong: boolean): Uint8Array {
  const { compress, crypto } = state.session?.agreement ?? { compress: "none", crypto: "none" };
  const zipped = compress === "zstd" && content.type !== MessageType.Sync;
  const sealed = crypto === "xchacha20poly1305";
  const flags = (zipped ? Flag.ZSTD : 0) | (sealed ? Flag.XCHACHA : 0) | (strong ? Flag.STRONG_TAIL : 0);
  return frameBytes(state, streamId, content, flags);
}

/** A ping, capability or error, which have no flags (HSK-45). */
export function openFrame(state: State, streamId: number, members: Members): Uint8Array {
  return frameBytes(state, streamId, syncContent(members), 0);
}

function frameBytes(state: State, streamId: number, content: Content, flags: number): Uint8Array {
  const frameSeq = state.outgoing.next(streamId);
  const frame: Frame = { ...content, flags, streamId, frameSeq, spaceHash32: state.config.spaceHash32 }; // HSK-3
  const sealed = (flags & Flag.XCHACHA) !== 0;
  const nonce = sealed ? nonceOf(state.salts[0] as Uint8Array, streamId, frameSeq) : undefined;
  return encode(frame, { key: state.config.key, nonce });
}

/** Where a frame stands to repair: ping, capability, HEAD and TAIL are in no group, and end those of their stream_id. */
export interface Standing {
  readonly isApart: boolean;
}

/** Sends the next frame of a stream_id, and the repair of the groups that end with it (FEC-26 to FEC-30). */
export function send(state: State, streamId: number, bytes: Uint8Array, standing?: Standing): Ref {
  const ref = { streamId, frameSeq: state.outgoing.next(streamId) };
  const isApart = standing?.isApart || isTooLong(bytes);
  if (isApart) sendRepair(state, state.groups.endAll(streamId));
  state.outgoing.sent(ref, bytes, state.now);
  sendAgain(state, bytes);
  const own = state.repair;
  if (own !== undefined && !isApart) sendRepair(state, state.groups.add(ref, bytes, own, state.now));
  return ref;
}

/** Sends repair, which is no frame: what does not fit is left out (FEC-3, FEC-33). */
export function sendRepair(state: State, repair: readonly Uint8Array[]): void {
  for (const bytes of repair) if (!isTooLarge(state, bytes) && hasRoomFor(state, bytes)) state.datagrams.push(bytes);
}

/** Throws where a frame that the application asks for is too large (HSK-1, RTC-8), or would wait behind too many (TCP-20). */
export function mustFit(state: State, bytes: Uint8Array): void {
  mustBeCarried(state, bytes);
  if (hasRoomFor(state, bytes)) return;
  throw new ResonantError("BUFFER_LIMIT", "too much waits for the other end to read", "TCP-20");
}

/** Throws where a frame is too large to be sent ever. */
export function mustBeCarried(state: State, bytes: Uint8Array): void {
  if (!isTooLarge(state, bytes)) return;
  const { maxFrameBytes, clause } = state.carrier;
  throw new ResonantError("FRAME_TOO_LARGE", `${bytes.length} bytes, of ${maxFrameBytes} at most`, clause);
}

const isTooLarge = ({ carrier }: State, { length }: Uint8Array): boolean => length > carrier.maxFrameBytes;

function hasRoomFor({ carrier, datagrams }: State, bytes: Uint8Array): boolean {
  return datagrams.reduce((sum, { length }) => sum + length, bytes.length) <= carrier.room();
}

/** Sends bytes that may have been sent before; what does not fit is lost (TCP-20, RTC-8). */
export function sendAgain(state: State, bytes: Uint8Array): void {
  if (!isTooLarge(state, bytes) && hasRoomFor(state, bytes)) state.datagrams.push(bytes);
  state.sentAt = state.now;
}

/** Whether a reply may be sent on a stream_id (HSK-42, HSK-72). */
export function mayReply(state: State, streamId: number): boolean {
  return state.mayReply() && state.outgoing.hasRoom(streamId);
}

/** Sends a capability or an error, which `mayReply` allowed. */
export function reply(state: State, streamId: number, members: Members, standing?: Standing): Uint8Array {
  const bytes = openFrame(state, streamId, members);
  send(state, streamId, bytes, standing);
  state.replied();
  return bytes;
}

/** Sends an answer again (HSK-18). */
export function replyAgain(state: State, answer: Answer): void {
  sendAgain(state, answer.bytes);
  state.replied();
}

/** Sends credit, blocked, done or reset, unless nothing but ping, capability and error may be sent (MUX-7, HSK-46). */
export function sendManaging(state: State, streamId: number, members: Members): Ref | undefined {
  if (state.session === undefined || state.mustSeal || !state.outgoing.hasRoom(streamId)) return undefined;
  return send(state, streamId, agreedFrame(state, streamId, syncContent(members), false));
}

/** An error that a frame gets: its code, what the code adds (HSK-43), and a text for people. */
export interface Fault {
  readonly code: Code;
  readonly text: string;
  readonly adds?: Members;
}

/** The object of an error. */
export function errorMembers(fault: Fault, ref: Ref): Members {
  return {
    method: "error",
    code: fault.code,
    message: fault.text,
    ref: { stream_id: ref.streamId, frame_seq: ref.frameSeq.toString() },
    ...fault.adds,
  };
}

/** Reports that a frame is dropped (HSK-54). */
export function drop(state: State, code: Code): void {
  state.events.push({ kind: "dropped", code });
}
