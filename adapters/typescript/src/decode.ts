import { viewOf } from "./binary.js";
import { crc32 } from "./crc32.js";
import { ResonantError } from "./errors.js";
import {
  type DecodeOptions,
  Flag,
  type Frame,
  type Header,
  LENGTH_CLAUSES,
  lengthFits,
  MAX_FRAME_BYTES,
  MAX_PLAIN_BYTES,
  MIN_FRAME_BYTES,
  type Slice,
} from "./frame.js";
import { openBody } from "./seal.js";
import { decompressBody } from "./zstd.js";

/** The bytes of a header without slice_len, and of one slice_len. */
const FIXED_BYTES = 29;
const ENTRY_BYTES = 4;
const TABLE_AT = 24;
const CRC_BYTES = 4;
/** The least that a slice takes in a plain body: slice_len, dtype, rank and one dim. */
const LEAST_SLICE_BYTES = 10;
const KNOWN_FLAGS = Flag.ZSTD | Flag.XCHACHA | Flag.STRONG_TAIL;
const HIGHEST_TYPE = 4;
const HIGHEST_MODALITY = 4;

/**
 * Read a frame. Throws ResonantError with the first code that applies, and MissingTransformError (frame.md, section 4).
 *
 * Payloads are views of `bytes` where the frame is plain, so whoever reuses that array copies them first.
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): Frame {
  const header = readHeader(bytes);
  const slices = readSlices(plainBody(bytes, header, options.key), header.numSlices, viewOf(bytes));
  const { type, flags, streamId, frameSeq, spaceHash32, modality } = header;
  return { type, flags, streamId, frameSeq, spaceHash32, modality, slices };
}

/** Read the header of a frame, with the checks that come before its transforms: 1 to 9 of frame.md, section 4. */
export function readHeader(bytes: Uint8Array): Header {
  const length = bytes.length;
  if (length < MIN_FRAME_BYTES) throw new ResonantError("FRAME_TOO_SHORT", `${length} bytes`);
  if (length > MAX_FRAME_BYTES) throw new ResonantError("FRAME_TOO_LARGE", `${length} bytes`);
  if (bytes[0] !== 1) throw new ResonantError("BAD_VERSION", `version ${bytes[0]}`);
  const view = viewOf(bytes);
  if (view.getUint32(length - CRC_BYTES, true) !== crc32(bytes, length - CRC_BYTES)) {
    throw new ResonantError("CRC_MISMATCH", "the CRC is another");
  }
  const type = bytes[1];
  if (type > HIGHEST_TYPE) throw new ResonantError("BAD_TYPE", `type ${type}`);
  const flags = view.getUint16(2, true);
  if ((flags & ~KNOWN_FLAGS) !== 0) throw new ResonantError("RESERVED_FLAGS", `flags 0x${flags.toString(16)}`);
  const numSlices = readNumSlices(view);
  const headerBytes = FIXED_BYTES + ENTRY_BYTES * numSlices;
  const modality = bytes[headerBytes - 1];
  if (modality > HIGHEST_MODALITY) throw new ResonantError("BAD_MODALITY", `modality ${modality}`);
  checkPlainSize(view, numSlices);
  return {
    type,
    flags,
    streamId: view.getUint32(4, true),
    frameSeq: view.getBigUint64(8, true),
    numSlices,
    spaceHash32: view.getUint32(headerBytes - 5, true),
    modality,
    headerBytes,
  };
}

function readNumSlices(view: DataView): number {
  const low = view.getUint32(16, true);
  const room = (view.byteLength - MIN_FRAME_BYTES) / ENTRY_BYTES;
  if (view.getUint32(20, true) !== 0 || low > room) {
    throw new ResonantError("BAD_SLICE_TABLE", `no room for ${view.getBigUint64(16, true)} slices`);
  }
  return low;
}

/** Sums of up to 16,384 u32 are exact. */
function checkPlainSize(view: DataView, numSlices: number): void {
  let sum = MIN_FRAME_BYTES + LEAST_SLICE_BYTES * numSlices;
  for (let at = TABLE_AT, end = TABLE_AT + ENTRY_BYTES * numSlices; at < end; at += ENTRY_BYTES) {
    sum += view.getUint32(at, true);
  }
  if (sum > MAX_PLAIN_BYTES) throw new ResonantError("PLAIN_TOO_LARGE", `a plain size of ${sum} or more`);
}

function plainBody(bytes: Uint8Array, header: Header, key: Uint8Array | undefined): Uint8Array {
  let body = bytes.subarray(header.headerBytes, bytes.length - CRC_BYTES);
  if ((header.flags & Flag.XCHACHA) !== 0) {
    if (key === undefined) throw new ResonantError("KEY_REQUIRED", "it is sealed");
    body = openBody(key, bytes.subarray(0, header.headerBytes), body);
  }
  return (header.flags & Flag.ZSTD) !== 0 ? decompressBody(body, header.numSlices) : body;
}

/** Read the slices of a plain body, whose lengths are in the table of the frame. */
function readSlices(body: Uint8Array, numSlices: number, frame: DataView): Slice[] {
  const view = viewOf(body);
  const slices: Slice[] = [];
  let at = 0;
  for (let index = 0; index < numSlices; index++) {
    const slice = readSlice(body, view, at, frame.getUint32(TABLE_AT + ENTRY_BYTES * index, true));
    slices.push(slice);
    at += 2 + 4 * slice.dims.length + slice.payload.length;
  }
  if (at < body.length) throw new ResonantError("TRAILING_BYTES", `${body.length - at} bytes after the last slice`);
  return slices;
}

function readSlice(body: Uint8Array, view: DataView, at: number, sliceLen: number): Slice {
  const room = body.length - at;
  if (room < 1) throw truncated(at);
  const dtype = body[at];
  if (lengthFits(dtype, [], 0) === undefined) throw new ResonantError("BAD_DTYPE", `dtype ${dtype}`);
  if (room < 2) throw truncated(at);
  const rank = body[at + 1];
  if (rank === 0) throw new ResonantError("BAD_RANK", "a rank of 0");
  const payloadAt = at + 2 + 4 * rank;
  if (payloadAt > body.length) throw truncated(at);
  const dims = new Array<number>(rank);
  for (let i = 0; i < rank; i++) dims[i] = view.getUint32(at + 2 + 4 * i, true);
  if (!lengthFits(dtype, dims, sliceLen)) {
    throw new ResonantError("LENGTH_MISMATCH", `${sliceLen} bytes for [${dims}]`, LENGTH_CLAUSES[dtype]);
  }
  if (payloadAt + sliceLen > body.length) throw truncated(at);
  return { dtype, dims, payload: body.subarray(payloadAt, payloadAt + sliceLen) };
}

function truncated(at: number): ResonantError {
  return new ResonantError("TRUNCATED_BODY", `the slice at ${at} of the plain body ends early`);
}
