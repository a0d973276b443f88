import type { Code } from "../errors.js";
import { MAX_FRAME_BYTES } from "../frame.js";
import type { PeerEvent } from "../peer/event.js";
import { Peer, type PeerOptions } from "../peer/peer.js";
import { joined, Splitter } from "./framing.js";

/** The most bytes that may wait for a slow reader (TCP-20). */
export const MAX_UNSENT_BYTES = 16_777_216;
const FRAME_TIMEOUT_MS = 10_000;
const SESSION_TIMEOUT_MS = 15_000;

/** A deadline of the connection, and the code with which it is closed then. */
interface Deadline {
  readonly at: number;
  readonly code: Code;
}

/**
 * One end of a connection that carries bytes, without input and output: a `Peer`, what is between it and the bytes, and
 * the ends of specs/transport.md. It is given chunks, ends and the time, and gives bytes and events. No bytes make it
 * throw. After the event `closed` the program sends what there is to send, and then ends the connection on its side.
 */
export class ByteLink {
  /** How many of the bytes that were taken the system has not; the program keeps it up to date. */
  unsent = 0;
  readonly #peer: Peer;
  readonly #splitter = new Splitter();
  readonly #acceptedAt: number | undefined;
  #hadSession = false;
  /** When the first byte came of the frame that is not whole. */
  #frameBegan: number | undefined;
  #isClosed = false;
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;

  /** The end of a connection that is made now. */
  constructor(options: PeerOptions, now: number) {
    const room = () => MAX_UNSENT_BYTES - this.unsent - this.#pieceBytes;
    this.#peer = new Peer({ ...options, carrier: { maxFrameBytes: MAX_FRAME_BYTES, room } });
    this.#peer.advance(now);
    this.#acceptedAt = options.role === "server" ? now : undefined;
  }

  /** The peer, for what it tells of itself; it is asked for something by `ask`. */
  get peer(): Pick<Peer, "agreement" | "hasOpenStreams" | "heardAt"> {
    return this.#peer;
  }

  /** Whether the connection has ended, which `closed` tells. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** When `advance` has something to do, if ever. */
  get nextDeadline(): number | undefined {
    const [own, peers] = [this.#deadline()?.at, this.#peer.nextDeadline];
    return own === undefined || peers === undefined ? (own ?? peers) : Math.min(own, peers);
  }

  /** Moves the clock to `now`; deadlines on the way are met at their times, the connection's own first (TCP-17). */
  advance(now: number): void {
    for (let own = this.#deadline(); own !== undefined && own.at <= now; own = this.#deadline()) {
      const before = this.#peer.nextDeadline;
      if (before !== undefined && before < own.at) this.#peer.advance(before);
      else this.#close(own.at, own.code);
      this.#collect();
    }
    this.#peer.advance(now);
    this.#collect();
  }

  /** Has the peer do something. What the peer throws is thrown. */
  ask<Result>(now: number, request: (peer: Peer) => Result): Result {
    this.advance(now);
    try {
      return request(this.#peer);
    } finally {
      this.#collect();
    }
  }

  /** Receives bytes, which are copied. */
  receive(chunk: Uint8Array, now: number): void {
    this.advance(now);
    if (this.#isClosed || chunk.length === 0) return;
    let hasWhole = false;
    for (const frame of this.#splitter.frames(chunk)) {
      hasWhole = true;
      this.#peer.receive(frame, now);
      this.#collect();
    }
    const { end, held } = this.#splitter;
    if (end !== undefined && end !== "clean")
      this.#close(now, end); // TCP-3, TCP-4
    else if (held === 0) this.#frameBegan = undefined;
    else if (hasWhole || this.#frameBegan === undefined) this.#frameBegan = now;
  }

  /** The other end stops sending (TCP-10, TCP-11). */
  end(now: number): void {
    this.advance(now);
    if (this.#isClosed) return;
    const end = this.#splitter.finish();
    this.#close(now, end === "clean" ? undefined : end);
  }

  /** The other end has reset the connection, or there is none (TCP-12). */
  reset(now: number): void {
    this.advance(now);
    this.#close(now, "CONNECTION_RESET");
  }

  /** Ends the connection on this side. */
  close(now: number): void {
    this.advance(now);
    this.#close(now, undefined);
  }

  /** The bytes to send since the last call, each piece a frame behind its length (TCP-21). */
  takeBytes(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#pieceBytes = 0;
    return pieces;
  }

  /** The events since the last call, in their order. */
  takeEvents(): PeerEvent[] {
    return this.#peer.takeEvents();
  }

  #close(now: number, code: Code | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#frameBegan = undefined;
    this.#splitter.finish();
    this.#peer.disconnect(now, code);
  }

  #collect(): void {
    this.#hadSession ||= this.#peer.agreement !== undefined;
    for (const frame of this.#peer.takeDatagrams()) {
      const piece = joined(frame);
      this.#pieces.push(piece);
      this.#pieceBytes += piece.length;
    }
  }

  /** The deadline of the connection that is met first (TCP-8, TCP-9). */
  #deadline(): Deadline | undefined {
    if (this.#isClosed) return undefined;
    const found: Deadline[] = [];
    if (this.#frameBegan !== undefined) found.push({ at: this.#frameBegan + FRAME_TIMEOUT_MS, code: "FRAME_TIMEOUT" });
    if (this.#acceptedAt !== undefined && !this.#hadSession) {
      found.push({ at: this.#acceptedAt + SESSION_TIMEOUT_MS, code: "HANDSHAKE_TIMEOUT" });
    }
    return found.reduce<Deadline | undefined>((one, other) => (one && one.at <= other.at ? one : other), undefined);
  }
}
