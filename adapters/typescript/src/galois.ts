/** x^8 + x^4 + x^3 + x^2 + 1 (RSC-1). */
const POLYNOMIAL = 0x11d;
const ORDER = 255;

/** The powers of x, twice over, so that a sum of two logarithms needs no remainder. */
const POWERS = new Uint8Array(2 * ORDER);
/** The exponent of each element but 0. */
const LOGARITHMS = new Uint8Array(256);

for (let exponent = 0, power = 1; exponent < ORDER; exponent++) {
  POWERS[exponent] = power;
  POWERS[exponent + ORDER] = power;
  LOGARITHMS[power] = exponent;
  power <<= 1;
  if (power > 0xff) power ^= POLYNOMIAL;
}

/** The product of two elements of GF(2^8). */
export function product(one: number, other: number): number {
  return one === 0 || other === 0 ? 0 : POWERS[LOGARITHMS[one] + LOGARITHMS[other]];
}

/** The element whose product with this one, which is not 0, is 1. */
export function inverse(element: number): number {
  return POWERS[ORDER - LOGARITHMS[element]];
}

/** Rows of a matrix over GF(2^8). */
export type Matrix = readonly Uint8Array[];

/**
 * The inverse of a square matrix all of whose square corners can be inverted, as those of a Cauchy matrix can: elimination
 * then finds no 0 on the diagonal.
 */
export function inverted(matrix: Matrix): Matrix {
  const size = matrix.length;
  const rows = matrix.map((row, at) => {
    const wide = new Uint8Array(2 * size);
    wide.set(row);
    wide[size + at] = 1;
    return wide;
  });
  for (let pivot = 0; pivot < size; pivot++) {
    const scaled = rows[pivot];
    scale(scaled, inverse(scaled[pivot]));
    for (let at = 0; at < size; at++) if (at !== pivot) addScaled(rows[at], scaled, rows[at][pivot]);
  }
  return rows.map((row) => row.subarray(size));
}

function scale(row: Uint8Array, by: number): void {
  for (let at = 0; at < row.length; at++) row[at] = product(row[at], by);
}

/** Adds a row, times an element, to another. */
export function addScaled(to: Uint8Array, row: Uint8Array, by: number): void {
  for (let at = 0; at < row.length; at++) to[at] ^= product(row[at], by);
}

/** The rows that are combined in one pass: their products are the bytes of one number. */
const LANES = 4;
/** The bytes of a shard that are worked on at once: sums, which take four times as much, stay in the fastest cache. */
const BLOCK_BYTES = 4096;

/** For each row of a matrix the sum of all inputs, which are equally long, each times the row's coefficient for it. */
export function combined(matrix: Matrix, inputs: readonly Uint8Array[]): Uint8Array[] {
  const length = inputs[0]?.length ?? 0;
  const outputs = matrix.map(() => new Uint8Array(length));
  for (let first = 0; first < matrix.length; first += LANES) {
    const rows = matrix.slice(first, first + LANES);
    const tables = inputs.map((_, at) => productsOf(rows.map((row) => row[at])));
    for (let from = 0; from < length; from += BLOCK_BYTES) {
      const end = Math.min(from + BLOCK_BYTES, length);
      const sums = new Int32Array(end - from);
      for (const [at, input] of inputs.entries()) addProducts(sums, tables[at], input.subarray(from, end));
      for (let lane = 0; lane < rows.length; lane++)
        takeLane(sums, 8 * lane, outputs[first + lane].subarray(from, end));
    }
  }
  return outputs;
}

/** The products of every byte with up to four coefficients, that with the first in the lowest byte. */
function productsOf(coefficients: readonly number[]): Int32Array {
  const products = new Int32Array(256);
  for (let bit = 1; bit < 256; bit <<= 1) {
    let packed = 0;
    for (const [lane, coefficient] of coefficients.entries()) packed |= product(bit, coefficient) << (8 * lane);
    for (let below = 0; below < bit; below++) products[bit | below] = products[below] ^ packed;
  }
  return products;
}

function addProducts(sums: Int32Array, products: Int32Array, input: Uint8Array): void {
  for (let at = 0; at < sums.length; at++) sums[at] ^= products[input[at]];
}

function takeLane(sums: Int32Array, shift: number, output: Uint8Array): void {
  for (let at = 0; at < output.length; at++) output[at] = sums[at] >>> shift;
}
