import { SquareSum } from "./exact-sum.js";
import { halfToNumber } from "./half.js";
import { type CodeBits, type Quantized, quantizeBlocks, roomFor, SCALE_BLOCK } from "./quant.js";

/** The elements that are looked at before their error is compared: what is not exact enough is given up early. */
const CHUNK = 32 * SCALE_BLOCK;
/** A finite binary16 times this is an integer below 2^40. */
const UNITS = 2 ** 24;

/** The sum of the squares of finite elements, as integer multiples of 2^-24. */
export function energyOf(halves: Uint16Array): bigint {
  const sum = new SquareSum();
  const integers = new Float64Array(CHUNK);
  for (let from = 0; from < halves.length; from += CHUNK) {
    const count = Math.min(CHUNK, halves.length - from);
    for (let at = 0; at < count; at++) integers[at] = halfToNumber(halves[from + at]) * UNITS;
    sum.add(integers, count);
  }
  return sum.total;
}

/**
 * Finite elements quantized, unless 2^24 times the sum of the squares of their errors, in the units of `energyOf`, is more
 * than `most` (ADA-6).
 */
export function quantizedWithin(bits: CodeBits, halves: Uint16Array, most: bigint): Quantized | undefined {
  const quantized = roomFor(bits, halves.length);
  const sum = new SquareSum();
  const chunk = new Chunk(bits, halves, quantized);
  for (let from = 0; from < halves.length; from += CHUNK) {
    const end = Math.min(from + CHUNK, halves.length);
    quantizeBlocks(bits, halves, quantized, from, end);
    sum.add(chunk.errors(from, end), end - from);
    if (sum.total << 24n > most) return undefined;
  }
  return quantized;
}

/** Some blocks of a tensor that is quantized, as they are dequantized again. */
class Chunk {
  readonly #bits: CodeBits;
  readonly #halves: Uint16Array;
  readonly #quantized: Quantized;
  readonly #products = new Float32Array(SCALE_BLOCK);
  readonly #productBits = new Int32Array(this.#products.buffer);
  readonly #errors = new Float64Array(CHUNK);

  constructor(bits: CodeBits, halves: Uint16Array, quantized: Quantized) {
    this.#bits = bits;
    this.#halves = halves;
    this.#quantized = quantized;
  }

  /** What the elements `from` to `end` lose, in multiples of 2^-24; valid until the next call. */
  errors(from: number, end: number): Float64Array {
    const { scale } = this.#quantized;
    for (let first = from; first < end; first += SCALE_BLOCK) {
      const block = first / SCALE_BLOCK;
      const factor = halfToNumber(scale[2 * block] | (scale[2 * block + 1] << 8));
      const last = Math.min(first + SCALE_BLOCK, end);
      if (this.#bits === 4) this.#lookUp(factor, first, last, first - from);
      else this.#multiply(factor, first, last, first - from);
    }
    return this.#errors;
  }

  /** The errors of a block of Q4, by the products of all codes that there are. */
  #lookUp(factor: number, first: number, last: number, into: number): void {
    const [halves, products, errors] = [this.#halves, this.#products, this.#errors];
    const { codes } = this.#quantized;
    for (let code = -8; code < 8; code++) products[code & 0xf] = code * factor;
    this.#round(16);
    for (let at = first; at < last; at++) {
      const code = (codes[at >> 1] >> (4 * (at & 1))) & 0xf;
      errors[into + at - first] = (halfToNumber(halves[at]) - products[code]) * UNITS;
    }
  }

  /** The errors of a block of I8. */
  #multiply(factor: number, first: number, last: number, into: number): void {
    const [halves, products, errors] = [this.#halves, this.#products, this.#errors];
    const { codes } = this.#quantized;
    for (let at = first; at < last; at++) products[at - first] = ((codes[at] << 24) >> 24) * factor;
    this.#round(last - first);
    for (let at = first; at < last; at++) {
      errors[into + at - first] = (halfToNumber(halves[at]) - products[at - first]) * UNITS;
    }
  }

  /**
   * Rounds products to binary16 (QNT-12), as numbers of binary32 with 11 significant bits, ties to even. Codes of up to 8
   * bits times scales of 11 are exact in binary32. Those below 2^-13 are multiples of 2^-24 of 11 bits at most, and stay as
   * they are; none of the codes that a quantizer writes makes as much as 65,520, which would be infinite.
   */
  #round(count: number): void {
    const bits = this.#productBits;
    for (let at = 0; at < count; at++) bits[at] = (bits[at] + 0xfff + ((bits[at] >>> 13) & 1)) & ~0x1fff;
  }
}
