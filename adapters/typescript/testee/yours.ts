import * as resonant from "../src/index.js";
import { toHex } from "../testee-kit/hex.js";
import { type Implementation, Refusal } from "../testee-kit/implementation.js";

/** The package, as its testee calls it. */
export const yours: Implementation = {
  hello: {
    name: "resonant-typescript",
    version: "0.1.0",
    profiles: [
      "frame",
      "zstd",
      "xchacha",
      "message",
      "sparse",
      "quant",
      "handshake",
      "stream",
      "tcp",
      "mux",
      "rs",
      "fec",
      "adapt",
    ],
  },
  decode: (frame, key) => said(() => resonant.decode(frame, { key })),
  encode: (fields, options) => said(() => resonant.encode(fields, options)),
  spaceHash: (spaceId, arch, dataSig) => said(() => resonant.spaceHash32(spaceId, arch, dataSig)),
  tailHash: (data) => resonant.strongTailHash(data),
  compress: (plain, level) => said(() => resonant.compress(plain, level)),
  decompress: (zstd) => said(() => resonant.decompress(zstd)),
  seal: (by, plain) => said(() => resonant.seal(by, plain)),
  open: (by, sealed) => said(() => resonant.open(by, sealed)),
  readMessage: (frame, key) => said(() => shown(resonant.decodeMessage(frame, { key }))),
  sparseEncode: (dims, dense) => said(() => resonant.sparseEncode(dims, dense)),
  sparseDecode: ({ dims, values, indexDims, index }) =>
    said(() => resonant.sparseDecode(dims, { values, index }, indexDims)),
  quantize: (bits, source, data) => said(() => resonant.quantize(bits, data, source)),
  dequantize: (bits, count, codes, scale) => said(() => resonant.dequantize(bits, count, codes, scale)),
  tcpSplit: split,
  tcpJoin: (frames) => said(() => joinedBytes(frames.map((frame) => resonant.joined(frame)))),
  rsEncode: (k, r, shards) => said(() => resonant.rsEncode(k, r, shards)),
  rsDecode: (k, r, shards) => said(() => resonant.rsDecode(k, r, shards)),
  repairEncode: (group, frames) => said(() => resonant.repairEncode(group, frames)),
  repairDecode: (repair, frames) => said(() => resonant.repairDecode(repair, frames)),
  adapt: ({ data, ...options }) => said(() => resonant.adapt(data, options)),
};

function split(chunks: readonly Uint8Array[], ended: boolean): { frames: Uint8Array[]; end: string; held: number } {
  const splitter = new resonant.Splitter();
  const frames = chunks.flatMap((chunk) => [...splitter.frames(chunk)]);
  const end = ended ? splitter.finish() : (splitter.end ?? "open");
  return { frames, end, held: splitter.held };
}

function joinedBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Calls the package; its rejects become refusals, and any other error is a crash. */
export function said<Value>(call: () => Value): Value {
  try {
    return call();
  } catch (error) {
    if (error instanceof resonant.ResonantError) throw new Refusal(error.code, error.message);
    throw error;
  }
}

/** A message as `$defs/message` of specs/ops/read_message.json has it. */
export function shown(message: resonant.Message): object {
  const members = Object.entries(message).map(([name, value]) => [name, shownValue(value)]);
  return Object.fromEntries(members);
}

function shownValue(value: string | null | Uint8Array | resonant.Tensor | resonant.JsonObject): unknown {
  if (value === null || typeof value === "string") return value;
  if (value instanceof Uint8Array) return toHex(value);
  return isTensor(value) ? shownTensor(value) : resonant.plain(value);
}

/** Whether it is a tensor: objects of JSON have no bytes. */
function isTensor(value: resonant.Tensor | resonant.JsonObject): value is resonant.Tensor {
  return value.payload instanceof Uint8Array;
}

function shownTensor({ dtype, dims, payload, scale, index }: resonant.Tensor): object {
  return { dtype, dims, payload: toHex(payload), scale: scale && toHex(scale), index: index && toHex(index) };
}
