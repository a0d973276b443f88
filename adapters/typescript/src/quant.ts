import { viewOf } from "./binary.js";
import { ResonantError } from "./errors.js";
import { HALF_INFINITY, halfOfFloatBits, halfOfNumber, halfToNumber, roundEven } from "./half.js";

/** The elements that share a scale (QNT-1). */
export const SCALE_BLOCK = 32;
const HALF_ONE = 0x3c00;

/** Bits of a code -> greatest code and greatest scale (quant.md). */
const QUANTIZERS = { 4: { limit: 7, greatest: 0x7091 }, 8: { limit: 127, greatest: 0x6007 } } as const;
const SOURCE_BYTES = { f16: 2, f32: 4, bf16: 2 } as const;

/** The bits of a code: 4 for Q4, 8 for I8. */
export type CodeBits = keyof typeof QUANTIZERS;
/** The type of the elements given, little-endian. */
export type Source = keyof typeof SOURCE_BYTES;

/** The payloads of a quantized tensor and of its scale slice. */
export interface Quantized {
  readonly codes: Uint8Array;
  readonly scale: Uint8Array;
}

/** Quantize elements (QNT-1 to QNT-11). Throws `LENGTH_MISMATCH` by QNT-15 and `NON_FINITE`. */
export function quantize(bits: CodeBits, data: Uint8Array, source: Source = "f16"): Quantized {
  const halves = halvesFrom(data, source);
  const quantized = roomFor(bits, halves.length);
  quantizeBlocks(bits, halves, quantized, 0, halves.length);
  return quantized;
}

/** The codes and scales of so many elements, all 0 as yet. */
export function roomFor(bits: CodeBits, count: number): Quantized {
  return { codes: new Uint8Array(codeBytes(bits, count)), scale: new Uint8Array(2 * Math.ceil(count / SCALE_BLOCK)) };
}

/** Quantize the blocks of elements `first` to `end`; `first` begins a block, and `end` ends one. Throws `NON_FINITE`. */
export function quantizeBlocks(bits: CodeBits, halves: Uint16Array, into: Quantized, first: number, end: number): void {
  const { codes, scale } = into;
  const { limit, greatest } = QUANTIZERS[bits];
  for (let from = first; from < end; from += SCALE_BLOCK) {
    const blockEnd = Math.min(from + SCALE_BLOCK, end);
    const scaleBits = Math.min(halfOfNumber(halfToNumber(largest(halves, from, blockEnd)) / limit), greatest);
    const block = from / SCALE_BLOCK;
    scale[2 * block] = scaleBits;
    scale[2 * block + 1] = scaleBits >>> 8;
    if (scaleBits === 0) continue; // QNT-5
    const divisor = halfToNumber(scaleBits);
    for (let at = from; at < blockEnd; at++) {
      const quotient = roundEven(halfToNumber(halves[at]) / divisor);
      const code = Math.max(-limit, Math.min(limit, quotient));
      if (bits === 8) codes[at] = code;
      else codes[at >> 1] |= (code & 0xf) << (4 * (at & 1)); // QNT-9
    }
  }
}

/** Codes back to little-endian binary16 (QNT-12 to QNT-14). Throws `LENGTH_MISMATCH` and `BAD_SCALE`. */
export function dequantize(bits: CodeBits, count: number, codes: Uint8Array, scale?: Uint8Array): Uint8Array {
  if (codes.length !== codeBytes(bits, count)) {
    throw new ResonantError("LENGTH_MISMATCH", `${codes.length} bytes of codes for ${count}`, "QNT-14");
  }
  if (scale !== undefined) checkScale(count, scale, "QNT-14");
  const data = new Uint8Array(2 * count);
  for (let at = 0; at < count; at++) {
    const block = (at / SCALE_BLOCK) | 0;
    const scaleBits = scale === undefined ? HALF_ONE : scale[2 * block] | (scale[2 * block + 1] << 8);
    const half = halfOfNumber(codeAt(bits, codes, at) * halfToNumber(scaleBits));
    data[2 * at] = half;
    data[2 * at + 1] = half >>> 8;
  }
  return data;
}

/** Check that there is one scale for each block, and that each is finite and has no sign (MSG-9). */
export function checkScale(count: number, scale: Uint8Array, clause: string): void {
  const blocks = Math.ceil(count / SCALE_BLOCK);
  if (scale.length !== 2 * blocks) {
    throw new ResonantError("BAD_SCALE", `${scale.length} bytes for ${blocks} scales`, clause);
  }
  for (let at = 0; at < scale.length; at += 2) {
    const bits = scale[at] | (scale[at + 1] << 8);
    if (bits >= HALF_INFINITY) throw new ResonantError("BAD_SCALE", `a scale of 0x${bits.toString(16)}`, "MSG-9");
  }
}

function codeBytes(bits: CodeBits, count: number): number {
  return bits === 8 ? count : Math.ceil(count / 2);
}

/** A code, with the sign of its highest bit (QNT-8, QNT-9). */
function codeAt(bits: CodeBits, codes: Uint8Array, at: number): number {
  return bits === 8 ? (codes[at] << 24) >> 24 : (codes[at >> 1] << (at & 1 ? 24 : 28)) >> 28;
}

/** The bits of the largest magnitude: without their sign they are in the order of the numbers. */
function largest(halves: Uint16Array, from: number, end: number): number {
  let most = 0;
  for (let at = from; at < end; at++) {
    const magnitude = halves[at] & 0x7fff;
    if (magnitude > most) most = magnitude;
  }
  if (most >= HALF_INFINITY) throw new ResonantError("NON_FINITE", "an element is not finite, or not in binary16");
  return most;
}

/** The bytes of an element of a source. */
export const sourceBytes = (source: Source): number => SOURCE_BYTES[source];

/** The elements as bits of binary16 (QNT-2). */
export function halvesFrom(data: Uint8Array, source: Source): Uint16Array {
  const width = SOURCE_BYTES[source];
  if (data.length % width !== 0) {
    throw new ResonantError("LENGTH_MISMATCH", `${data.length} bytes of ${source}`, "QNT-15");
  }
  const halves = new Uint16Array(data.length / width);
  const view = viewOf(data);
  for (let at = 0; at < halves.length; at++) {
    if (source === "f16") halves[at] = view.getUint16(2 * at, true);
    else if (source === "f32") halves[at] = halfOfFloatBits(view.getUint32(4 * at, true));
    else halves[at] = halfOfFloatBits(view.getUint16(2 * at, true) << 16);
  }
  return halves;
}
