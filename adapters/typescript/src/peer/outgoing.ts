import { MessageType } from "../frame.js";
import type { Ref } from "./event.js";
import { Kept } from "./kept.js";
import { Tally } from "./tally.js";
import { type ManagedSending, Turns } from "./turns.js";

/** How many stream_ids a peer sends on under one salt (HSK-72). */
export const MAX_SENT_STREAMS = 65_536;
/** How long after its last TAIL a stream can be repaired (STM-37). */
const KEPT_MS = 10_000;
/** How long a stream that was reset counts as open (MUX-23). */
const RESET_COUNTS_MS = 1000;
/** The most frames that are sent again for one STREAM_INCOMPLETE (STM-20). */
const MAX_RESENT = 64;

/** A stream that this peer opened: its own numbers, and those of its frames that are kept (`Kept`). */
export class SentStream {
  state: "open" | "ended" | "broken" = "open";
  readonly strong: boolean;
  readonly tally = new Tally({ withMd5: false });
  readonly frames = new Map<bigint, Uint8Array>();
  /** The number of its TAIL. */
  tailSeq: bigint | undefined;
  tailSentAt = 0;
  /** Of a managed stream. */
  readonly managed: ManagedSending | undefined;

  constructor(strong: boolean, managed?: ManagedSending) {
    this.strong = strong;
    this.managed = managed;
  }

  /** Whether it counts as open, of a managed stream (MUX-23). */
  counts(now: number): boolean {
    const resetAt = this.managed?.resetAt;
    if (resetAt !== undefined) return now - resetAt < RESET_COUNTS_MS;
    if (this.state === "broken" || this.managed?.isDone) return false;
    return this.state === "open" || now - this.tailSentAt < KEPT_MS;
  }

  /** The frames to send for a STREAM_INCOMPLETE, its TAIL last; none where they are not kept any more (STM-20). */
  again(missing: readonly bigint[]): Uint8Array[] {
    if (this.tailSeq === undefined) return [];
    const tail = this.frames.get(this.tailSeq);
    return tail === undefined ? [] : [...this.named(missing, this.tailSeq), tail];
  }

  /** Whether a number is that of one of its data frames that is kept. */
  isData(number: bigint): boolean {
    const type = this.frames.get(number)?.[1];
    return type !== undefined && type !== MessageType.Sync;
  }

  /** The frames with these numbers that are kept, as far as they are below another, in ascending order. */
  named(missing: readonly bigint[], below: bigint): Uint8Array[] {
    const named = [...new Set(missing)].filter((number) => number < below && this.frames.has(number));
    named.sort((one, other) => (one < other ? -1 : 1));
    return named.slice(0, MAX_RESENT).map((number) => this.frames.get(number) as Uint8Array);
  }
}

/** The numbers that a peer sends next, and the streams that it opened. */
export class Outgoing {
  readonly #next = new Map<number, bigint>();
  /** stream_ids with more than replies on them: streams, and those of single messages (undefined). */
  readonly #used = new Map<number, SentStream | undefined>();
  /** Streams that ended and whose frames are kept, in the order of their last TAIL. */
  readonly #ending = new Set<SentStream>();
  /** Managed streams that may count as open. */
  readonly #managed = new Set<SentStream>();
  readonly #kept: Kept;
  /** What waits to be sent. */
  readonly turns = new Turns();

  constructor(kept = new Kept()) {
    this.#kept = kept;
  }

  /** The next number on a stream_id. */
  next(streamId: number): bigint {
    return this.#next.get(streamId) ?? 0n;
  }

  /** Whether one more stream_id, if it is one, has room (HSK-72). */
  hasRoom(streamId: number): boolean {
    return this.#next.size < MAX_SENT_STREAMS || this.#next.has(streamId);
  }

  get isEmpty(): boolean {
    return this.#next.size === 0;
  }

  /** Whether nothing was sent on a stream_id, replies included. */
  isUnused(streamId: number): boolean {
    return !this.#next.has(streamId);
  }

  /** Whether HEART and data frames may be sent on it: it is no stream, or an open one. */
  isOpen(streamId: number): boolean {
    const stream = this.stream(streamId);
    return stream === undefined || (stream.state === "open" && !stream.managed?.tailWaits); // MUX-11
  }

  stream(streamId: number): SentStream | undefined {
    return this.#used.get(streamId);
  }

  /** Whether its frames have STRONG_TAIL set (STM-3). */
  isStrong(streamId: number): boolean {
    return this.stream(streamId)?.strong ?? false;
  }

  /** How many managed streams count as open (MUX-23). */
  countOpen(now: number): number {
    let count = 0;
    for (const stream of this.#managed) {
      if (stream.counts(now)) count += 1;
      else if (stream.state === "broken" || stream.frames.size === 0) this.#managed.delete(stream);
    }
    return count;
  }

  /** Notes a frame that is sent now, on a stream until its TAIL. */
  sent(ref: Ref, bytes: Uint8Array, now: number): void {
    this.#next.set(ref.streamId, ref.frameSeq + 1n);
    const stream = this.stream(ref.streamId);
    if (stream?.state !== "open") return;
    this.#kept.keep(stream, ref.frameSeq, bytes);
    stream.managed?.note(ref.frameSeq + 1n, now);
  }

  /** Notes that a stream_id has more than replies on it. */
  single(streamId: number): void {
    if (!this.#used.has(streamId)) this.#used.set(streamId, undefined);
  }

  open(streamId: number, strong: boolean, managed?: ManagedSending): void {
    const stream = new SentStream(strong, managed);
    this.#used.set(streamId, stream);
    if (managed !== undefined) this.#managed.add(stream);
  }

  /** Notes that the last frame sent is the TAIL of an open stream. */
  end(stream: SentStream, tailSeq: bigint, now: number): void {
    stream.state = "ended";
    stream.tailSeq = tailSeq;
    this.tailSent(stream, now);
  }

  tailSent(stream: SentStream, now: number): void {
    stream.tailSentAt = now;
    this.#ending.delete(stream);
    this.#ending.add(stream);
  }

  /** Sends nothing of a stream again (STM-21). */
  break(stream: SentStream): void {
    stream.state = "broken";
    if (stream.managed !== undefined) this.turns.drop(stream.managed);
    this.#forget(stream);
  }

  /** Forgets frames that nobody can ask for any more (STM-37). */
  sweep(now: number): void {
    for (const stream of this.#ending) {
      if (now - stream.tailSentAt <= KEPT_MS) return;
      this.#forget(stream);
    }
  }

  /** Forgets streams, but no number (STM-25, HSK-71). */
  sessionEnded(): void {
    for (const streamId of this.#used.keys()) this.#used.set(streamId, undefined);
    this.#ending.clear();
    this.#managed.clear();
    this.#kept.clear();
    this.turns.clear();
  }

  #forget(stream: SentStream): void {
    this.#kept.forget(stream);
    this.#ending.delete(stream);
  }
}
