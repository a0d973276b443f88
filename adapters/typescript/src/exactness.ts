import { SquareSum } from "./exact-sum.js";
import { halfToNumber } from "./half.js";
import { type CodeBits, codeAt, type Quantized, quantizeBlocks, roomFor, SCALE_BLOCK } from "./quant.js";

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
  readonly #products = new Float32Array(CHUNK);
  readonly #productBits = new Int32Array(this.#products.buffer);
  readonly #errors = new Float64Array(CHUNK);

  constructor(bits: CodeBits, halves: Uint16Array, quantized: Quantized) {
    this.#bits = bits;
    this.#halves = halves;
    this.#quantized = quantized;
  }

  /** What the elements `from` to `end` lose, in multiples of 2^-24; valid until the next call. */
  errors(from: number, end: number): Float64Array {
    this.#multiply(from, end);
    this.#round(end - from);
    const [halves, products, errors] = [this.#halves, this.#products, this.#errors];
    for (let at = from; at < end; at++) errors[at - from] = (halfToNumber(halves[at]) - products[at - from]) * UNITS;
    return errors;
  }

  /** Codes of up to 8 bits times scales of 11, which binary32 holds exactly. */
  #multiply(from: number, end: number): void {
    const { codes, scale } = this.#quantized;
    const [bits, products] = [this.#bits, this.#products];
    for (let first = from; first < end; first += SCALE_BLOCK) {
      const block = first / SCALE_BLOCK;
      const factor = halfToNumber(scale[2 * block] | (scale[2 * block + 1] << 8));
      const last = Math.min(first + SCALE_BLOCK, end);
      if (bits === 4) for (let at = first; at < last; at++) products[at - from] = codeAt(4, codes, at) * factor;
      else for (let at = first; at < last; at++) products[at - from] = codeAt(8, codes, at) * factor;
    }
  }

  /**
   * Rounds products to binary16 (QNT-12), as numbers of binary32 with 11 significant bits, ties to even. Those below 2^-13
   * are multiples of 2^-24 of 11 bits at most, and stay as they are; none is as large as 65,520, which would be infinite:
   * the greatest scales times the greatest codes are not.
   */
  #round(count: number): void {
    const bits = this.#productBits;
    for (let at = 0; at < count; at++) bits[at] = (bits[at] + 0xfff + ((bits[at] >>> 13) & 1)) & ~0x1fff;
  }
}
