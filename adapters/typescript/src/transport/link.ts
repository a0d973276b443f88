import type { Code } from "../errors.js";
import type { PeerEvent } from "../peer/event.js";
import { Peer, type PeerOptions } from "../peer/peer.js";
import type { Carrier } from "../peer/state.js";

/** The most bytes that may wait for a slow reader (TCP-20). */
export const MAX_UNSENT_BYTES = 16_777_216;
const SESSION_TIMEOUT_MS = 15_000;

/** A deadline of the connection, and the code with which it is closed then. */
export interface Deadline {
  readonly at: number;
  readonly code: Code;
}

/**
 * One end of a connection, without input and output, whatever carries its frames: a `Peer`, and the ends of
 * specs/transport.md. It is given the time and gives pieces to send, and events. After the event `closed` the program
 * sends what there is to send, and then ends the connection on its side.
 */
export abstract class Link {
  /** How many of the bytes that were taken are still on the way to the system; the program keeps it up to date. */
  unsent = 0;
  readonly #peer: Peer;
  readonly #acceptedAt: number | undefined;
  #hadSession = false;
  #isClosed = false;
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;

  /** The end of a connection that is made now. */
  constructor(options: PeerOptions, now: number, limits: Omit<Carrier, "room">) {
    const room = () => MAX_UNSENT_BYTES - this.unsent - this.#pieceBytes;
    const carrier: Carrier = {
      get maxFrameBytes() {
        return limits.maxFrameBytes;
      },
      clause: limits.clause,
      isLossy: limits.isLossy ?? false,
      room,
    };
    this.#peer = new Peer({ ...options, carrier });
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

  /**
   * Moves the clock to `now`; deadlines on the way are met at their times, the connection's own first (TCP-17). This alone
   * ends it for what has not come: whatever has come is given before (TCP-24).
   */
  advance(now: number): void {
    for (let own = this.#deadline(); own !== undefined && own.at <= now; own = this.#deadline()) {
      const before = this.#peer.nextDeadline;
      if (before !== undefined && before < own.at) this.#peer.advance(before);
      else this.ended(own.at, own.code);
      this.#collect();
    }
    this.pass(now);
  }

  /** Moves the clock to `now` and meets the peer's deadlines alone: there may be something that is not given yet. */
  pass(now: number): void {
    this.#peer.advance(now);
    this.#collect();
  }

  /** Has the peer do something. What the peer throws is thrown. */
  ask<Result>(now: number, request: (peer: Peer) => Result): Result {
    this.pass(now);
    try {
      return request(this.#peer);
    } finally {
      this.#collect();
    }
  }

  /** The connection was reset or has failed, or there is none (TCP-12, RTC-11). */
  reset(now: number): void {
    this.pass(now);
    this.ended(now, "CONNECTION_RESET");
  }

  /** Ends the connection on this side. */
  close(now: number): void {
    this.pass(now);
    this.ended(now, undefined);
  }

  /** What there is to send since the last call, a frame in each piece. */
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

  /** A frame as it is sent. */
  protected abstract pieceOf(frame: Uint8Array): Uint8Array;

  /** The deadlines of the connection besides that of a session, in the order in which they are met at one instant. */
  protected ownDeadlines(): readonly Deadline[] {
    return [];
  }

  /** Notes the end, at a time when the clock has come to. */
  protected ended(now: number, code: Code | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#peer.disconnect(now, code);
  }

  #collect(): void {
    this.#hadSession ||= this.#peer.agreement !== undefined;
    for (const frame of this.#peer.takeDatagrams()) {
      const piece = this.pieceOf(frame);
      this.#pieces.push(piece);
      this.#pieceBytes += piece.length;
    }
  }

  /** The deadline of the connection that is met first (TCP-9, TCP-17). */
  #deadline(): Deadline | undefined {
    if (this.#isClosed) return undefined;
    const found = [...this.ownDeadlines()];
    if (this.#acceptedAt !== undefined && !this.#hadSession) {
      found.push({ at: this.#acceptedAt + SESSION_TIMEOUT_MS, code: "HANDSHAKE_TIMEOUT" });
    }
    return found.reduce<Deadline | undefined>((one, other) => (one && one.at <= other.at ? one : other), undefined);
  }
}
