import assert from "node:assert/strict";
import { test } from "node:test";
import { joined, ResonantError, Splitter } from "../../src/index.js";

const frameOf = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);
const length = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};
const FRAMES = [frameOf(33, 1), frameOf(70, 2), frameOf(256, 3)];
const BYTES = Buffer.concat(FRAMES.map(joined));

test("every division into two and three parts gives the same frames", () => {
  for (let one = 0; one <= BYTES.length; one += 1) {
    for (const other of [one, one + 1, one + 4, one + 100]) {
      const splitter = new Splitter();
      const parts = [BYTES.subarray(0, one), BYTES.subarray(one, other), BYTES.subarray(Math.max(one, other))];
      assert.deepEqual(
        parts.flatMap((part) => [...splitter.frames(part)]),
        FRAMES,
      );
      assert.deepEqual([splitter.held, splitter.finish()], [0, "clean"]);
    }
  }
});

test("what is held, and the end, are right after every byte", () => {
  const boundaries = [0, 37, 111, 371];
  for (let end = 0; end <= BYTES.length; end += 1) {
    const splitter = new Splitter();
    for (const byte of BYTES.subarray(0, end)) assert.ok([...splitter.frames(Uint8Array.of(byte))].length <= 1);
    const last = boundaries.filter((at) => at <= end).at(-1) ?? 0;
    assert.equal(splitter.held, end - last);
    assert.equal(splitter.finish(), end === last ? "clean" : "TRUNCATED_FRAME");
    assert.equal(splitter.held, 0);
  }
});

test("a length is judged when its fourth byte is there, and nothing behind it is read", () => {
  const wrong = [
    [0, "FRAME_TOO_SHORT"],
    [32, "FRAME_TOO_SHORT"],
    [65_537, "FRAME_TOO_LARGE"],
    [0xffff_ffff, "FRAME_TOO_LARGE"],
  ] as const;
  for (const [value, code] of wrong) {
    const splitter = new Splitter();
    const bytes = length(value);
    assert.deepEqual([...splitter.frames(bytes.subarray(0, 3))], []);
    assert.deepEqual([splitter.end, splitter.held], [undefined, 3]);
    const rest = Buffer.concat([bytes.subarray(3), BYTES]);
    assert.deepEqual([...splitter.frames(rest)], []);
    assert.deepEqual([...splitter.frames(BYTES)], []);
    assert.deepEqual([splitter.end, splitter.held, splitter.finish()], [code, 0, code]);
  }
  for (const value of [33, 65_536]) {
    const splitter = new Splitter();
    const [frame] = splitter.frames(Buffer.concat([length(value), frameOf(value, 9)]));
    assert.deepEqual([frame?.length, splitter.end], [value, undefined]);
  }
});

test("a program of another protocol is found by its first bytes", () => {
  for (const hello of [
    Uint8Array.of(0x16, 3, 1, 2, 0, 1),
    Buffer.from("GET / HTTP/1.1\r\n"),
    Buffer.from("SSH-2.0-"),
  ]) {
    const splitter = new Splitter();
    assert.deepEqual([...splitter.frames(hello)], []);
    assert.equal(splitter.end, "FRAME_TOO_LARGE");
  }
});

test("frames are copies, so that the program may use its buffer again", () => {
  const buffer = Uint8Array.from(BYTES);
  const [first] = new Splitter().frames(buffer);
  buffer.fill(0);
  assert.deepEqual(first, FRAMES[0]);
});

test("only what is as long as a frame is joined", () => {
  for (const [bytes, code] of [
    [32, "FRAME_TOO_SHORT"],
    [65_537, "FRAME_TOO_LARGE"],
  ] as const) {
    assert.throws(
      () => joined(new Uint8Array(bytes)),
      (error) => error instanceof ResonantError && error.code === code,
    );
  }
  assert.deepEqual(joined(frameOf(33, 7)), Uint8Array.of(33, 0, 0, 0, ...frameOf(33, 7)));
});
