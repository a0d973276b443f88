import assert from "node:assert/strict";
import { crc32 } from "../src/crc32.js";
import * as resonant from "../src/index.js";
import type { Random } from "./random.js";

/** Whatever is lost of a code comes back where enough is left, and shards of wrong numbers and lengths are rejected. */
export function shards(random: Random): void {
  const [k, r] = [1 + random.below(9), 1 + random.below(5)];
  const length = random.below(40);
  const data = Array.from({ length: k }, () => random.bytes(length));
  const all = [...data, ...resonant.rsEncode(k, r, data)];
  const given = all.map((shard) => (random.below(3) ? shard : null));
  const isEnough = given.filter((shard) => shard !== null).length >= k;
  assert.deepStrictEqual(codeOf(() => resonant.rsDecode(k, r, given)) ?? "", isEnough ? "" : "NOT_RECOVERABLE");
  if (isEnough) assert.deepStrictEqual(resonant.rsDecode(k, r, given), all);
  const wrong = given.map((shard) => shard && (random.below(8) ? shard : random.mutated(shard)));
  codeOf(() => resonant.rsDecode(k + random.below(2), r, wrong));
  codeOf(() => resonant.rsEncode(random.below(200), random.below(40), data));
}

/** Frames that are lost come back from repair, and changed repair gives frames of the group or is rejected. */
export function repair(random: Random): void {
  const [k, r, step] = [1 + random.below(6), 1 + random.below(4), 1 + random.below(16)];
  const group = { streamId: random.u32(), base: BigInt(random.u32()), r, step };
  const numbers = Array.from({ length: k }, (_, at) => group.base + BigInt(at * step));
  const frames = numbers.map((number) => {
    const bytes = random.bytes(33 + random.below(60));
    const view = new DataView(bytes.buffer);
    view.setUint32(4, group.streamId, true);
    view.setBigUint64(8, number, true);
    return bytes;
  });
  const all = resonant.repairEncode(group, frames);
  const there = frames.filter(() => random.below(3) > 0);
  const isEnough = k - there.length <= r;
  assert.equal(
    codeOf(() => resonant.repairDecode(all, there)),
    isEnough ? undefined : "NOT_RECOVERABLE",
  );
  if (isEnough)
    assert.deepStrictEqual(
      resonant.repairDecode(all, there),
      frames.filter((one) => !there.includes(one)),
    );
  const changed = all.map((one) => (random.below(3) ? one : mended(random, random.mutated(one))));
  codeOf(() => {
    for (const found of resonant.repairDecode(changed, there)) assert(found.length >= 33 && found.length <= 65_481);
  });
}

/** A changed datagram, most often with the CRC that it needs. */
function mended(random: Random, bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 4;
  if (end >= 0 && random.below(8)) new DataView(bytes.buffer).setUint32(end, crc32(bytes, end), true);
  return bytes;
}

/** The form that adapt chooses is the smallest of those that pass by ADA-6, which is tried for each by itself. */
export function adapting(random: Random): void {
  const source = random.oneOf(["f16", "f32", "bf16"] as const);
  const width = source === "f32" ? 4 : 2;
  const dims = Array.from({ length: 1 + random.below(3) }, () => random.below(7));
  const bytes = resonant.elementCount(dims) * width;
  const sparse = random.below(3) === 0;
  const data = random.bytes(bytes).map((byte, at) => (sparse && (at / width) % 5 >= 1 ? 0 : byte));
  const tolerance = random.oneOf([
    0,
    100,
    16_777,
    167_772,
    resonant.MAX_TOLERANCE,
    random.below(resonant.MAX_TOLERANCE),
  ]);
  const allow = (["f16", "i8", "q4", "sparse"] as const).filter(() => random.below(4) > 0);
  const options = { dims, allow, tolerance, source };
  const sizes = allow.flatMap((form) => sizeOf(data, { ...options, allow: [form] }) ?? []);
  assert.equal(sizeOf(data, options), sizes.length === 0 ? undefined : Math.min(...sizes));
  codeOf(() => resonant.adapt(data, { ...options, budget: random.below(100), dims: [...dims, random.u32()] }));
  codeOf(() => resonant.adapt(random.bytes(bytes + 1), options));
}

/** The bytes of the form that is chosen, if one is. */
function sizeOf(data: Uint8Array, options: resonant.AdaptOptions): number | undefined {
  let found: resonant.Adapted;
  try {
    found = resonant.adapt(data, options);
  } catch (error) {
    if (error instanceof resonant.ResonantError && error.code === "TOLERANCE") return undefined;
    throw error;
  }
  const rank = options.dims.length;
  const slice = 6 + 4 * rank;
  if (found.dtype === "f16") return found.data.length + slice;
  if (found.dtype === "sparse") return found.values.length + found.index.length + slice + 18;
  const count = resonant.elementCount(options.dims);
  if (options.source === "f16") assertPasses(found, data, count, options.tolerance);
  return found.codes.length + found.scale.length + slice + 10;
}

function assertPasses(found: resonant.Adapted, data: Uint8Array, count: number, tolerance: number): void {
  if (!("codes" in found)) return;
  const bits = found.dtype === "q4" ? 4 : 8;
  const back = resonant.numbersOf(resonant.dequantize(bits, count, found.codes, found.scale));
  let [error, energy] = [0n, 0n];
  resonant.numbersOf(data).forEach((element, at) => {
    error += BigInt((element - back[at]) * 2 ** 24) ** 2n;
    energy += BigInt(element * 2 ** 24) ** 2n;
  });
  assert(error * 2n ** 24n <= BigInt(tolerance) * energy);
}

/** The code with which a call is rejected, if it is. */
function codeOf(call: () => unknown): resonant.Code | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof resonant.ResonantError) return error.code;
    throw error;
  }
}
