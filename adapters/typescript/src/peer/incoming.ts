import type { Head, Tail } from "./sync.js";
import { Tally } from "./tally.js";
import { ReplayWindow, WINDOW } from "./window.js";

/** How many numbers beyond the reorder window are remembered (STM-31). */
const FAR_NUMBERS = 1024;
/** The most numbers that a STREAM_INCOMPLETE names (STM-12). */
const MAX_MISSING = 64;

/** A frame that waits for lower numbers. Without bytes it only fills its number. */
export interface Waiting {
  readonly bytes?: Uint8Array;
  /** What it takes of the room for frames that wait. */
  readonly size: number;
}

/** A TAIL that was answered with STREAM_INCOMPLETE. */
interface HeldTail {
  readonly frameSeq: bigint;
  readonly tail: Tail;
}

/** A stream of the other peer, from its HEAD until it is complete or fails. */
export class IncomingStream {
  readonly streamId: number;
  readonly strong: boolean;
  readonly head: Head;
  readonly tally: Tally;
  /** How far it may run ahead, of a managed stream (MUX-4). */
  readonly frames: bigint | undefined;
  /** The limit that its sender was told last. */
  limit: bigint;
  /** Whether the application holds it (MUX-19). */
  isOnHold = false;
  /** The lowest number that is missing. */
  next = 1n;
  held: HeldTail | undefined;
  /** When a missing number was last accepted, or the TAIL held (STM-18). */
  heardAt = 0;
  /** The bytes of frames that wait. */
  waitingBytes = 0;
  /** The highest number of a frame that belongs to the stream (STM-16, STM-30). */
  highest = 0n;
  readonly #waiting = new Map<bigint, Waiting>();
  /** Numbers that were filled out of reach of the reorder window, in the order in which they came. */
  readonly #far = new Set<bigint>();

  constructor(streamId: number, strong: boolean, head: Head, frames: bigint | undefined) {
    this.streamId = streamId;
    this.strong = strong;
    this.head = head;
    this.frames = frames;
    this.limit = frames ?? 0n;
    this.tally = new Tally({ withMd5: head.sizes !== undefined });
  }

  /** Whether a number was delivered or filled, or is held (STM-9). */
  has(number: bigint): boolean {
    return number < this.next || this.#waiting.has(number) || this.#far.has(number);
  }

  /** Whether a number is near enough to the lowest one missing to wait for it (STM-8). */
  isNear(number: bigint): boolean {
    return number - this.next < WINDOW;
  }

  /** Holds a frame until every lower number has come. */
  hold(number: bigint, waiting: Waiting): void {
    this.#waiting.set(number, waiting);
    this.waitingBytes += waiting.size;
  }

  /** Remembers a number that holds nothing, however far away it is (STM-29, STM-33). */
  fill(number: bigint): void {
    if (this.isNear(number)) this.hold(number, { size: 0 });
    else {
      this.#far.add(number);
      if (this.#far.size > 2 * FAR_NUMBERS) this.#forgetFar();
    }
  }

  /** The next number's turn: what waited for it, undefined if that number is still missing. */
  take(): Waiting | undefined {
    const waiting = this.#waiting.get(this.next);
    if (waiting !== undefined) {
      this.#waiting.delete(this.next);
      this.waitingBytes -= waiting.size;
      this.next += 1n;
      return waiting;
    }
    if (!this.#far.delete(this.next)) return undefined;
    this.next += 1n;
    return { size: 0 };
  }

  /** The first numbers below a TAIL that are missing, in ascending order (STM-12). */
  missing(tailSeq: bigint): bigint[] {
    const numbers: bigint[] = [];
    for (let number = this.next; number < tailSeq && numbers.length < MAX_MISSING; number += 1n) {
      if (!this.has(number)) numbers.push(number);
    }
    return numbers;
  }

  /** Whether it waits for missing numbers below its TAIL, and not for its application alone (STM-18, MUX-19). */
  get isIncomplete(): boolean {
    return this.held !== undefined && (!this.isOnHold || this.missing(this.held.frameSeq).length > 0);
  }

  /** The numbers that were accepted, as a closed stream remembers them (STM-35). */
  window(): ReplayWindow {
    const window = new ReplayWindow();
    window.acceptAll(this.next - 1n);
    for (const number of [...this.#waiting.keys(), ...this.#far]) window.accept(number);
    return window;
  }

  /** Forgets the oldest of the numbers out of reach; those that have come near are kept among the near ones. */
  #forgetFar(): void {
    for (const number of this.#far) {
      if (!this.isNear(number)) continue;
      this.#far.delete(number);
      this.hold(number, { size: 0 });
    }
    for (const number of this.#far) {
      if (this.#far.size <= FAR_NUMBERS) return;
      this.#far.delete(number);
    }
  }
}

/** The first numbers below a TAIL whose stream was never opened (STM-13). */
export function allMissing(tailSeq: bigint): bigint[] {
  const count = tailSeq < MAX_MISSING ? Number(tailSeq) : MAX_MISSING;
  return Array.from({ length: count }, (_, number) => BigInt(number));
}
