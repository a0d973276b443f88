import assert from "node:assert/strict";
import { crc32 } from "../src/crc32.js";
import * as resonant from "../src/index.js";
import { adapting, repair, shards } from "./codes.js";
import { ACTIONS, peers } from "./peers.js";
import type { Random } from "./random.js";

/** One input for a part of the package. Throws where something else than a result or a reject comes of it. */
export type Target = (random: Random) => void;

export const TARGETS: Readonly<Record<string, Target>> = {
  frames,
  bodies,
  json,
  sparse,
  quant,
  framing,
  shards,
  repair,
  adapting,
  peers,
};
/** Of how many steps an input is made, where it is a whole conversation. */
export const STEPS: Readonly<Record<string, number>> = { peers: ACTIONS };

const KEY = new Uint8Array(32).fill(7);
const NONCE = new Uint8Array(24).fill(9);
const DTYPES = Object.values(resonant.Dtype);
const text = new TextEncoder();
const OBJECTS = [
  '{"method":"ping","ts":1}',
  '{"a":[1.5,-0,true,null,{"b":"\\ud83d\\ude00"}]}',
  '{"magnitude":1e3,"note":"x"}',
];

/** The result of a function, or undefined where it rejects its input; every other error is a fault. */
function taken<Value>(call: () => Value): Value | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof resonant.ResonantError) return undefined;
    throw error;
  }
}

function slice(random: Random): resonant.Slice {
  const dtype = random.oneOf(DTYPES);
  const dims = Array.from({ length: 1 + random.below(3) }, () => random.below(6));
  const count = resonant.elementCount(dims);
  const values = { [resonant.Dtype.F16]: count, [resonant.Dtype.SparseCoo]: count && random.below(count) };
  const bytes =
    dtype === resonant.Dtype.I8 ? count : dtype === resonant.Dtype.Q4 ? (count + 1) >> 1 : 2 * values[dtype];
  return { dtype, dims, payload: random.bytes(bytes) };
}

function jsonSlice(random: Random): resonant.Slice {
  const payload = random.below(2)
    ? text.encode(random.oneOf(OBJECTS))
    : random.mutated(text.encode(random.oneOf(OBJECTS)));
  return { dtype: resonant.Dtype.I8, dims: [payload.length], payload };
}

function frame(random: Random): resonant.Frame {
  const slices = Array.from({ length: random.below(4) }, () => (random.below(4) ? slice(random) : jsonSlice(random)));
  return {
    type: random.below(5),
    flags: random.below(8),
    streamId: random.u32(),
    frameSeq: BigInt(random.u32()) << BigInt(random.below(33)),
    spaceHash32: random.u32(),
    modality: random.below(5),
    slices,
  };
}

/** A valid frame is read as it was written; a changed one, often with its CRC mended, is read wholly or rejected. */
function frames(random: Random): void {
  const given = frame(random);
  const bytes = resonant.encode(given, { key: KEY, nonce: NONCE, level: 1 });
  assert.deepStrictEqual(resonant.decode(bytes, { key: KEY }), given);
  const changed = random.mutated(bytes);
  const end = changed.length - 4;
  if (end >= 0 && random.below(8)) new DataView(changed.buffer).setUint32(end, crc32(changed, end), true);
  const read = taken(() => resonant.decode(changed, { key: KEY }));
  if (read === undefined) return;
  if ((read.flags & 3) === 0) assert.deepStrictEqual(resonant.encode(read), changed);
  taken(() => resonant.readMessage(read));
}

/** A body comes back from Zstandard; a changed one has the length that it states, or is rejected. */
function bodies(random: Random): void {
  const plain = random.below(2)
    ? random.bytes(random.below(200))
    : new Uint8Array(random.below(5000)).fill(random.u32());
  const body = resonant.compress(plain, 1 + random.below(3));
  assert.deepStrictEqual(resonant.decompress(body), plain);
  const read = taken(() => resonant.decompress(random.mutated(body)));
  assert((read?.length ?? 0) <= resonant.MAX_PLAIN_BYTES);
}

