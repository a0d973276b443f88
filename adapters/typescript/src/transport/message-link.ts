import { MAX_FRAME_BYTES } from "../frame.js";
import type { PeerOptions } from "../peer/peer.js";
import { Link } from "./link.js";

/**
 * One end of a connection that carries messages, such as a WebRTC data channel, without input and output: it is given
 * messages, ends and the time, and each piece that it gives is one binary message (RTC-4). No message makes it throw.
 */
export class MessageLink extends Link {
  readonly #limits: { maxFrameBytes: number; readonly clause: string; readonly isLossy: boolean };

  /** The end of a connection that is made now; `isLossy`: whether a message may get lost by itself (FEC-11). */
  constructor(options: PeerOptions, now: number, isLossy = false) {
    const limits = { maxFrameBytes: MAX_FRAME_BYTES, clause: "RTC-8", isLossy };
    super(options, now, limits);
    this.#limits = limits;
  }

  /** The longest message that the other end takes, as `messageLimit` gives it; 65,536 bytes until then (RTC-8). */
  get maxMessageBytes(): number {
    return this.#limits.maxFrameBytes;
  }

  set maxMessageBytes(bytes: number) {
    this.#limits.maxFrameBytes = Math.min(bytes, MAX_FRAME_BYTES);
  }

  /** Receives a message: a binary one is a frame (RTC-5). Slices of events are views of it, so its bytes must not change. */
  receive(message: Uint8Array | string, now: number): void {
    const isText = typeof message === "string";
    this.ask(now, (peer) => (isText ? peer.discard("NOT_BINARY", now) : peer.receive(message, now))); // RTC-6
  }

  /** The other end has closed the connection (RTC-11). */
  end(now: number): void {
    this.close(now);
  }

  /** A frame by itself. */
  protected override pieceOf(frame: Uint8Array): Uint8Array {
    return frame;
  }
}

/** The longest message that a description (SDP) lets the other end send: 65,536 bytes where it says nothing (RTC-8). */
export function messageLimit(description: string): number {
  const [, ...sections] = description.split(/^m=/m);
  const section = sections.find((one) => one.startsWith("application"));
  const announced = /^a=max-message-size:([0-9]+)\s*$/m.exec(section ?? "")?.[1];
  if (announced === undefined) return DEFAULT_LIMIT_BYTES;
  return Number(announced) === 0 ? Number.POSITIVE_INFINITY : Number(announced);
}

const DEFAULT_LIMIT_BYTES = 65_536;
