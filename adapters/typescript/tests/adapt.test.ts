import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../fuzz/random.js";
import { SquareSum } from "../src/exact-sum.js";
import { type AdaptOptions, adapt, type Code, dequantize, halvesOf, quantize, ResonantError } from "../src/index.js";

const ALL = ["f16", "i8", "q4", "sparse"] as const;

/** Four equal rows: the worked choice of specs/adaptive.md. */
const ROW = [0x3c00, 0xb800, 0x3400, 0x2c92, 0x32db, 0xbc00, 0x8000, 0x0000];
const WORKED = payload([...ROW, ...ROW, ...ROW, ...ROW]);

function payload(halves: readonly number[]): Uint8Array {
  return Uint8Array.from(halves.flatMap((bits) => [bits & 0xff, bits >> 8]));
}

const worked = (options: Partial<AdaptOptions>) =>
  adapt(WORKED, { dims: [4, 8], allow: ALL, tolerance: 0, ...options });

function refused(code: Code, call: () => unknown): void {
  assert.throws(call, (error) => error instanceof ResonantError && error.code === code);
}

test("the worked choice changes at the thresholds that the page gives", () => {
  const chosen = [0, 155, 156, 117_492, 117_493, 16_777_216].map((tolerance) => worked({ tolerance }).dtype);
  assert.deepEqual(chosen, ["f16", "f16", "i8", "i8", "q4", "q4"]);
  refused("TOLERANCE", () => worked({ tolerance: 155, allow: ["i8", "q4"] }));
});

test("the worked choice takes 42 bytes, and others theirs", () => {
  for (const [dtype, bytes] of [
    ["q4", 42],
    ["i8", 58],
    ["f16", 78],
    ["sparse", 272],
  ] as const) {
    const options = { tolerance: 117_493, allow: [dtype] };
    assert.equal(worked({ ...options, budget: bytes }).dtype, dtype);
    refused("BUDGET", () => worked({ ...options, budget: bytes - 1 }));
  }
  refused("BUDGET", () => worked({ tolerance: 117_493, budget: 41 }));
});

test("the payloads are those of the quantizers, of the sparse form, and the elements themselves", () => {
  assert.deepEqual(worked({ tolerance: 117_493 }), { dtype: "q4", ...quantize(4, WORKED) });
  assert.deepEqual(worked({ tolerance: 156 }), { dtype: "i8", ...quantize(8, WORKED) });
  assert.deepEqual(worked({}), { dtype: "f16", data: WORKED });
  const one = payload([0, 0x8000, 0x3c00, 0]);
  const sparse = { dtype: "sparse", values: Uint8Array.of(0, 0x3c), index: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) };
  assert.deepEqual(adapt(one, { dims: [2, 2], allow: ["sparse"], tolerance: 0 }), sparse);
});

test("of equals the first in the order of the page is chosen", () => {
  // One dim: f16 takes 2n + 10, sparse 6 nnz + 28, i8 n + 2 + 20, q4 ceil(n/2) + 2 + 20.
  const tie = (halves: readonly number[], allow: AdaptOptions["allow"]) =>
    adapt(payload(halves), { dims: [halves.length], allow, tolerance: 16_777_216 }).dtype;
  const values = (count: number, nonZeros: number) =>
    Array.from({ length: count }, (_, at) => (at < nonZeros ? 0x3c00 : 0));
  assert.equal(tie(values(12, 12), ["i8", "f16"]), "f16"); // 34 both
  assert.equal(tie(values(11, 11), ["i8", "f16"]), "f16"); // 32 and 33
  assert.equal(tie(values(13, 13), ["i8", "f16"]), "i8"); // 36 and 35
  assert.equal(tie(values(12, 1), ["sparse", "f16"]), "f16"); // 34 both
  assert.equal(tie(values(12, 1), ["i8", "sparse"]), "sparse"); // 34 both
  assert.equal(tie(values(1, 0), ["q4", "i8"]), "i8"); // 23 both
  assert.equal(tie(values(2, 0), ["q4", "i8"]), "q4"); // 24 and 23
});

test("what is not finite has no quantized form", () => {
  for (const special of [0x7c00, 0xfc00, 0x7e00, 0x7c01]) {
    const data = payload(Array.from({ length: 64 }, (_, at) => (at === 40 ? special : 0x3c00)));
    const options = { dims: [64], tolerance: 16_777_216 };
    assert.deepEqual(adapt(data, { ...options, allow: ALL }), { dtype: "f16", data });
    refused("TOLERANCE", () => adapt(data, { ...options, allow: ["i8", "q4"] }));
  }
});

test("sources are converted to binary16", () => {
  const floats = new Float32Array([1, 65_520, -65_520, 2 ** -24, 65_519]);
  const bits = new Uint32Array([0xffc0_0000, 0x7f80_0001]);
  const data = Uint8Array.from([...new Uint8Array(floats.buffer), ...new Uint8Array(bits.buffer)]);
  const options = { dims: [7], allow: ["f16"] as const, tolerance: 0 };
  const expected = payload([0x3c00, 0x7c00, 0xfc00, 0x0001, 0x7bff, 0x7e00, 0x7e00]);
  assert.deepEqual(adapt(data, { ...options, source: "f32" }), { dtype: "f16", data: expected });
  const short = payload([0x3f80, 0xffc1, 0x4780, 0xff80]);
  const shortly = { dtype: "f16", data: payload([0x3c00, 0x7e00, 0x7c00, 0xfc00]) };
  assert.deepEqual(adapt(short, { ...options, dims: [4], source: "bf16" }), shortly);
  const odd = payload([0xfe01, 0x7c01]);
  assert.deepEqual(adapt(odd, { ...options, dims: [2] }), { dtype: "f16", data: odd });
});

