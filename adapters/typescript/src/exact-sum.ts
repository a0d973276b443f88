import { roundEven } from "./half.js";

const SPLIT = 2 ** 20;
const CHUNK = 1024;

/** A sum of squares of integers below 2^41 in magnitude, exact however many there are. */
export class SquareSum {
  #total = 0n;
  #high = 0;
  #middle = 0;
  #low = 0;
  #count = 0;

  /**
   * Adds the squares of the first integers of an array.
   *
   * Each is high * 2^20 + low, where |high| <= 2^21 and |low| <= 2^19, so that its square is
   * high^2 * 2^40 + high * low * 2^21 + low^2. Of 1,024 of them the three sums are at most 2^52, 2^50 and 2^48, below
   * 2^53, and so exact in binary64; then they go into one integer of any length.
   */
  add(integers: Float64Array, count: number): void {
    let at = 0;
    while (at < count) {
      const end = Math.min(count, at + CHUNK - this.#count);
      this.#count += end - at;
      let [high2, middle, low2] = [this.#high, this.#middle, this.#low];
      for (; at < end; at++) {
        const high = roundEven(integers[at] / SPLIT);
        const low = integers[at] - high * SPLIT;
        high2 += high * high;
        middle += high * low;
        low2 += low * low;
      }
      [this.#high, this.#middle, this.#low] = [high2, middle, low2];
      if (this.#count === CHUNK) this.#carry();
    }
  }

  /** The sum so far. */
  get total(): bigint {
    this.#carry();
    return this.#total;
  }

  #carry(): void {
    this.#total += (BigInt(this.#high) << 40n) + (BigInt(this.#middle) << 21n) + BigInt(this.#low);
    this.#high = 0;
    this.#middle = 0;
    this.#low = 0;
    this.#count = 0;
  }
}
