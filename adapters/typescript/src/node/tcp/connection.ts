import type { Socket } from "node:net";
import type { PeerOptions } from "../../peer/peer.js";
import { ByteLink } from "../../transport/byte-link.js";
import { LinkConnection, turn } from "../../transport/connection.js";
import type { Address } from "../socket.js";

/** While so many events wait to be taken, nothing is read. */
const MAX_EVENTS = 256;
/** How long a connection that is closed here reads on without looking (TCP-13). */
const LINGER_MS = 5000;
/** What may wait to be sent for `drained` to return. */
const DRAINED_BYTES = 1 << 20;

/**
 * One end of a connection over TCP, of a client or of a server: a `ByteLink` on a socket. `for await (const event of
 * connection)` gives its events; the last is `closed`.
 *
 * While 256 events wait to be taken nothing is read, which makes the other end wait, and the peer's time stands still.
 */
export class Connection extends LinkConnection<ByteLink> {
  readonly local: Address;
  readonly remote: Address;
  protected readonly link: ByteLink;
  readonly #socket: Socket;
  /** Between the clock of the platform, which never goes back, and the peer's. */
  #offset = Date.now() - performance.now();
  #pausedAt: number | undefined;

  /** Takes a connected socket over, which has to be one that allows half-open connections. Programs use `connect` and `listen`. */
  constructor(socket: Socket, options: PeerOptions) {
    super(MAX_EVENTS);
    this.#socket = socket.setNoDelay(); // TCP-21
    this.local = { address: socket.localAddress ?? "", port: socket.localPort ?? 0 };
    this.remote = { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    this.link = new ByteLink(options, this.now);
    socket.on("data", (chunk) => this.step((link, now) => link.receive(chunk, now)));
    socket.on("end", () => this.step((link, now) => link.end(now)));
    socket.on("error", () => this.step((link, now) => link.reset(now))); // TCP-12
    socket.on("close", () => this.step((link, now) => link.reset(now)));
    this.arm();
  }

  /** How many bytes wait until the other end reads; beyond 16 MiB a request is rejected with `BUFFER_LIMIT` (TCP-20). */
  get writableLength(): number {
    return this.#socket.writableLength;
  }

  /** Waits until at most 1 MiB waits to be sent, or the connection has ended. */
  async drained(signal?: AbortSignal): Promise<void> {
    const socket = this.#socket;
    while (!this.isClosed && socket.writableLength > DRAINED_BYTES) {
      await turn(
        signal,
        (done) => socket.on("drain", done).on("close", done),
        (done) => socket.off("drain", done).off("close", done),
      );
    }
    signal?.throwIfAborted();
  }

  /** The peer's time, which stands still while nothing is read. */
  protected get now(): number {
    return Math.floor(this.#offset + (this.#pausedAt ?? performance.now()));
  }

  protected get waiting(): number {
    return this.#socket.writableLength;
  }

  protected override get isPaused(): boolean {
    return this.#pausedAt !== undefined;
  }

  protected carry(pieces: readonly Uint8Array[]): void {
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }

  /** Stops sending, and reads on without looking until the other end stops as well, or some time has passed. */
  protected letGo(): void {
    this.#socket.end();
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.on("close", () => clearTimeout(timer));
  }

  protected override step(act: (link: ByteLink, now: number) => void): void {
    try {
      super.step(act);
    } finally {
      if (this.queue.isFull && !this.isClosed) this.#pause();
    }
  }

  protected override taken(): void {
    if (this.#pausedAt === undefined || this.queue.isFull) return;
    this.#offset -= performance.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    this.#socket.resume();
    this.arm();
  }

  #pause(): void {
    this.#socket.pause();
    this.#pausedAt ??= performance.now();
    this.arm();
  }
}
