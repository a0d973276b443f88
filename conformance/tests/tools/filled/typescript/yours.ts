// The template filled in with a codec of its own that knows no error but a short frame, and with sparse.
import { crc32 } from "node:zlib";
import { type Fields, type Implementation, Refusal, type Slice, type SparseTensor } from "./testee-kit/index.js";

const MAX_DENSE_ELEMENTS = 4_194_304; // SPR-9

/** Numbers and bytes, taken from the front. */
class Reader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) throw new Refusal(); // the frame ends early
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  number(bytes: number): number {
    return this.take(bytes).readUIntLE(0, bytes);
  }
}

function decode(frame: Uint8Array): Fields {
  const reader = new Reader(frame);
  reader.number(1);
  const [type, flags, streamId] = [reader.number(1), reader.number(2), reader.number(4)] as const;
  const frameSeq = reader.take(8).readBigUInt64LE();
  const lengths: number[] = [];
  for (let count = reader.take(8).readBigUInt64LE(); count > 0n; count--) lengths.push(reader.number(4));
  const [spaceHash32, modality] = [reader.number(4), reader.number(1)] as const;
  const slices = lengths.map((length): Slice => {
    const dtype = reader.number(1);
    const dims = Array.from({ length: reader.number(1) }, () => reader.number(4));
    return { dtype, dims, payload: reader.take(length) };
  });
  return { type, flags, streamId, frameSeq, spaceHash32, modality, slices };
}

function number(value: number | bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => Number((BigInt(value) >> BigInt(8 * at)) & 255n));
}

function encode({ type, flags, streamId, frameSeq, spaceHash32, modality, slices }: Fields): Uint8Array {
  const covered = Buffer.concat([
    Uint8Array.of(1, type),
    number(flags, 2),
    number(streamId, 4),
    number(frameSeq, 8),
    number(slices.length, 8),
    ...slices.map(({ payload }) => number(payload.length, 4)),
    number(spaceHash32, 4),
    number(modality, 1),
    ...slices.flatMap(({ dtype, dims, payload }) => [
      Uint8Array.of(dtype, dims.length),
      ...dims.map((dim) => number(dim, 4)),
      payload,
    ]),
  ]);
  return Buffer.concat([covered, number(crc32(covered), 4)]);
}

/** The product of dims; more than 2^53 may be inexact. */
function elements(dims: readonly number[]): number {
  return dims.includes(0) ? 0 : dims.reduce((product, dim) => product * dim, 1);
}

function sparseEncode(dims: readonly number[], dense: Uint8Array) {
  if (dense.length !== 2 * elements(dims)) throw new Refusal("LENGTH_MISMATCH"); // SPR-10
  const values: number[] = [];
  const index: Uint8Array[] = [];
  for (let at = 0; at < dense.length; at += 2) {
    if (dense[at] === 0 && (dense[at + 1] ?? 0) % 128 === 0) continue; // SPR-7
    values.push(...dense.subarray(at, at + 2));
    let place = at / 2;
    const row = dims.toReversed().map((dim) => {
      const coordinate = place % dim;
      place = Math.floor(place / dim);
      return number(coordinate, 4);
    });
    index.push(...row.toReversed());
  }
  return { values: Uint8Array.from(values), index: Buffer.concat(index) };
}

function sparseDecode({ dims, values, indexDims, index }: SparseTensor): Uint8Array {
  if (values.length % 2 !== 0) throw new Refusal("LENGTH_MISMATCH"); // SPR-10
  const [nnz, rank, cells] = [values.length / 2, dims.length, Buffer.from(index)];
  const fits = String(indexDims) === String([nnz, rank, 4]) && index.length === 4 * nnz * rank;
  if (!fits) throw new Refusal("BAD_INDEX"); // SPR-2
  const rows = Array.from({ length: nnz }, (_, row) =>
    dims.map((_, axis) => cells.readUInt32LE(4 * (row * rank + axis))),
  );
  rows.forEach((row, at) => {
    if (row.some((cell, axis) => cell >= (dims[axis] ?? 0))) throw new Refusal("BAD_INDEX"); // SPR-4
    if (at > 0 && !ascends(rows[at - 1] ?? [], row)) throw new Refusal("BAD_INDEX"); // SPR-5
  });
  if (elements(dims) > MAX_DENSE_ELEMENTS) throw new Refusal("LENGTH_MISMATCH"); // SPR-9
  const dense = new Uint8Array(2 * elements(dims));
  rows.forEach((row, at) => {
    const place = row.reduce((sum, cell, axis) => sum * (dims[axis] ?? 0) + cell, 0);
    dense.set(values.subarray(2 * at, 2 * at + 2), 2 * place);
  });
  return dense;
}

function ascends(before: readonly number[], row: readonly number[]): boolean {
  const axis = row.findIndex((cell, at) => cell !== before[at]);
  return axis >= 0 && (row[axis] ?? 0) > (before[axis] ?? 0);
}

export const yours: Implementation = {
  hello: { name: "fine-thing", version: "0.1", profiles: ["frame", "sparse"] },
  decode,
  encode,
  sparseEncode,
  sparseDecode,
};
