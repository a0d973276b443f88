import type { Ref } from "./event.js";
import { Tally } from "./tally.js";

/** How many stream_ids a peer sends on under one salt (HSK-72). */
export const MAX_SENT_STREAMS = 65_536;
/** How long after its last TAIL a stream can be repaired (STM-37). */
const KEPT_MS = 10_000;
/** The most frames that are sent again for one STREAM_INCOMPLETE (STM-20). */
const MAX_RESENT = 64;

/** A stream that this peer opened: its own numbers and frames, which are kept until nobody can ask for them again. */
export class SentStream {
  state: "open" | "ended" | "broken" = "open";
  readonly strong: boolean;
  readonly tally = new Tally({ withMd5: false });
  readonly frames = new Map<bigint, Uint8Array>();
  /** The number of its TAIL. */
  tailSeq: bigint | undefined;
  tailSentAt = 0;

  constructor(strong: boolean) {
    this.strong = strong;
  }

  /** The frames to send for a STREAM_INCOMPLETE, its TAIL last; none where they are not kept any more (STM-20). */
  again(missing: readonly bigint[]): Uint8Array[] {
    const tail = this.tailSeq === undefined ? undefined : this.frames.get(this.tailSeq);
    if (tail === undefined) return [];
    const named = [...new Set(missing)].filter((number) => number !== this.tailSeq && this.frames.has(number));
    named.sort((one, other) => (one < other ? -1 : 1));
    const frames = named.slice(0, MAX_RESENT).map((number) => this.frames.get(number) as Uint8Array);
    return [...frames, tail];
  }
}

/** The numbers that a peer sends next, and the streams that it opened. */
export class Outgoing {
  readonly #next = new Map<number, bigint>();
  /** stream_ids with more than replies on them: streams, and those of single messages (undefined). */
  readonly #used = new Map<number, SentStream | undefined>();
  /** Streams that ended and whose frames are kept, in the order of their last TAIL. */
  readonly #ending = new Set<SentStream>();

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
    return stream === undefined || stream.state === "open";
  }

  stream(streamId: number): SentStream | undefined {
    return this.#used.get(streamId);
  }

  /** Whether its frames have STRONG_TAIL set (STM-3). */
  isStrong(streamId: number): boolean {
    return this.stream(streamId)?.strong ?? false;
  }

  /** Notes a frame that is sent now, on a stream until its TAIL. */
  sent(ref: Ref, bytes: Uint8Array): void {
    this.#next.set(ref.streamId, ref.frameSeq + 1n);
    const stream = this.stream(ref.streamId);
    if (stream?.state === "open") stream.frames.set(ref.frameSeq, bytes);
  }

  /** Notes that a stream_id has more than replies on it. */
  single(streamId: number): void {
    if (!this.#used.has(streamId)) this.#used.set(streamId, undefined);
  }

  open(streamId: number, strong: boolean): void {
    this.#used.set(streamId, new SentStream(strong));
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
  }

  #forget(stream: SentStream): void {
    stream.frames.clear();
    this.#ending.delete(stream);
  }
}
