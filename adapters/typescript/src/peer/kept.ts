import type { SentStream } from "./outgoing.js";

/** What is kept of all streams together; STM-37 lets the oldest frames go where that comes to more. */
const MAX_KEPT_BYTES = 256 << 20;

/** The frames that were sent and can be asked for again: at most so many bytes of all streams, the oldest stream's go first. */
export class Kept {
  readonly #maxBytes: number;
  /** The streams with frames that are kept, in the order of their first ones. */
  readonly #streams = new Set<SentStream>();
  #bytes = 0;

  constructor(maxBytes = MAX_KEPT_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps the next frame of a stream, at the price of older ones. */
  keep(stream: SentStream, number: bigint, bytes: Uint8Array): void {
    stream.frames.set(number, bytes);
    this.#streams.add(stream);
    this.#bytes += bytes.length;
    for (const oldest of this.#streams) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#shorten(oldest);
    }
  }

  /** Forgets the frames of a stream. */
  forget(stream: SentStream): void {
    if (this.#streams.delete(stream)) for (const { length } of stream.frames.values()) this.#bytes -= length;
    stream.frames.clear();
  }

  /** Forgets all streams. */
  clear(): void {
    this.#streams.clear();
    this.#bytes = 0;
  }

  /** Lets go of frames of a stream, the first ones first, as long as there are too many. */
  #shorten(stream: SentStream): void {
    for (const [number, { length }] of stream.frames) {
      if (this.#bytes <= this.#maxBytes) return;
      stream.frames.delete(number);
      this.#bytes -= length;
    }
    this.#streams.delete(stream);
  }
}
