/** The facts that a testee states about its implementation (TST-12). */
export interface Hello {
  readonly name: string;
  readonly version: string;
  /** Those that it claims. */
  readonly profiles: readonly string[];
}

/** One slice of a frame. Given to encode, its values may be wrong on purpose. */
export interface Slice {
  readonly dtype: number;
  readonly dims: readonly number[];
  readonly payload: Uint8Array;
}

/**
 * A frame as data. Given to encode, its values may be wrong on purpose: a type of 7 is for the implementation to refuse.
 * Bits of flags: 1 ZSTD, 2 XCHACHA, 4 STRONG_TAIL.
 */
export interface Fields {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly frameSeq: bigint;
  readonly spaceHash32: number;
  readonly modality: number;
  readonly slices: readonly Slice[];
}

/** Options of encode; none of them matters to a frame without transforms. */
export interface Options {
  /** 32 and 24 bytes, of XCHACHA. */
  readonly key?: Uint8Array | undefined;
  readonly nonce?: Uint8Array | undefined;
  /** 1 to 22, of ZSTD. */
  readonly level?: number | undefined;
}

/** The inputs that sealing and opening have in common. */
export interface Sealing {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
}

/** A sparse tensor, which may be wrong on purpose. */
export interface SparseTensor {
  readonly dims: readonly number[];
  readonly values: Uint8Array;
  readonly indexDims: readonly number[];
  readonly index: Uint8Array;
}

/** The group that repair is for, which may be wrong on purpose. */
export interface Group {
  readonly streamId: number;
  readonly base: bigint;
  readonly r: number;
  readonly step: number;
}

/** A tensor, and what adapt is told of it, which may be wrong on purpose. */
export interface ToAdapt {
  readonly source: "f16" | "f32" | "bf16";
  readonly data: Uint8Array;
  readonly dims: readonly number[];
  readonly allow: readonly Dtype[];
  readonly tolerance: number;
  readonly budget?: number | undefined;
}

/** The dtypes that adapt chooses from. */
export type Dtype = "f16" | "i8" | "q4" | "sparse";

/** The choice of adapt, and its payloads. */
export type Adapted =
  | { readonly dtype: "f16"; readonly data: Uint8Array }
  | { readonly dtype: "i8" | "q4"; readonly codes: Uint8Array; readonly scale: Uint8Array }
  | { readonly dtype: "sparse"; readonly values: Uint8Array; readonly index: Uint8Array };

/**
 * An implementation as a testee calls it. A function that is not there answers `unsupported`. To refuse its input a
 * function throws a Refusal; whatever else it throws ends the process, and the run says so.
 */
export interface Implementation {
  readonly hello: Hello;

  // The profile frame.

  decode?(frame: Uint8Array, key?: Uint8Array): Fields;
  encode?(fields: Fields, options: Options): Uint8Array;
  spaceHash?(spaceId: string, arch: string, dataSig: string): number;
  tailHash?(data: Uint8Array): bigint;

  // zstd and xchacha.

  compress?(plain: Uint8Array, level?: number): Uint8Array;
  decompress?(zstd: Uint8Array): Uint8Array;
  seal?(by: Sealing, plain: Uint8Array): Uint8Array;
  open?(by: Sealing, sealed: Uint8Array): Uint8Array;

  /** Of message: gives what `$defs/message` of specs/ops/read_message.json describes. */
  readMessage?(frame: Uint8Array, key?: Uint8Array): object;

  // sparse and quant.

  sparseEncode?(dims: readonly number[], dense: Uint8Array): { values: Uint8Array; index: Uint8Array };
  sparseDecode?(tensor: SparseTensor): Uint8Array;
  quantize?(bits: 4 | 8, source: "f16" | "f32" | "bf16", data: Uint8Array): { codes: Uint8Array; scale: Uint8Array };
  dequantize?(bits: 4 | 8, count: number, codes: Uint8Array, scale?: Uint8Array): Uint8Array;

  // tcp: besides peers over TCP.

  tcpSplit?(
    chunks: readonly Uint8Array[],
    ended: boolean,
  ): { frames: readonly Uint8Array[]; end: string; held: number };
  tcpJoin?(frames: readonly Uint8Array[]): Uint8Array;

  // rs, where null stands for a shard that is not there, and adapt.

  rsEncode?(k: number, r: number, shards: readonly Uint8Array[]): readonly Uint8Array[];
  rsDecode?(k: number, r: number, shards: readonly (Uint8Array | null)[]): readonly Uint8Array[];
  adapt?(tensor: ToAdapt): Adapted;

  // fec: besides peers.

  repairEncode?(group: Group, frames: readonly Uint8Array[]): readonly Uint8Array[];
  repairDecode?(repair: readonly Uint8Array[], frames: readonly Uint8Array[]): readonly Uint8Array[];
}

/** Thrown to refuse an input: with a code of specs/README.md, or without one where the implementation names none. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;

  constructor(code = "REJECTED", detail = "") {
    super(detail);
    this.code = code;
  }
}

/** Thrown for an op, or a profile, that an implementation does not have (TST-9, TST-10). */
export class Unsupported extends Error {
  override readonly name = "Unsupported";
}

/** Thrown for a request that does not fit the schema of its op, or cannot be performed now (TST-11, TST-19). */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}
