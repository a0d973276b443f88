import { viewOf } from "./binary.js";
import { crc32 } from "./crc32.js";
import { type Code, ResonantError } from "./errors.js";
import {
  type EncodeOptions,
  Flag,
  type Frame,
  lengthFits,
  MAX_FRAME_BYTES,
  MAX_PLAIN_BYTES,
  MAX_RANK,
  MIN_FRAME_BYTES,
  type Slice,
} from "./frame.js";
import { sealBody } from "./seal.js";
import { compressBody } from "./zstd.js";

const FIXED_BYTES = 29;
const CRC_BYTES = 4;
const TRANSFORMS = Flag.ZSTD | Flag.XCHACHA;
const U8 = 0xff;
const U16 = 0xffff;
const U32 = 0xffffffff;
const U64 = 0xffff_ffff_ffff_ffffn;

/** Write a frame. Throws ResonantError for what a receiver would reject (FRM-33), and MissingTransformError. */
export function encode(frame: Frame, options: EncodeOptions = {}): Uint8Array {
  checkFields(frame);
  const plainBytes = checkSlices(frame.slices);
  const transformed = (frame.flags & TRANSFORMS) !== 0;
  if (plainBytes > MAX_PLAIN_BYTES) {
    const code = transformed ? "PLAIN_TOO_LARGE" : "FRAME_TOO_LARGE";
    throw new ResonantError(code, `a plain size of ${plainBytes}`, "FRM-34");
  }
  const headerBytes = FIXED_BYTES + 4 * frame.slices.length;
  const bytes = new Uint8Array(plainBytes);
  writeHeader(bytes, frame);
  writeSlices(bytes, headerBytes, frame.slices);
  return finish(transformed ? transform(bytes, headerBytes, frame.flags, options) : bytes);
}

/** The frame with its body transformed, the four bytes of the CRC still to be written. */
function transform(plain: Uint8Array, headerBytes: number, flags: number, options: EncodeOptions): Uint8Array {
  const header = plain.subarray(0, headerBytes);
  let body = plain.subarray(headerBytes, plain.length - CRC_BYTES);
  const { key, nonce, level } = options;
  const sealed = (flags & Flag.XCHACHA) !== 0;
  if (sealed && (key === undefined || nonce === undefined)) {
    throw new ResonantError("KEY_REQUIRED", key === undefined ? "no key" : "no nonce", "XCH-8");
  }
  if ((flags & Flag.ZSTD) !== 0) body = compressBody(body, level);
  if (sealed && key !== undefined && nonce !== undefined) body = sealBody({ key, nonce, aad: header }, body);
  const length = headerBytes + body.length + CRC_BYTES;
  if (length > MAX_FRAME_BYTES) {
    throw new ResonantError("FRAME_TOO_LARGE", `${length} bytes`, sealed ? "XCH-14" : "ZST-11");
  }
  const bytes = new Uint8Array(length);
  bytes.set(header);
  bytes.set(body, headerBytes);
  return bytes;
}

function finish(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - CRC_BYTES;
  viewOf(bytes).setUint32(end, crc32(bytes, end), true);
  return bytes;
}

function checkFields(frame: Frame): void {
  requireInteger("type", frame.type, U8);
  requireInteger("flags", frame.flags, U16);
  requireInteger("streamId", frame.streamId, U32);
  requireInteger("spaceHash32", frame.spaceHash32, U32);
  requireInteger("modality", frame.modality, U8);
  if (typeof frame.frameSeq !== "bigint" || frame.frameSeq < 0n || frame.frameSeq > U64) {
    throw new ResonantError("FIELD_RANGE", `frameSeq ${frame.frameSeq} is no u64`);
  }
  requireAtMost("BAD_TYPE", frame.type, 4);
  requireAtMost("RESERVED_FLAGS", frame.flags, TRANSFORMS | Flag.STRONG_TAIL);
  requireAtMost("BAD_MODALITY", frame.modality, 4);
}

/** Check every slice, and give the plain size of the frame. */
export function checkSlices(slices: readonly Slice[]): number {
  let plainBytes = MIN_FRAME_BYTES;
  for (const { dtype, dims, payload } of slices) {
    requireInteger("dtype", dtype, U8);
    const fits = lengthFits(dtype, dims, payload.length);
    if (fits === undefined) throw new ResonantError("BAD_DTYPE", `dtype ${dtype}`);
    if (dims.length < 1 || dims.length > MAX_RANK) throw new ResonantError("BAD_RANK", `a rank of ${dims.length}`);
    for (const dim of dims) requireInteger("a dim", dim, U32);
    if (!fits) throw new ResonantError("LENGTH_MISMATCH", `${payload.length} bytes for [${dims}]`);
    plainBytes += 4 + 2 + 4 * dims.length + payload.length;
  }
  return plainBytes;
}

function requireInteger(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new ResonantError("FIELD_RANGE", `${name} is ${value}, not 0 to ${most}`);
  }
}

function requireAtMost(code: Code, value: number, most: number): void {
  if (value > most) throw new ResonantError(code, `${value} is more than ${most}`);
}

function writeHeader(bytes: Uint8Array, frame: Frame): void {
  const view = viewOf(bytes);
  const { slices } = frame;
  view.setUint8(0, 1);
  view.setUint8(1, frame.type);
  view.setUint16(2, frame.flags, true);
  view.setUint32(4, frame.streamId, true);
  view.setBigUint64(8, frame.frameSeq, true);
  view.setUint32(16, slices.length, true); // the upper half of num_slices stays 0
  for (const [index, slice] of slices.entries()) view.setUint32(24 + 4 * index, slice.payload.length, true);
  view.setUint32(24 + 4 * slices.length, frame.spaceHash32, true);
  view.setUint8(28 + 4 * slices.length, frame.modality);
}

function writeSlices(bytes: Uint8Array, from: number, slices: readonly Slice[]): void {
  const view = viewOf(bytes);
  let at = from;
  for (const { dtype, dims, payload } of slices) {
    view.setUint8(at, dtype);
    view.setUint8(at + 1, dims.length);
    at += 2;
    for (const dim of dims) {
      view.setUint32(at, dim, true);
      at += 4;
    }
    bytes.set(payload, at);
    at += payload.length;
  }
}
