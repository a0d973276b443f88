/** The kinds of messages that frames carry. */
export const MessageType = { Think: 0, Cache: 1, Ask: 2, Sync: 3, Critique: 4 } as const;

/** Bits of `flags`. */
export const Flag = { ZSTD: 1, XCHACHA: 2, STRONG_TAIL: 4 } as const;

/** The kinds of things that the numbers of a frame stand for. */
export const Modality = { Text: 0, Image: 1, Audio: 2, Graph: 3, Mixed: 4 } as const;

/** The elements that a payload is made of. */
export const Dtype = { F16: 0x01, I8: 0x02, Q4: 0x03, SparseCoo: 0x10 } as const;

export const MIN_FRAME_BYTES = 33;
export const MAX_FRAME_BYTES = 65_536;
/** The most that a frame may be long if no transform were applied. */
export const MAX_PLAIN_BYTES = 65_536;
/** The most that a frame may be long over UDP. */
export const MAX_DATAGRAM_BYTES = 65_507;
export const MAX_RANK = 255;

/** One array of a frame. A payload that was decoded is a view of the frame's bytes, where they are plain. */
export interface Slice {
  readonly dtype: number;
  /** Its shape, 1 to 255 u32; a single value has [1]. */
  readonly dims: readonly number[];
  readonly payload: Uint8Array;
}

/** The fields of a frame, but for its slices. */
export interface FrameFields {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly frameSeq: bigint;
  /** 0 where no embedding space is named. */
  readonly spaceHash32: number;
  readonly modality: number;
}

/** A frame as data. Its version, counts, lengths and CRC follow from it. */
export interface Frame extends FrameFields {
  readonly slices: readonly Slice[];
}

/** The header of a received frame, which no transform changes. */
export interface Header extends FrameFields {
  readonly numSlices: number;
  /** The length of the header itself, 29 + 4N. */
  readonly headerBytes: number;
}

/** Options of reading a frame. */
export interface DecodeOptions {
  /** The 32 bytes under which it may be sealed; ignored where it is not (XCH-7). */
  readonly key?: Uint8Array | undefined;
}

/** Options of writing a frame. */
export interface EncodeOptions {
  /** 32 bytes, of XCHACHA. */
  readonly key?: Uint8Array | undefined;
  /** 24 bytes, of XCHACHA, never used twice under one key (XCH-11). */
  readonly nonce?: Uint8Array | undefined;
  /** 1 to 22, of ZSTD; 3 where it is left out. */
  readonly level?: number | undefined;
}

/** The product of dims, exact as far as 2^53 and never less than that beyond (FRM-16). */
export function elementCount(dims: readonly number[]): number {
  let product = 1;
  for (const dim of dims) {
    if (dim === 0) return 0; // also where the product of the others is infinite
    product *= dim;
  }
  return product;
}

/** Dtype -> the clause of its payload's length. */
export const LENGTH_CLAUSES: Readonly<Record<number, string>> = {
  [Dtype.F16]: "FRM-17",
  [Dtype.I8]: "FRM-18",
  [Dtype.Q4]: "FRM-19",
  [Dtype.SparseCoo]: "FRM-20",
};

/** Whether a payload has the length that follows from its dtype and dims (FRM-17 to FRM-20); undefined: no such dtype. */
export function lengthFits(dtype: number, dims: readonly number[], bytes: number): boolean | undefined {
  const count = elementCount(dims);
  switch (dtype) {
    case Dtype.F16:
      return bytes === 2 * count;
    case Dtype.I8:
      return bytes === count;
    case Dtype.Q4:
      return bytes === Math.ceil(count / 2);
    case Dtype.SparseCoo:
      return bytes % 2 === 0 && bytes <= 2 * count;
    default:
      return undefined;
  }
}
