import assert from "node:assert/strict";
import { test } from "node:test";
import { Xxh3, xxh3 } from "../src/xxh3.js";

/** Bytes that repeat late, and numbers that do, too. */
const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * index * 31 + (index >> 5)) & 0xff);

test("hashes the empty string as the specification says", () => {
  assert.equal(xxh3(new Uint8Array(0)), 0x2d06800538d394c2n);
});

test("hashes the worked stream of stream.md", () => {
  const text =
    "010004000300000001000000000000000100000000000000040000003412ed5e000201040000000c131a219aa609f0" +
    "010004000300000002000000000000000100000000000000040000003412ed5e00020104000000171e252ccf8d75d2" +
    "010004000300000003000000000000000100000000000000040000003412ed5e0002010400000022293037794eea46";
  assert.equal(xxh3(Buffer.from(text, "hex")), 0x1205b5a31ae92bacn);
});

for (const piece of [1, 7, 63, 64, 65, 256, 257, 1024, 4999]) {
  test(`hashes pieces of ${piece} bytes as the whole`, () => {
    for (const length of [0, 1, 240, 241, 256, 257, 320, 1024, 1025, 1088, 5000]) {
      const hash = new Xxh3();
      for (let at = 0; at < length; at += piece) {
        hash.update(bytes.subarray(at, Math.min(length, at + piece)));
        hash.digest(); // which changes nothing
      }
      assert.equal(hash.digest(), xxh3(bytes.subarray(0, length)), `${length} bytes`);
    }
  });
}
