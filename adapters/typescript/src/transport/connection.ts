import type { AdaptiveOutgo } from "../peer/adaptive.js";
import type { Agreement, PeerEvent } from "../peer/event.js";
import type { Outgo, Peer } from "../peer/peer.js";
import type { Sizes } from "../peer/sync.js";
import { EventQueue } from "../queue.js";
import { SessionError } from "../session-error.js";
import type { Link } from "./link.js";

/** The longest that a timer can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One end of a connection, of a client or of a server, as programs have it: a `Link` with a clock and its events. */
export abstract class LinkConnection<Kind extends Link> implements AsyncIterable<PeerEvent> {
  protected readonly queue: EventQueue<PeerEvent>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The deadline that has passed and is met if nothing comes in another turn of the event loop. */
  #passed: number | undefined;

  constructor(maxEvents: number) {
    this.queue = new EventQueue(maxEvents);
  }

  protected abstract get link(): Kind;

  /** The peer's time. */
  protected abstract get now(): number;

  /** What is agreed, in a session. */
  get agreement(): Agreement | undefined {
    return this.link.peer.agreement;
  }

  /** Whether the connection has ended. */
  get isClosed(): boolean {
    return this.link.isClosed;
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

  /** Sends a data frame whose tensors take the form that is smallest and exact enough (specs/adaptive.md). */
  sendAdaptive(streamId: number, message: AdaptiveOutgo): void {
    this.#ask((peer, now) => peer.sendAdaptive(streamId, message, now));
  }

  /** Tells the other peer how much error its tensors on a stream_id may have, 0 to 16,777,216 in 2^-24 of their energy. */
  quality(streamId: number, tolerance: number): void {
    this.#ask((peer, now) => peer.quality(streamId, tolerance, now));
  }

  /** Opens a stream: what is sent on it is verified as a whole. A managed one has an urgency, of 0 to 7: the lowest goes first. */
  open(streamId: number, strongTail: boolean, sizes?: Sizes, urgency?: number): void {
    this.#ask((peer, now) => peer.open(streamId, strongTail, now, sizes, urgency));
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

  /** Ends a managed stream before its time, for a reason of `A` to `Z`, `0` to `9` and `_`. */
  reset(streamId: number, code: string): void {
    this.#ask((peer, now) => peer.reset(streamId, code, now));
  }

  /** Holds a managed stream of the other peer, which delivers nothing then, and soon gets no more. */
  hold(streamId: number): void {
    this.#ask((peer, now) => peer.hold(streamId, now));
  }

  /** Goes on with a stream that was held. */
  resume(streamId: number): void {
    this.#ask((peer, now) => peer.resume(streamId, now));
  }

  /** Wants no more of a managed stream of the other peer. */
  cancel(streamId: number): void {
    this.#ask((peer, now) => peer.cancel(streamId, now));
  }

  /** Lets the data frames of managed streams wait, so that `uncork` sends them in the order of their urgency. */
  cork(): void {
    this.#ask((peer, now) => peer.cork(now));
  }

  /** Sends what waits since `cork`, as far as the other peer takes it. */
  uncork(): void {
    this.#ask((peer, now) => peer.uncork(now));
  }

  /** The events from now on, until the connection has ended. Throws the reason of the signal once that is aborted. */
  async *events(signal?: AbortSignal): AsyncGenerator<PeerEvent, void, undefined> {
    for (;;) {
      const event = await this.queue.next(signal);
      this.taken();
      if (event === undefined) return;
      yield event;
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<PeerEvent, void, undefined> {
    return this.events();
  }

  /** Closes the connection: what was sent before still arrives, if the other end reads it within 5 s. */
  close(): void {
    this.step((link, now) => link.close(now));
  }

  /** Gives the pieces that the link has to those that wait to be sent. */
  protected abstract carry(pieces: readonly Uint8Array[]): void;

  /** How many bytes wait to be sent. */
  protected abstract get waiting(): number;

  /** Ends the connection on this side once what waits is sent. */
  protected abstract letGo(): void;

  /** Learns that an event was taken. */
  protected taken(): void {}

  /** Whether time stands still. */
  protected get isPaused(): boolean {
    return false;
  }

  /** Has the link do something, and does what follows from it. */
  protected step(act: (link: Kind, now: number) => void): void {
    this.link.unsent = this.waiting;
    try {
      act(this.link, this.now);
    } finally {
      this.#flush();
    }
  }

  /** Sets the timer to the next deadline. */
  protected arm(): void {
    clearTimeout(this.#timer);
    const deadline = this.link.nextDeadline;
    if (deadline === undefined || this.isPaused) return;
    const wait = Math.min(Math.max(deadline - this.now, 1), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#due(), wait);
  }

  /** Meets deadlines: timers go off before what has come is read, however long ago it came (TCP-24). */
  #due(): void {
    const before = this.#passed;
    this.step((link, now) => {
      link.pass(now);
      const next = link.nextDeadline;
      this.#passed = next !== undefined && next <= now ? next : undefined;
      if (this.#passed !== undefined && this.#passed === before) link.advance(now);
    });
  }

  #ask(request: (peer: Peer, now: number) => void): void {
    this.step((link, now) => link.ask(now, (peer) => request(peer, now)));
  }

  #flush(): void {
    this.carry(this.link.takeBytes());
    for (const event of this.link.takeEvents()) {
      this.queue.put(event);
      if (event.kind !== "closed") continue;
      this.queue.end();
      this.letGo();
    }
    this.arm();
  }
}

/** Waits until something calls back, and takes the callback away again. Throws the reason of the signal once that is aborted. */
export function turn(
  signal: AbortSignal | undefined,
  watch: (done: () => void) => void,
  leave: (done: () => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      leave(done);
      signal?.removeEventListener("abort", done);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    watch(done);
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}
