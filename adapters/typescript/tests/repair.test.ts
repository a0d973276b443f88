import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../fuzz/random.js";
import { crc32 } from "../src/crc32.js";
import { type Code, ResonantError, readRepair, repairDecode, repairEncode } from "../src/index.js";

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

// The worked repair of specs/fec.md.
const FRAMES = [
  "010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b",
  "0103000034120000020000000000000000000000000000000000000000238a9d3b",
].map(bytesOf);
const REPAIR = bytesOf(
  "525346313412000001000000000000000201000186007a010000fd0700007b000000000000008e000000000000000200000000ea8d80e28e8e01000000001e006069989493b2299b5f",
);
const GROUP = { streamId: 0x1234, base: 1n, r: 1, step: 1 };

function refused(code: Code, call: () => unknown): void {
  assert.throws(call, (error) => error instanceof ResonantError && error.code === code);
}

/** What a group looks at of a frame: its length, and bytes 4 to 15. */
function frameOf(streamId: number, number: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, streamId, true);
  view.setBigUint64(8, number, true);
  return bytes;
}

/** A datagram with some bytes changed, and the CRC that it needs. */
function changed(datagram: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = datagram.slice();
  copy.set(bytes, at);
  new DataView(copy.buffer).setUint32(copy.length - 4, crc32(copy, copy.length - 4), true);
  return copy;
}

test("the worked repair is written, read, and gives back either frame", () => {
  assert.deepEqual(repairEncode(GROUP, FRAMES), [REPAIR]);
  const { parity, ...numbers } = readRepair(REPAIR);
  assert.deepEqual(numbers, { streamId: 0x1234, base: 1n, k: 2, r: 1, index: 0, step: 1 });
  assert.equal(parity.length, 49);
  for (const lost of [0, 1]) assert.deepEqual(repairDecode([REPAIR], [FRAMES[1 - lost]]), [FRAMES[lost]]);
  assert.deepEqual(repairDecode([REPAIR], FRAMES), []);
  refused("NOT_RECOVERABLE", () => repairDecode([REPAIR], []));
});

test("as many frames as there is repair come back, whatever their lengths and their step", () => {
  const random = new Random(1);
  for (let turn = 0; turn < 200; turn++) {
    const [k, r, step] = [1 + random.below(12), 1 + random.below(5), 1 + random.below(16)];
    const base = random.below(2) ? BigInt(random.u32()) : 2n ** 64n - 1n - BigInt((k - 1) * step);
    const group = { streamId: random.u32(), base, r, step };
    const frames = Array.from({ length: k }, (_, at) =>
      frameOf(group.streamId, base + BigInt(at * step), 33 + random.below(90)),
    );
    const repair = repairEncode(group, frames);
    const lost = new Set(Array.from({ length: r }, () => random.below(k)));
    const left = frames.filter((_, at) => !lost.has(at));
    const used = repair.filter((_, at) => at >= r - lost.size);
    assert.deepEqual(
      repairDecode(used.reverse(), [frameOf(9, 9n, 33), ...left, new Uint8Array(20)]),
      frames.filter((_, at) => lost.has(at)),
    );
    if (left.length > 0) refused("NOT_RECOVERABLE", () => repairDecode(used, left.slice(1)));
  }
});

test("a group that cannot be is rejected, and then the first frame with a fault", () => {
  refused("FIELD_RANGE", () => repairEncode(GROUP, []));
  refused("FIELD_RANGE", () => repairEncode(GROUP, Array(129).fill(FRAMES[0])));
  for (const wrong of [{ r: 0 }, { r: 33 }, { step: 0 }, { step: 17 }, { base: 2n ** 64n - 1n }, { streamId: -1 }]) {
    refused("FIELD_RANGE", () => repairEncode({ ...GROUP, ...wrong }, FRAMES));
  }
  const [first, second] = FRAMES;
  refused("FRAME_TOO_SHORT", () => repairEncode(GROUP, [first.subarray(0, 32), second]));
  refused("FRAME_TOO_LARGE", () => repairEncode(GROUP, [frameOf(0x1234, 1n, 65_482), second.subarray(0, 32)]));
  assert.equal(repairEncode(GROUP, [frameOf(0x1234, 1n, 65_481)])[0].length, 65_507);
  refused("REPAIR_MISMATCH", () => repairEncode(GROUP, [second, second]));
  refused("REPAIR_MISMATCH", () => repairEncode({ ...GROUP, streamId: 1 }, FRAMES));
});

test("repair with a fault is rejected with the first code that applies", () => {
  refused("BAD_REPAIR", () => readRepair(REPAIR.subarray(0, 58)));
  refused("BAD_REPAIR", () => readRepair(changed(new Uint8Array(65_508), 0, ...REPAIR.subarray(0, 20))));
  refused("BAD_REPAIR", () => readRepair(changed(REPAIR, 0, 0x53)));
  const torn = REPAIR.slice();
  torn[16] = 0;
  refused("CRC_MISMATCH", () => readRepair(torn));
  const most = [255, 255, 255, 255, 255, 255, 255, 255];
  const wrong: [number, ...number[]][] = [
    [16, 0],
    [16, 129],
    [17, 0],
    [17, 33],
    [18, 1],
    [19, 0],
    [19, 17],
    [8, ...most],
  ];
  for (const [at, ...bytes] of wrong) refused("BAD_REPAIR", () => readRepair(changed(REPAIR, at, ...bytes)));
  assert.equal(readRepair(changed(REPAIR, 8, 254, ...most.slice(1))).base, 2n ** 64n - 2n);
  assert.equal(readRepair(changed(REPAIR, 16, 128, 32, 31, 16)).index, 31);
});

test("repair of one group is asked for, each once", () => {
  const [first, second] = repairEncode({ ...GROUP, r: 2 }, FRAMES);
  refused("DUPLICATE", () => repairDecode([first, first], []));
  for (const [at, byte] of [
    [4, 9],
    [8, 9],
    [19, 2],
    [16, 3],
    [17, 3],
  ]) {
    refused("REPAIR_MISMATCH", () => repairDecode([first, changed(second, at, byte)], []));
  }
  const [shorter] = repairEncode({ ...GROUP, r: 2 }, [FRAMES[0].subarray(0, 40), FRAMES[1]]);
  refused("REPAIR_MISMATCH", () => repairDecode([first, shorter], []));
  assert.deepEqual(repairDecode([second, first], []), FRAMES);
});

test("what is computed has to be a frame of the group", () => {
  const forged = (at: number, byte: number) => changed(REPAIR, 20 + at, REPAIR[20 + at] ^ byte);
  // The other coefficient is inv(3), so that the second frame changes by three times the byte.
  for (const [at, byte] of [
    [0, 0x20], // a length of 33 xor 0x60
    [1, 1],
    [2 + 4, 1],
    [2 + 15, 1],
    [48, 1],
  ]) {
    refused("REPAIR_MISMATCH", () => repairDecode([forged(at, byte)], [FRAMES[0]]));
  }
  assert.equal(repairDecode([forged(2 + 20, 1)], [FRAMES[0]]).length, 1); // what nobody looks at
  const long = frameOf(0x1234, 1n, 48);
  refused("REPAIR_MISMATCH", () => repairDecode([REPAIR], [long]));
  assert.deepEqual(repairDecode([REPAIR], [long, FRAMES[0]]), [FRAMES[1]]); // the later counts
});
