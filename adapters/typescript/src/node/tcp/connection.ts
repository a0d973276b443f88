import type { Socket } from "node:net";
import type { Agreement, PeerEvent } from "../../peer/event.js";
import type { Outgo, Peer, PeerOptions } from "../../peer/peer.js";
import type { Sizes } from "../../peer/sync.js";
import { ByteLink } from "../../transport/byte-link.js";
import { SessionError } from "../connection.js";
import { EventQueue } from "../queue.js";
import type { Address } from "../socket.js";

/** The longest that a timer can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1;
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
export class Connection implements AsyncIterable<PeerEvent> {
  readonly local: Address;
  readonly remote: Address;
  readonly #socket: Socket;
  readonly #link: ByteLink;
  readonly #events = new EventQueue<PeerEvent>(MAX_EVENTS);
  /** Between the clock of the platform, which never goes back, and the peer's. */
  #offset = Date.now() - performance.now();
  #pausedAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Takes a connected socket over, which has to be one that allows half-open connections. Programs use `connect` and `listen`. */
  constructor(socket: Socket, options: PeerOptions) {
    this.#socket = socket.setNoDelay(); // TCP-21
    this.local = { address: socket.localAddress ?? "", port: socket.localPort ?? 0 };
    this.remote = { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    this.#link = new ByteLink(options, this.#now());
    socket.on("data", (chunk) => this.#step((link, now) => link.receive(chunk, now)));
    socket.on("end", () => this.#step((link, now) => link.end(now)));
    socket.on("error", () => this.#step((link, now) => link.reset(now))); // TCP-12
    socket.on("close", () => this.#step((link, now) => link.reset(now)));
    this.#arm();
  }

  /** What is agreed, in a session. */
  get agreement(): Agreement | undefined {
    return this.#link.peer.agreement;
  }

  /** Whether the connection has ended. */
  get isClosed(): boolean {
    return this.#link.isClosed;
  }

  /** How many bytes wait until the other end reads; beyond 16 MiB a request is rejected with `BUFFER_LIMIT` (TCP-20). */
  get writableLength(): number {
    return this.#socket.writableLength;
  }

  /** Waits until at most 1 MiB waits to be sent, or the connection has ended. */
  async drained(signal?: AbortSignal): Promise<void> {
    while (!this.isClosed && this.#socket.writableLength > DRAINED_BYTES) await this.#turn(signal);
    signal?.throwIfAborted();
  }

  /** Waits until a ping has its answer; what happens before that is not told again. */
  async established(signal?: AbortSignal): Promise<Agreement> {
    for await (const event of this.events(signal)) {
      if (event.kind === "established") return event;
      if (event.kind === "error_received") throw new SessionError(event.code);
      if (event.kind === "closed" && event.code !== undefined) throw new SessionError(event.code);
    }
    throw new SessionError("CONNECTION_RESET");
  }

  /** Has a client ping on a stream_id on which nothing was sent: to renegotiate, or for another session after a loss. */
  ping(streamId: number): void {
    this.#ask((peer, now) => peer.ping(streamId, now));
  }

  /** Sends a data frame. Like the other requests it throws ResonantError where the peer rejects it. */
  send(streamId: number, message: Outgo): void {
    this.#ask((peer, now) => peer.send(streamId, message, now));
  }

  /** Opens a stream: what is sent on it is verified as a whole. */
  open(streamId: number, strongTail: boolean, sizes?: Sizes): void {
    this.#ask((peer, now) => peer.open(streamId, strongTail, now, sizes));
  }

  /** Ends a stream. */
  end(streamId: number): void {
    this.#ask((peer, now) => peer.end(streamId, now));
  }

  /** Sends the TAIL of a stream again. */
  endAgain(streamId: number): void {
    this.#ask((peer, now) => peer.endAgain(streamId, now));
  }

  /** Sends a HEART. */
  heart(streamId: number): void {
    this.#ask((peer, now) => peer.heart(streamId, now));
  }

  /** The events from now on, until the connection has ended. Throws the reason of the signal once that is aborted. */
  async *events(signal?: AbortSignal): AsyncGenerator<PeerEvent, void, undefined> {
    for (;;) {
      const event = await this.#events.next(signal);
      this.#resume();
      if (event === undefined) return;
      yield event;
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<PeerEvent, void, undefined> {
    return this.events();
  }

  /** Closes the connection: what was sent before still arrives, if the other end reads it within 5 s. */
  close(): void {
    this.#step((link, now) => link.close(now));
  }

  /** The peer's time, which stands still while nothing is read. */
  #now(): number {
    return Math.floor(this.#offset + (this.#pausedAt ?? performance.now()));
  }

  #ask(request: (peer: Peer, now: number) => void): void {
    this.#step((link, now) => link.ask(now, (peer) => request(peer, now)));
  }

  #step(act: (link: ByteLink, now: number) => void): void {
    this.#link.unsent = this.#socket.writableLength;
    try {
      act(this.#link, this.#now());
    } finally {
      this.#flush();
    }
  }

  #flush(): void {
    this.#socket.cork();
    for (const piece of this.#link.takeBytes()) this.#socket.write(piece);
    this.#socket.uncork();
    for (const event of this.#link.takeEvents()) {
      this.#events.put(event);
      if (event.kind === "closed") this.#letGo();
    }
    if (this.#events.isFull && !this.isClosed) this.#pause();
    this.#arm();
  }

  /** Stops sending, and reads on without looking until the other end stops as well, or some time has passed. */
  #letGo(): void {
    this.#events.end();
    this.#socket.end();
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.on("close", () => clearTimeout(timer));
  }

  #pause(): void {
    this.#socket.pause();
    this.#pausedAt ??= performance.now();
  }

  #resume(): void {
    if (this.#pausedAt === undefined || this.#events.isFull) return;
    this.#offset -= performance.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    this.#socket.resume();
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const deadline = this.#link.nextDeadline;
    if (deadline === undefined || this.#pausedAt !== undefined) return;
    const wait = Math.min(Math.max(deadline - this.#now(), 1), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#step((link, now) => link.advance(now)), wait);
  }

  /** Waits until the system has taken something, or the connection is gone. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        this.#socket.off("drain", done).off("close", done);
        signal?.removeEventListener("abort", done);
        if (signal?.aborted) reject(signal.reason);
        else resolve();
      };
      this.#socket.on("drain", done).on("close", done);
      signal?.addEventListener("abort", done);
      if (signal?.aborted) done();
    });
  }
}
