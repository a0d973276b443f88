import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, Flag, loadZstd, MissingTransformError } from "../../src/index.js";
import { FRAME } from "../worked-frame.js";

test("without Zstandard a frame with it is neither read nor refused, and is read once it is loaded", async () => {
  assert.throws(() => encode({ ...FRAME, flags: Flag.ZSTD }), MissingTransformError);
  await Promise.all([loadZstd(), loadZstd()]);
  const bytes = encode({ ...FRAME, flags: Flag.ZSTD });
  assert.deepEqual(decode(bytes), { ...FRAME, flags: Flag.ZSTD });
});
