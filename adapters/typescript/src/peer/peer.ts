import { type Code, ResonantError } from "../errors.js";
import type { Slice } from "../frame.js";
import { receive } from "./accept.js";
import { type AdaptiveOutgo, requestAdaptive, requestQuality } from "./adaptive.js";
import { checked, type PeerConfig, type Role, SALT_BYTES } from "./config.js";
import { drop } from "./emit.js";
import type { Agreement, PeerEvent } from "./event.js";
import { requestCancel, requestHold, requestResume } from "./flow.js";
import {
  cork,
  repeatTail,
  requestHead,
  requestHeart,
  requestMessage,
  requestPing,
  requestReset,
  requestTail,
  uncork,
} from "./requests.js";
import { type Carrier, DATAGRAMS, State } from "./state.js";
import type { Sizes } from "./sync.js";
import { advance, lose, nextDeadline } from "./timers.js";

/** What goes into a data frame. */
export interface Outgo {
  /** Of `MessageType`, but not Sync. */
  readonly type: number;
  readonly modality: number;
  readonly slices: readonly Slice[];
}

/** What a peer is made with, so that it needs no randomness of its own. */
export interface PeerOptions {
  readonly role: Role;
  readonly config: PeerConfig;
  /** 16 random bytes, never those of another peer with the same key. */
  readonly salt: Uint8Array;
  /** Draws the salts of further sessions; without it they use the same, and their numbers go on (XCH-15). */
  readonly drawSalt?: () => Uint8Array;
  /** Datagrams where it is left out. */
  readonly carrier?: Carrier;
}

/**
 * One end of a connection, without input and output: it is given datagrams, requests and the time in milliseconds, which
 * never goes back, and gives datagrams and events. No datagram makes it throw. Requests throw ResonantError where the
 * peer rejects them, and then have no other effect.
 */
export class Peer {
  readonly #state: State;

  constructor({ role, config, salt, drawSalt, carrier = DATAGRAMS }: PeerOptions) {
    const copied = () => checkedSalt((drawSalt as () => Uint8Array)());
    this.#state = new State(role, checked(config), carrier, { salt: checkedSalt(salt), drawSalt: drawSalt && copied });
  }

  /** What is agreed, in a session. */
  get agreement(): Agreement | undefined {
    return this.#state.session?.agreement;
  }

  /** Whether streams of the other peer are open. */
  get hasOpenStreams(): boolean {
    return this.#state.streams.size > 0;
  }

  /** When a frame was last accepted, or a session established. */
  get heardAt(): number {
    return this.#state.heardAt;
  }

  /** Whether a frame was accepted since the last handshake. */
  get hasSpoken(): boolean {
    return this.#state.hasSpoken;
  }

  /** Whether it has nothing to remember: all that it received was dropped, and it sent nothing. */
  get isBlank(): boolean {
    return this.#state.isBlank;
  }

