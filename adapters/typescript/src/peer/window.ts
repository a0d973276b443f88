/** How far below the highest number accepted a frame may come (HSK-34). */
export const WINDOW = 1024;

/** Which of the last 1,024 numbers of a stream_id were accepted, as bits: bit i stands for the highest number less i. */
export class ReplayWindow {
  #highest = -1n;
  #accepted = 0n;
  #tails = 0n;

  /** Why a frame with this number is dropped, if it is. A TAIL may come again with the number of a TAIL (STM-13). */
  judge(number: bigint, isTail = false): "STALE" | "DUPLICATE" | undefined {
    if (number > this.#highest) return undefined;
    const below = this.#highest - number;
    if (below >= WINDOW) return "STALE";
    const bit = 1n << below;
    if ((this.#accepted & bit) === 0n) return undefined;
    return isTail && (this.#tails & bit) !== 0n ? undefined : "DUPLICATE";
  }

  /** Remembers a number, unless it is too low to be judged by. */
  accept(number: bigint, isTail = false): void {
    if (number > this.#highest) {
      const step = number - this.#highest;
      this.#accepted = shifted(this.#accepted, step);
      this.#tails = shifted(this.#tails, step);
      this.#highest = number;
    }
    const below = this.#highest - number;
    if (below >= WINDOW) return;
    this.#accepted |= 1n << below;
    if (isTail) this.#tails |= 1n << below;
  }

  /** Remembers all numbers from 0 up to and including this one, which is the highest so far. */
  acceptAll(highest: bigint): void {
    this.#highest = highest;
    this.#accepted = BigInt.asUintN(WINDOW, (1n << (highest + 1n < WINDOW ? highest + 1n : BigInt(WINDOW))) - 1n);
  }
}

function shifted(bits: bigint, step: bigint): bigint {
  return step >= WINDOW ? 0n : BigInt.asUintN(WINDOW, bits << step);
}
