import { MessageType } from "../frame.js";
import type { AdaptiveTolerance } from "./config.js";
import { Recent } from "./recent.js";

/** stream_ids whose qualities are remembered (ADA-16). */
const QUALITY_STREAMS = 1024;
/** The range of a controller, and how long it waits without a loss (ADA-17 to ADA-19). */
const LEAST = 1024;
const MOST = 1_048_576;
const QUIET_MS = 10_000;

interface Quality {
  readonly frameSeq: bigint;
  readonly tolerance: number;
}

/** The three tolerances of a peer: of keys and values of a Cache, and of every other tensor. */
interface Three {
  readonly tolerance: number;
  readonly keys: number;
  readonly values: number;
}

const each = (three: Three, change: (one: number) => number): Three => ({
  tolerance: change(three.tolerance),
  keys: change(three.keys),
  values: change(three.values),
});

/** How much error the tensors may have that a peer sends: its own values, and what receivers said (specs/adaptive.md). */
export class Tolerances {
  readonly #own: Three;
  readonly #isControlled: boolean;
  readonly #qualities = new Recent<number, Quality>(QUALITY_STREAMS);
  #now: Three;
  /** The last loss, halving or beginning. */
  #quietSince = 0;

  constructor({ tolerance, keys = tolerance, values = tolerance, controller = false }: AdaptiveTolerance) {
    this.#own = { tolerance, keys, values };
    this.#isControlled = controller;
    this.#now = this.#own;
  }

  /** Begins with a session (ADA-17). */
  begin(now: number): void {
    this.#quietSince = now;
    if (this.#isControlled) this.#now = each(this.#own, (one) => Math.min(Math.max(one, LEAST), MOST));
  }

  /** Forgets what was said in a session (ADA-16). */
  end(): void {
    this.#qualities.clear();
  }

  /** Takes a quality; of those of a stream_id that with the highest number counts. */
  hear(streamId: number, quality: Quality): void {
    const known = this.#qualities.get(streamId);
    this.#qualities.touch(streamId, known !== undefined && known.frameSeq > quality.frameSeq ? known : quality);
  }

  /** Learns that frames of a stream were lost (ADA-18). */
  lost(now: number): void {
    if (!this.#isControlled) return;
    this.#halve(now);
    this.#now = each(this.#now, (one) => Math.min(2 * one, MOST));
    this.#quietSince = now;
  }

  /** The tolerance of a tensor of a message, by its place among the tensors (ADA-12). */
  of(streamId: number, type: number, place: number, now: number): number {
    if (this.#isControlled) this.#halve(now);
    const { tolerance, keys, values } = this.#now;
    const own = (type === MessageType.Cache ? [keys, values] : [])[place] ?? tolerance;
    return Math.max(own, this.#qualities.get(streamId)?.tolerance ?? 0);
  }

  /** Halves as often as time has passed without a loss (ADA-19). */
  #halve(now: number): void {
    const times = Math.floor((now - this.#quietSince) / QUIET_MS);
    this.#quietSince += times * QUIET_MS;
    this.#now = each(this.#now, (one) => Math.max(Math.floor(one / 2 ** times), LEAST));
  }
}
