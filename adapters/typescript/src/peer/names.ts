import { Dtype, type Modality } from "../frame.js";

/** The names of `compress` in the order of the specification. */
export const COMPRESS = ["zstd", "lz4", "none"] as const;
/** The names of `crypto`. */
export const CRYPTO = ["xchacha20poly1305", "aes256gcm", "none"] as const;
/** The names of `dtype`. */
export const DTYPES = ["f16", "i8", "q4", "sparse"] as const;
/** The names of `modality`, by the number that a frame has. */
export const MODALITIES = ["text", "image", "audio", "graph", "mixed"] as const;

/** The names of `fec` (specs/fec.md). */
export const FEC = ["rs8", "none"] as const;

export type CompressName = (typeof COMPRESS)[number];
export type CryptoName = (typeof CRYPTO)[number];
export type DtypeName = (typeof DTYPES)[number];
export type ModalityName = (typeof MODALITIES)[number];
export type FecName = (typeof FEC)[number];

/** The names that nobody agrees on (HSK-7). */
export const NEVER_AGREED: ReadonlySet<string> = new Set(["lz4", "aes256gcm"]);

const DTYPE_NAMES: ReadonlyMap<number, DtypeName> = new Map([
  [Dtype.F16, "f16"],
  [Dtype.I8, "i8"],
  [Dtype.Q4, "q4"],
  [Dtype.SparseCoo, "sparse"],
]);

/** The name that a list has for a dtype of slices. */
export function dtypeName(dtype: number): DtypeName | undefined {
  return DTYPE_NAMES.get(dtype);
}

/** The name that a list has for the modality of a frame. */
export function modalityName(modality: number): ModalityName | undefined {
  return MODALITIES[modality];
}

/** The number in a frame for the name of a modality. */
export function modalityNumber(name: ModalityName): (typeof Modality)[keyof typeof Modality] {
  return MODALITIES.indexOf(name) as (typeof Modality)[keyof typeof Modality];
}