/** JSON that the strict reader takes is read by JSON.parse in the same way. */
function json(random: Random): void {
  const payload = random.mutated(text.encode(random.oneOf(OBJECTS)));
  const slices = [{ dtype: resonant.Dtype.I8, dims: [payload.length], payload }];
  const message = taken(() => resonant.readMessage({ ...frame(random), type: resonant.MessageType.Sync, slices }));
  if (message?.kind !== "sync") return;
  const lax: unknown = JSON.parse(new TextDecoder().decode(payload));
  assert.equal(JSON.stringify(resonant.plain(message.json)), JSON.stringify(lax));
}

/** A dense tensor comes back but for the sign of 0; a changed sparse one is read or rejected. */
function sparse(random: Random): void {
  const dims = Array.from({ length: 1 + random.below(3) }, () => random.below(5));
  const dense = random.bytes(2 * resonant.elementCount(dims)).map((byte) => (byte & 1 ? byte : 0));
  const { values, index } = resonant.sparseEncode(dims, dense);
  const indexDims = [values.length / 2, dims.length, 4];
  const again = resonant.sparseDecode(dims, { values, index }, indexDims);
  assert.deepStrictEqual(resonant.sparseEncode(dims, again), { values, index });
  taken(() => resonant.sparseDecode(dims, { values: random.mutated(values), index }, indexDims));
  taken(() => resonant.sparseDecode(dims, { values, index: random.mutated(index) }, indexDims));
}

/** Bytes in whatever chunks have the frames, the end and the rest that a search in all of them at once finds. */
function framing(random: Random): void {
  const pieces = Array.from({ length: random.below(6) }, () => resonant.joined(random.bytes(33 + random.below(40))));
  const whole = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
  const bytes = random.below(2) ? whole : random.mutated(whole);
  const splitter = new resonant.Splitter();
  const got: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = random.below(8) ? random.below(6) : random.below(200);
    got.push(...splitter.frames(bytes.subarray(at, at + size)));
    at += size;
    assert(splitter.held <= 65_540);
  }
  const { frames, rest, code } = found(bytes);
  assert.deepStrictEqual(got, frames);
  assert.deepStrictEqual([splitter.end, splitter.held], [code, code === undefined ? rest : 0]);
  assert.equal(splitter.finish(), code ?? (rest === 0 ? "clean" : "TRUNCATED_FRAME"));
}

/** The frames in bytes that are all there, and what is left of them. */
function found(bytes: Uint8Array): { frames: Uint8Array[]; rest: number; code: string | undefined } {
  const frames: Uint8Array[] = [];
  let at = 0;
  while (bytes.length - at >= 4) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true);
    const code = length < 33 ? "FRAME_TOO_SHORT" : length > 65_536 ? "FRAME_TOO_LARGE" : undefined;
    if (code !== undefined) return { frames, rest: 0, code };
    if (bytes.length - at - 4 < length) break;
    frames.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { frames, rest: bytes.length - at, code: undefined };
}

/**
 * Elements come back within half a scale, but for the error of the scale itself, which is up to half of the least number
 * there is for each step of a code; changed scales are taken or rejected.
 */
function quant(random: Random): void {
  const bits = random.oneOf([4, 8] as const);
  const source = random.oneOf(["f16", "f32", "bf16"] as const);
  const data = random.bytes(random.below(300));
  const found = taken(() => resonant.quantize(bits, data, source));
  if (found === undefined) return;
  const count = data.length / (source === "f32" ? 4 : 2);
  const again = resonant.dequantize(bits, count, found.codes, found.scale);
  assert.equal(again.length, 2 * count);
  if (source === "f16")
    assertNear(resonant.numbersOf(data), resonant.numbersOf(again), resonant.numbersOf(found.scale));
  taken(() => resonant.dequantize(bits, count, found.codes, random.mutated(found.scale)));
}

function assertNear(elements: Float32Array, again: Float32Array, scales: Float32Array): void {
  elements.forEach((element, at) => {
    const [scale, back] = [scales[at >> 5], again[at]];
    const near =
      Math.abs(element - back) <= scale * 0.51 + Math.abs(element) * 0.01 + 127 * 2 ** -25 ||
      scale === 0 ||
      !Number.isFinite(back);
    assert(near, `${element} became ${back} by the scale ${scale}`);
  });
}
