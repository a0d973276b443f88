// The template filled in with echoes: each function gives what it was given, so that nothing can be mixed up unseen.
import { type Implementation, toHex } from "./testee-kit/index.js";

const U64 = 2n ** 64n - 1n;
const U32 = 2 ** 32 - 1;
const text = new TextEncoder();

function all(...parts: (Uint8Array | readonly number[] | undefined)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(part ?? [])]));
}

export const yours: Implementation = {
  hello: { name: "echo", version: "0.1", profiles: ["frame", "zstd", "xchacha", "message", "sparse", "quant"] },
  decode: (frame, key) => ({
    type: 1,
    flags: 2,
    streamId: 3,
    frameSeq: U64,
    spaceHash32: 4,
    modality: 5,
    slices: [
      { dtype: 6, dims: [7, U32], payload: key ?? frame },
      { dtype: 8, dims: [], payload: new Uint8Array() },
    ],
  }),
  encode({ type, flags, streamId, frameSeq, spaceHash32, modality, slices }, { key, nonce, level }) {
    const head = [type, flags, streamId, Number(frameSeq & 255n), spaceHash32, modality];
    const parts = slices.map(({ dtype, dims, payload }) => all([dtype], dims, payload));
    return all(head, ...parts, key, nonce, [level ?? 0]);
  },
  spaceHash: (...parts) => parts.reduce((sum, part) => (sum << 8) | text.encode(part).length, 0),
  tailHash: (data) => BigInt(data.length),
  compress: (plain, level) => all(plain, [level ?? 0]),
  decompress: (zstd) => all(zstd, [1]),
  seal: ({ key, nonce, aad }, plain) => all(key, nonce, aad, plain),
  open: ({ key, nonce, aad }, sealed) => all(sealed, aad, nonce, key),
  readMessage: (frame, key) => ({ kind: toHex(all(frame, key)) }),
  sparseEncode: (dims, dense) => ({ values: dense, index: all(dims) }),
  sparseDecode: ({ dims, values, indexDims, index }) => all(dims, values, indexDims, index),
  quantize: (bits, source, data) => ({ codes: data, scale: all([bits], text.encode(source)) }),
  dequantize: (bits, count, codes, scale) => all([bits, count], codes, scale && [0xff], scale),
  tcpSplit: (chunks, ended) => ({ frames: chunks, end: ended ? "clean" : "open", held: chunks.length }),
  tcpJoin: (frames) => all(...frames),
  rsEncode: (k, r, shards) => [...shards, all([k, r])],
  rsDecode: (k, r, shards) => shards.map((shard) => shard ?? all([k, r])),
  repairEncode: ({ streamId, base, r, step }, frames) => [...frames, all([streamId, Number(base & 255n), r, step])],
  repairDecode: (repair, frames) => [...repair, ...frames],
  adapt({ source, data, dims, allow, tolerance, budget }) {
    if (allow.length === 0) return { dtype: "sparse", values: data, index: all(dims) };
    if (budget !== undefined) return { dtype: "q4", codes: data, scale: all([tolerance, budget]) };
    return { dtype: "f16", data: all(data, dims, text.encode(source + allow.join("")), [tolerance]) };
  },
};
