import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, Flag, type Frame, ResonantError, readMessage } from "../src/index.js";
import { FRAME } from "./worked-frame.js";

/** The worked frame of specs/frame.md, section 7. */
const WORKED = "010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b";
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

test("the worked frame is read and written", () => {
  assert.deepEqual(decode(bytes(WORKED)), FRAME);
  assert.equal(Buffer.from(encode(FRAME)).toString("hex"), WORKED);
});

test("sealed frames need the key and the header they were sealed with", () => {
  const [key, nonce] = [new Uint8Array(32).fill(1), new Uint8Array(24).fill(2)];
  const frame = { ...FRAME, flags: Flag.XCHACHA };
  const bytes = encode(frame, { key, nonce });
  assert.deepEqual(decode(bytes, { key }), frame);
  const rejected = (code: string) => (error: unknown) => error instanceof ResonantError && error.code === code;
  assert.throws(() => decode(bytes), rejected("KEY_REQUIRED"));
  assert.throws(() => decode(bytes, { key: nonce }), rejected("FIELD_RANGE"));
  assert.throws(() => encode(frame, { key }), rejected("KEY_REQUIRED"));
});

test("a message is read of a type that there is", () => {
  assert.equal(readMessage(FRAME).kind, "think");
  assert.throws(() => readMessage({ type: 9, slices: [] }), ResonantError);
});

test("a payload is a view of the frame that was read", () => {
  const received = bytes(WORKED);
  assert.equal(decode(received).slices[0].payload.buffer, received.buffer);
});

test("a value that does not fit its field is not written", () => {
  const wrong: Partial<Frame>[] = [
    { type: 256 },
    { flags: 65536 },
    { streamId: -1 },
    { streamId: 1.5 },
    { frameSeq: 1n << 64n },
    { spaceHash32: 2 ** 32 },
    { modality: Number.NaN },
    { slices: [{ dtype: 2, dims: [2 ** 32, 0], payload: new Uint8Array() }] },
  ];
  for (const part of wrong) {
    assert.throws(
      () => encode({ ...FRAME, ...part }),
      (error) => error instanceof ResonantError && error.code === "FIELD_RANGE",
    );
  }
});