test("a tensor of zeros, or of nothing, passes without tolerance", () => {
  assert.equal(adapt(payload(Array(64).fill(0x8000)), { dims: [64], allow: ["q4"], tolerance: 0 }).dtype, "q4");
  const empty = { dtype: "q4", codes: new Uint8Array(0), scale: new Uint8Array(0) };
  assert.deepEqual(adapt(new Uint8Array(0), { dims: [0, 0xffff_ffff], allow: ["q4"], tolerance: 0 }), empty);
});

test("a tiny tensor that I8 loses keeps more in Q4", () => {
  const tiny = payload(
    Array(32)
      .fill(0x0001)
      .map((bits, at) => bits + (at % 40)),
  ); // at most 32 units: 32 / 127 rounds to 0
  refused("TOLERANCE", () => adapt(tiny, { dims: [32], allow: ["i8"], tolerance: 16_777_215 }));
  assert.equal(adapt(tiny, { dims: [32], allow: ["i8"], tolerance: 16_777_216 }).dtype, "i8");
  assert.equal(adapt(tiny, { dims: [32], allow: ["q4"], tolerance: 335_544 }).dtype, "q4"); // 17 dB
});

test("the first fault is told", () => {
  for (const tolerance of [-1, 16_777_217, 0.5, Number.NaN]) refused("FIELD_RANGE", () => worked({ tolerance }));
  for (const budget of [-1, 4_294_967_296, 0.5]) refused("FIELD_RANGE", () => worked({ budget, dims: [1] }));
  for (const dims of [
    [4, 7],
    [4, 9],
    [0xffff_ffff, 0xffff_ffff, 0xffff_ffff],
    [0, 8],
  ]) {
    refused("LENGTH_MISMATCH", () => worked({ dims, allow: [] }));
  }
  refused("LENGTH_MISMATCH", () => worked({ source: "f32" }));
  refused("TOLERANCE", () => worked({ allow: [], budget: 0 }));
});

/** Whether a form passes with a tolerance by ADA-6, word for word. */
function passing(bits: 4 | 8, data: Uint8Array): (tolerance: number) => boolean {
  const { codes, scale } = quantize(bits, data);
  const [given, back] = [units(data), units(dequantize(bits, data.length / 2, codes, scale))];
  const squares = (values: readonly bigint[]) => values.reduce((sum, value) => sum + value * value, 0n);
  const [error, energy] = [squares(given.map((value, at) => value - (back[at] as bigint))), squares(given)];
  return (tolerance) => error * 2n ** 24n <= BigInt(tolerance) * energy;
}

/** Finite elements as multiples of 2^-24. */
function units(data: Uint8Array): bigint[] {
  return Array.from({ length: data.length / 2 }, (_, at) => {
    const half = data[2 * at] | (data[2 * at + 1] << 8);
    const exponent = (half >> 10) & 31;
    const fraction = half & 0x3ff;
    const magnitude = exponent === 0 ? BigInt(fraction) : BigInt(fraction | 0x400) << BigInt(exponent - 1);
    return half & 0x8000 ? -magnitude : magnitude;
  });
}

test("the choice is the rule's, for tensors of all sizes and magnitudes", () => {
  const random = new Random(3);
  for (let turn = 0; turn < 400; turn++) {
    const count = random.oneOf([1, 31, 32, 33, 100, 1023, 1024, 1025, 2100]);
    const [base, width] = random.oneOf([
      [0, 40],
      [0, 0x7c00],
      [0x3000, 0x800],
      [0x7000, 0xc00],
    ] as const);
    const halves = Array.from({ length: count }, () => (base + random.below(width)) | (random.below(2) << 15));
    const data = payload(halves);
    for (const [dtype, bits] of [
      ["i8", 8],
      ["q4", 4],
    ] as const) {
      const least = threshold(bits, data);
      if (least > 16_777_216) continue;
      const at = (tolerance: number) => adapt(data, { dims: [count], allow: [dtype], tolerance }).dtype;
      assert.equal(at(least), dtype);
      if (least > 0) refused("TOLERANCE", () => at(least - 1));
    }
  }
});

/** The least tolerance with which a form passes. */
function threshold(bits: 4 | 8, data: Uint8Array): number {
  const passes = passing(bits, data);
  let [low, high] = [0, 16_777_217];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

test("sums of squares are exact", () => {
  const sum = new SquareSum();
  const random = new Random(4);
  let expected = 0n;
  for (const count of [1, 1023, 1, 1024, 3000]) {
    const integers = Float64Array.from({ length: count }, () => {
      const magnitude = random.below(4) ? random.u32() * 2 ** random.below(9) : 2 ** 41 - 1;
      return random.below(2) ? -magnitude : magnitude;
    });
    sum.add(integers, count);
    for (const integer of integers) expected += BigInt(integer) ** 2n;
    assert.equal(sum.total, expected);
  }
});

test("halves of numbers keep the sign of all but NaN", () => {
  assert.deepEqual(halvesOf(Float32Array.of(-0, -1, Number.NEGATIVE_INFINITY)), payload([0x8000, 0xbc00, 0xfc00]));
});
