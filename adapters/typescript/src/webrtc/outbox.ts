import type { DataChannel } from "./standard.js";

/** While more than this is buffered in a channel, nothing is handed to it (RTC-9). */
const MAX_BUFFERED_BYTES = 1_048_576;

/** The frames on their way to a channel: they wait while much is buffered there, or it is not open yet. */
export class Outbox {
  readonly #channel: DataChannel;
  #frames: Uint8Array[] = [];
  #bytes = 0;

  constructor(channel: DataChannel) {
    this.#channel = channel;
    channel.bufferedAmountLowThreshold = MAX_BUFFERED_BYTES;
    for (const type of ["open", "bufferedamountlow"]) channel.addEventListener(type, () => this.flush());
  }

  /** How many bytes wait, here and in the channel. */
  get bytes(): number {
    return this.#bytes + this.#channel.bufferedAmount;
  }

  /** Whether the channel has all of them. */
  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  put(frames: readonly Uint8Array[]): void {
    for (const frame of frames) {
      this.#frames.push(frame);
      this.#bytes += frame.length;
    }
    this.flush();
  }

  /** Throws away what the channel does not have. */
  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }

  /** Hands over what may be handed over now. */
  flush(): void {
    let count = 0;
    for (const frame of this.#frames) {
      if (this.#channel.readyState !== "open" || this.#channel.bufferedAmount > MAX_BUFFERED_BYTES) break;
      try {
        this.#channel.send(frame as Uint8Array<ArrayBuffer>);
      } catch {
        // the channel ends, or its platform sends less than the other end takes: the frame is lost, as a datagram may be
      }
      count += 1;
      this.#bytes -= frame.length;
    }
    this.#frames.splice(0, count);
  }
}
