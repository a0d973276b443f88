import { viewOf } from "./binary.js";
import { ResonantError } from "./errors.js";
import { elementCount } from "./frame.js";

/** The elements of the largest dense tensor that sparseDecode makes (SPR-9). */
export const MAX_DENSE_ELEMENTS = 4_194_304;
const COORDINATE_BYTES = 4;

/** The payloads of a sparse tensor and of its index slice, whose dims are [nnz, rank, 4]. */
export interface Sparse {
  readonly values: Uint8Array;
  readonly index: Uint8Array;
}

/** A dense binary16 tensor without the elements that are 0 or -0 (SPR-7). Throws `LENGTH_MISMATCH`. */
export function sparseEncode(dims: readonly number[], dense: Uint8Array): Sparse {
  if (dense.length !== 2 * elementCount(dims)) {
    throw new ResonantError("LENGTH_MISMATCH", `${dense.length} bytes for [${dims}]`, "SPR-10");
  }
  const view = viewOf(dense);
  const kept = countKept(view);
  const values = new DataView(new ArrayBuffer(2 * kept));
  const index = new DataView(new ArrayBuffer(COORDINATE_BYTES * kept * dims.length));
  let row = 0;
  for (let at = 0; at < dense.length; at += 2) {
    const bits = view.getUint16(at, true);
    if ((bits & 0x7fff) === 0) continue;
    values.setUint16(2 * row, bits, true);
    let rest = at / 2;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index.setUint32(COORDINATE_BYTES * (row * dims.length + axis), rest % dims[axis], true);
      rest = Math.floor(rest / dims[axis]);
    }
    row++;
  }
  return { values: new Uint8Array(values.buffer), index: new Uint8Array(index.buffer) };
}

function countKept(view: DataView): number {
  let kept = 0;
  for (let at = 0; at < view.byteLength; at += 2) if ((view.getUint16(at, true) & 0x7fff) !== 0) kept++;
  return kept;
}

/** The dense tensor of a sparse one (SPR-8). Throws `LENGTH_MISMATCH` (SPR-9, SPR-10) and `BAD_INDEX`. */
export function sparseDecode(dims: readonly number[], sparse: Sparse, indexDims: readonly number[]): Uint8Array {
  const { values, index } = sparse;
  if (values.length % 2 !== 0) throw new ResonantError("LENGTH_MISMATCH", `${values.length} bytes of values`, "SPR-10");
  const count = elementCount(dims);
  if (count > MAX_DENSE_ELEMENTS) throw new ResonantError("LENGTH_MISMATCH", `${count} elements`, "SPR-9");
  checkIndex(dims, values.length / 2, indexDims, index);
  const dense = new Uint8Array(2 * count);
  const view = viewOf(index);
  for (let row = 0; row < values.length / 2; row++) {
    let place = 0;
    for (let axis = 0; axis < dims.length; axis++) {
      place = place * dims[axis] + view.getUint32(COORDINATE_BYTES * (row * dims.length + axis), true);
    }
    dense[2 * place] = values[2 * row];
    dense[2 * place + 1] = values[2 * row + 1];
  }
  return dense;
}

/** Check the index of a sparse tensor with so many values. Throws `BAD_INDEX` by SPR-2 to SPR-5. */
export function checkIndex(
  dims: readonly number[],
  nnz: number,
  indexDims: readonly number[],
  index: Uint8Array,
): void {
  const rank = dims.length;
  const expected = [nnz, rank, COORDINATE_BYTES];
  const same = indexDims.length === expected.length && expected.every((dim, axis) => dim === indexDims[axis]);
  if (!same || index.length !== nnz * rank * COORDINATE_BYTES) {
    throw new ResonantError("BAD_INDEX", `[${indexDims}] and ${index.length} bytes for [${expected}]`);
  }
  const view = viewOf(index);
  const rowBytes = COORDINATE_BYTES * rank;
  for (let row = 0; row < nnz; row++) checkRow(view, rowBytes * row, dims);
  for (let row = 1; row < nnz; row++) checkOrder(view, rowBytes * row, rowBytes);
}

function checkRow(view: DataView, at: number, dims: readonly number[]): void {
  for (let axis = 0; axis < dims.length; axis++) {
    const coordinate = view.getUint32(at + COORDINATE_BYTES * axis, true);
    if (coordinate >= dims[axis]) throw new ResonantError("BAD_INDEX", `${coordinate} of ${dims[axis]}`, "SPR-4");
  }
}

/** Check that the row at that place comes after the one before it. */
function checkOrder(view: DataView, at: number, rowBytes: number): void {
  for (let offset = 0; offset < rowBytes; offset += COORDINATE_BYTES) {
    const before = view.getUint32(at - rowBytes + offset, true);
    const here = view.getUint32(at + offset, true);
    if (here > before) return;
    if (here < before) break;
  }
  throw new ResonantError("BAD_INDEX", "a row repeats or precedes the one before it", "SPR-5");
}
