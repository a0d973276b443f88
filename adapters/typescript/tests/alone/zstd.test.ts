import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, Flag, type Frame, loadZstd, MissingTransformError } from "../../src/index.js";

const FRAME: Frame = {
  type: 0,
  flags: 0,
  streamId: 0x1234,
  frameSeq: 1n,
  spaceHash32: 0,
  modality: 0,
  slices: [{ dtype: 1, dims: [2], payload: Uint8Array.of(0, 0x3c, 0, 0xc0) }],
};

test("without Zstandard a frame with it is neither read nor refused, and is read once it is loaded", async () => {
  assert.throws(() => encode({ ...FRAME, flags: Flag.ZSTD }), MissingTransformError);
  await Promise.all([loadZstd(), loadZstd()]);
  const bytes = encode({ ...FRAME, flags: Flag.ZSTD });
  assert.deepEqual(decode(bytes), { ...FRAME, flags: Flag.ZSTD });
});
