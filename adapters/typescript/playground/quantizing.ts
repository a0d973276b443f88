import {
  type Adapted,
  adapt,
  type CodeBits,
  dequantize,
  halvesOf,
  numbersOf,
  quantize,
  ResonantError,
  type Source,
} from "../src/index.js";

/** The elements that share a scale (QNT-1). */
const BLOCK = 32;

/** One element on its way through a quantizer. */
export interface Row {
  readonly given: number;
  readonly half: number;
  readonly code: number;
  readonly scale: number;
  readonly back: number;
  /** What is lost: back less given. */
  readonly error: number;
}

/** Numbers through a quantizer and back. */
export interface Quantizing {
  readonly rows: readonly Row[];
  readonly codes: Uint8Array;
  readonly scale: Uint8Array;
  readonly greatestError: number;
  /** The energy of the numbers to that of the error, in decibels; infinite where nothing is lost. */
  readonly decibels: number;
}

/** Quantize numbers, given as binary32. Throws `NON_FINITE`. */
export function quantizing(bits: CodeBits, numbers: readonly number[]): Quantizing {
  const given = Float32Array.from(numbers);
  const { codes, scale } = quantize(bits, new Uint8Array(given.buffer), "f32");
  const halves = numbersOf(halvesOf(given));
  const scales = numbersOf(scale);
  const back = numbersOf(dequantize(bits, given.length, codes, scale));
  const rows = Array.from(halves, (half, at): Row => {
    const code = codeAt(bits, codes, at);
    return {
      given: given[at],
      half,
      code,
      scale: scales[Math.floor(at / BLOCK)],
      back: back[at],
      error: back[at] - half,
    };
  });
  const energy = rows.reduce((sum, { half }) => sum + half * half, 0);
  const lost = rows.reduce((sum, { error }) => sum + error * error, 0);
  const greatestError = rows.reduce((most, { error }) => Math.max(most, Math.abs(error)), 0);
  const decibels = lost === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(energy / lost);
  return { rows, codes, scale, greatestError, decibels };
}

/** The smallest form that is exact enough (adaptive.md), or why there is none. `tolerance`: in 2^-24 of the energy. */
export function smallest(numbers: readonly number[], tolerance: number): Adapted | ResonantError {
  const data = new Uint8Array(Float32Array.from(numbers).buffer);
  const source: Source = "f32";
  try {
    return adapt(data, { source, dims: [numbers.length], allow: ["f16", "sparse", "i8", "q4"], tolerance });
  } catch (error) {
    if (error instanceof ResonantError) return error;
    throw error;
  }
}

function codeAt(bits: CodeBits, codes: Uint8Array, at: number): number {
  if (bits === 8) return (codes[at] << 24) >> 24;
  return (codes[at >> 1] << (at & 1 ? 24 : 28)) >> 28;
}
