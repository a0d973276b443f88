import { ResonantError } from "./errors.js";
import { energyOf, quantizedWithin } from "./exactness.js";
import { elementCount } from "./frame.js";
import { HALF_INFINITY, halfBytes } from "./half.js";
import { halvesFrom, type Quantized, SCALE_BLOCK, type Source, sourceBytes } from "./quant.js";
import { type Sparse, sparseEncode } from "./sparse.js";

/** A tolerance under which everything passes: it counts in 2^-24 of the energy. */
export const MAX_TOLERANCE = 16_777_216;
const MAX_BUDGET_BYTES = 4_294_967_295;

/** The forms in the order in which the first of equals is chosen (ADA-7). */
const FORMS = ["f16", "sparse", "i8", "q4"] as const;
type Form = (typeof FORMS)[number];

/** What adapt is told besides the elements. */
export interface AdaptOptions {
  readonly dims: readonly number[];
  /** The forms to choose from. */
  readonly allow: readonly Form[];
  /** The greatest error that passes, in 2^-24 of the energy: 167,772 is 20 dB below it, 16,777 is 30 dB, 0 is none. */
  readonly tolerance: number;
  /** The most bytes. */
  readonly budget?: number | undefined;
  /** The type of the elements, little-endian: binary16 where it is left out. */
  readonly source?: Source;
}

/** A tensor in the form that was chosen, as payloads of its slices. */
export type Adapted =
  | { readonly dtype: "f16"; readonly data: Uint8Array }
  | ({ readonly dtype: "i8" | "q4" } & Quantized)
  | ({ readonly dtype: "sparse" } & Sparse);

/**
 * The form of a tensor that takes the fewest bytes and is exact enough (specs/adaptive.md). Throws `FIELD_RANGE`,
 * `LENGTH_MISMATCH`, `TOLERANCE` where no form that is allowed is exact enough, and `BUDGET` where it takes too many bytes.
 */
export function adapt(data: Uint8Array, options: AdaptOptions): Adapted {
  const { dims, allow, tolerance, budget, source = "f16" } = options;
  requireRange("a tolerance", tolerance, MAX_TOLERANCE);
  if (budget !== undefined) requireRange("a budget", budget, MAX_BUDGET_BYTES);
  if (data.length !== elementCount(dims) * sourceBytes(source)) {
    throw new ResonantError("LENGTH_MISMATCH", `${data.length} bytes of ${source} for [${dims}]`, "ADA-3");
  }
  const halves = halvesFrom(data, source);
  const tensor = new Tensor(halves, dims, tolerance);
  for (const { form, bytes } of candidates(tensor, allow)) {
    const found = tensor.inForm(form);
    if (found === undefined) continue;
    if (budget !== undefined && bytes > budget) throw new ResonantError("BUDGET", `${bytes} bytes, of ${budget}`);
    return found;
  }
  throw new ResonantError("TOLERANCE", `none of [${allow}] is exact enough`);
}

function requireRange(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new ResonantError("FIELD_RANGE", `${name} of ${value}, not 0 to ${most}`, "ADA-2");
}

/** The candidates, the one with the fewest bytes first (ADA-4, ADA-7). */
function candidates(tensor: Tensor, allow: readonly Form[]): { form: Form; bytes: number }[] {
  const bytes = bytesOf(tensor);
  const named = FORMS.filter((form) => allow.includes(form));
  const possible = named.filter((form) => tensor.isFinite || form === "f16" || form === "sparse");
  return possible.map((form) => ({ form, bytes: bytes[form] })).sort((one, other) => one.bytes - other.bytes);
}

/** The bytes of each form: its payloads, and 6 and 4 for each dim of each of its slices. */
function bytesOf({ count, rank, nonZeros }: Tensor): Readonly<Record<Form, number>> {
  const slice = 6 + 4 * rank;
  const scales = 2 * Math.ceil(count / SCALE_BLOCK) + 10;
  return {
    f16: 2 * count + slice,
    sparse: 2 * nonZeros + 4 * rank * nonZeros + slice + 18,
    i8: count + scales + slice,
    q4: Math.ceil(count / 2) + scales + slice,
  };
}

/** A tensor in binary16, and how exact a form of it has to be. */
class Tensor {
  readonly count: number;
  readonly rank: number;
  /** The elements that are neither 0 nor -0. */
  readonly nonZeros: number;
  readonly isFinite: boolean;
  readonly #halves: Uint16Array;
  readonly #dims: readonly number[];
  readonly #tolerance: bigint;
  /** The tolerance times the energy, once it was asked for. */
  #most: bigint | undefined;

  constructor(halves: Uint16Array, dims: readonly number[], tolerance: number) {
    let nonZeros = 0;
    let most = 0;
    for (let at = 0; at < halves.length; at++) {
      const magnitude = halves[at] & 0x7fff;
      if (magnitude !== 0) nonZeros += 1;
      if (magnitude > most) most = magnitude;
    }
    this.count = halves.length;
    this.rank = dims.length;
    this.nonZeros = nonZeros;
    this.isFinite = most < HALF_INFINITY;
    this.#halves = halves;
    this.#dims = dims;
    this.#tolerance = BigInt(tolerance);
  }

  /** The tensor in a form, undefined where that is not exact enough (ADA-5, ADA-6). */
  inForm(form: Form): Adapted | undefined {
    if (form === "f16") return { dtype: form, data: halfBytes(this.#halves) };
    if (form === "sparse") return { dtype: form, ...sparseEncode(this.#dims, halfBytes(this.#halves)) };
    this.#most ??= this.#tolerance * energyOf(this.#halves);
    const quantized = quantizedWithin(form === "q4" ? 4 : 8, this.#halves, this.#most);
    return quantized && { dtype: form, ...quantized };
  }
}
