import type { Content } from "./emit.js";

/** The data frames that wait in a session, and the plain bytes of these (MUX-12). */
const MAX_WAITING_FRAMES = 1024;
const MAX_WAITING_TO_GO_BYTES = 16_777_216;
/** After a stream began to wait, when blocked is sent; then every 15 s (MUX-15). */
const BLOCKED_REPEATS_MS = [1000, 3000, 7000, 15_000] as const;
const BLOCKED_EVERY_MS = 15_000;

/** A data frame that waits: what it carries, and its length without transforms. */
interface WaitingFrame {
  readonly content: Content;
  readonly plainBytes: number;
}

/** What a sender knows of a managed stream besides its frames (specs/mux.md). */
export class ManagedSending {
  readonly streamId: number;
  readonly urgency: number;
  /** The lowest number that a data frame may not have. */
  limit: bigint;
  readonly waiting: WaitingFrame[] = [];
  /** Whether its TAIL waits for the last of them. */
  tailWaits = false;
  /** The number of the last blocked. */
  blockedSeq: bigint | undefined;
  isDone = false;
  resetAt: number | undefined;
  #heldUpSince: number | undefined;
  #blockedSent = 0;

  constructor(streamId: number, urgency: number, frames: number) {
    this.streamId = streamId;
    this.urgency = urgency;
    this.limit = BigInt(frames);
  }

  /** When the next blocked is to be sent, if ever. */
  get blockedAt(): number | undefined {
    if (this.#heldUpSince === undefined) return undefined;
    const beyond = this.#blockedSent - BLOCKED_REPEATS_MS.length + 1;
    const [last] = BLOCKED_REPEATS_MS.slice(-1) as [number];
    return this.#heldUpSince + (BLOCKED_REPEATS_MS[this.#blockedSent] ?? last + beyond * BLOCKED_EVERY_MS);
  }

  /** Notes the next number of its stream_id, from which follows whether the limit makes frames wait. */
  note(next: bigint, now: number): void {
    if (this.waiting.length === 0 || next < this.limit) this.#goOn();
    else this.#heldUpSince ??= now;
  }

  /** Raises the limit; if frames still wait for it, they begin to wait anew. Whether it is raised (MUX-9). */
  raise(limit: bigint): boolean {
    if (limit <= this.limit) return false;
    this.limit = limit;
    this.#goOn();
    return true;
  }

  /** Notes that a blocked was sent, and its number. */
  blocked(seq: bigint | undefined): void {
    this.blockedSeq = seq;
    this.#blockedSent += 1;
  }

  #goOn(): void {
    this.#heldUpSince = undefined;
    this.#blockedSent = 0;
  }
}

/** The data frames of a session that wait to be sent, and whose turn it is. */
export class Turns {
  /** Whether the application lets data frames of managed streams wait (MUX-21). */
  isCorked = false;
  /** The streams of which frames wait. */
  readonly #streams = new Map<number, ManagedSending>();
  /** Urgency -> the stream that was served last. */
  readonly #served = new Map<number, number>();
  #frames = 0;
  #bytes = 0;

  /** The streams of which frames wait, in ascending order of their stream_ids. */
  get streams(): ManagedSending[] {
    return [...this.#streams.values()].sort((one, other) => one.streamId - other.streamId);
  }

  /** Whether a frame of so many plain bytes may wait as well (MUX-12). */
  hasRoom(plainBytes: number): boolean {
    return this.#frames < MAX_WAITING_FRAMES && this.#bytes + plainBytes <= MAX_WAITING_TO_GO_BYTES;
  }

  wait(stream: ManagedSending, frame: WaitingFrame): void {
    stream.waiting.push(frame);
    this.#streams.set(stream.streamId, stream);
    this.#frames += 1;
    this.#bytes += frame.plainBytes;
  }

  /** The stream whose turn it is, of those that may send (MUX-30). */
  next(maySend: (stream: ManagedSending) => boolean): ManagedSending | undefined {
    if (this.isCorked) return undefined;
    let best: ManagedSending | undefined;
    for (const stream of this.#streams.values()) {
      if (maySend(stream) && (best === undefined || this.#isBefore(stream, best))) best = stream;
    }
    return best;
  }

  /** Takes the frame of a stream whose turn it is. */
  take(stream: ManagedSending): Content | undefined {
    const frame = stream.waiting.shift();
    if (frame === undefined) return undefined;
    this.#served.set(stream.urgency, stream.streamId);
    this.#gone(stream, [frame]);
    return frame.content;
  }

  /** Throws away what waits of a stream. */
  drop(stream: ManagedSending): void {
    stream.tailWaits = false;
    this.#gone(stream, stream.waiting.splice(0));
    stream.note(0n, 0);
  }

  /** Forgets everything (MUX-29). */
  clear(): void {
    this.isCorked = false;
    this.#streams.clear();
    this.#served.clear();
    this.#frames = 0;
    this.#bytes = 0;
  }

  #gone(stream: ManagedSending, frames: readonly WaitingFrame[]): void {
    this.#frames -= frames.length;
    for (const { plainBytes } of frames) this.#bytes -= plainBytes;
    if (stream.waiting.length === 0) this.#streams.delete(stream.streamId);
  }

  /** Whether it is the turn of one stream before that of another. */
  #isBefore(one: ManagedSending, other: ManagedSending): boolean {
    if (one.urgency !== other.urgency) return one.urgency < other.urgency;
    const served = this.#served.get(one.urgency) ?? -1;
    const [oneComes, otherComes] = [one.streamId > served, other.streamId > served];
    return oneComes === otherComes ? one.streamId < other.streamId : oneComes;
  }
}