  /** When `advance` has something to do, if ever. */
  get nextDeadline(): number | undefined {
    return nextDeadline(this.#state)?.at;
  }

  /** Moves the clock to `now`; deadlines on the way are met at their times. */
  advance(now: number): void {
    advance(this.#state, now);
  }

  /** Receives a datagram. Slices of events are views of it, so its bytes must not change. */
  receive(datagram: Uint8Array, now: number): void {
    advance(this.#state, now);
    if (!this.#state.disconnected) receive(this.#state, datagram);
  }

  /** Learns that something came that is no frame, which is dropped. */
  discard(code: Code, now: number): void {
    advance(this.#state, now);
    if (!this.#state.disconnected) drop(this.#state, code);
  }

  /**
   * Learns that its connection has ended, and why: its session ends, and it takes and sends nothing any more (TCP-14).
   * Deadlines that have come are met by `advance` before, unless the connection ended before them (TCP-17).
   */
  disconnect(now: number, code?: Code): void {
    if (this.#state.disconnected) return;
    this.#state.now = Math.max(this.#state.now, now);
    this.#state.disconnected = true;
    this.#state.waiting = undefined;
    if (this.#state.session !== undefined) lose(this.#state);
    this.#state.events.push(code === undefined ? { kind: "closed" } : { kind: "closed", code });
  }

  /** Sends a client's ping, on a stream_id on which nothing was sent. */
  ping(streamId: number, now: number): void {
    this.#asked(streamId, now);
    requestPing(this.#state, streamId);
  }

  /** Sends a data frame. */
  send(streamId: number, message: Outgo, now: number): void {
    this.#asked(streamId, now);
    requestMessage(this.#state, streamId, message);
  }

  /** Sends a data frame whose tensors take the form that is smallest and exact enough (specs/adaptive.md). */
  sendAdaptive(streamId: number, message: AdaptiveOutgo, now: number): void {
    this.#asked(streamId, now);
    requestAdaptive(this.#state, streamId, message);
  }

  /** Tells the other peer how much error its tensors on a stream_id may have, 0 to 16,777,216 in 2^-24 of their energy. */
  quality(streamId: number, tolerance: number, now: number): void {
    this.#asked(streamId, now);
    requestQuality(this.#state, streamId, tolerance);
  }

  /** Opens a stream: sends its HEAD. A managed stream has an urgency, of 0 to 7: the lowest goes first. */
  open(streamId: number, strongTail: boolean, now: number, sizes?: Sizes, urgency?: number): void {
    this.#asked(streamId, now);
    requestHead(this.#state, streamId, strongTail, { sizes, urgency });
  }

  /** Ends a stream: sends its TAIL. */
  end(streamId: number, now: number): void {
    this.#asked(streamId, now);
    requestTail(this.#state, streamId);
  }

  /** Sends the TAIL of a stream that has ended once more; nothing happens where it is not kept any more. */
  endAgain(streamId: number, now: number): void {
    this.#asked(streamId, now);
    repeatTail(this.#state, streamId);
  }

  /** Sends a HEART. */
  heart(streamId: number, now: number): void {
    this.#asked(streamId, now);
    requestHeart(this.#state, streamId);
  }

  /** Ends a managed stream before its time, for a reason of `A` to `Z`, `0` to `9` and `_`. */
  reset(streamId: number, code: string, now: number): void {
    this.#asked(streamId, now);
    requestReset(this.#state, streamId, code);
  }

  /** Holds a managed stream of the other peer, which delivers nothing then, and soon gets no more. */
  hold(streamId: number, now: number): void {
    this.#asked(streamId, now);
    requestHold(this.#state, streamId);
  }

  /** Goes on with a stream that was held. */
  resume(streamId: number, now: number): void {
    this.#asked(streamId, now);
    requestResume(this.#state, streamId);
  }

  /** Wants no more of a managed stream of the other peer. */
  cancel(streamId: number, now: number): void {
    this.#asked(streamId, now);
    requestCancel(this.#state, streamId);
  }

  /** Lets the data frames of managed streams wait, so that `uncork` sends them in the order of their urgency. */
  cork(now: number): void {
    this.#asked(0, now);
    cork(this.#state);
  }

  /** Sends what waits since `cork`, as far as the other peer takes it. */
  uncork(now: number): void {
    this.#asked(0, now);
    uncork(this.#state);
  }

  /** The datagrams to send since the last call, in their order. */
  takeDatagrams(): Uint8Array[] {
    return this.#state.datagrams.splice(0);
  }

  /** The events since the last call, in their order. */
  takeEvents(): PeerEvent[] {
    return this.#state.events.splice(0);
  }

  #asked(streamId: number, now: number): void {
    if (!Number.isInteger(streamId) || streamId < 0 || streamId > 0xffff_ffff) {
      throw new ResonantError("FIELD_RANGE", `stream_id ${streamId} is not a u32`);
    }
    advance(this.#state, now);
    if (this.#state.disconnected) {
      throw new ResonantError("HANDSHAKE_REQUIRED", "the connection has ended", "TCP-16");
    }
  }
}

function checkedSalt(salt: Uint8Array): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${salt.length} bytes, not ${SALT_BYTES}`);
  return salt.slice();
}
