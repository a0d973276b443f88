import assert from "node:assert/strict";
import { test } from "node:test";
import { FIRST_FORM, frameBytes } from "../../playground/build.js";
import { fromHex, InputError, keyFrom, numbersFrom, toHex } from "../../playground/bytes.js";
import { explain } from "../../playground/explain.js";
import { fromFile } from "../../playground/files.js";
import { quantizing, smallest } from "../../playground/quantizing.js";
import { decode, loadZstd } from "../../src/index.js";

const KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

test("a form becomes the frame that it says", () => {
  const { slices, streamId, frameSeq } = decode(frameBytes(FIRST_FORM));
  assert.deepEqual([streamId, frameSeq, slices[0].dims], [0x1234, 1n, [2, 2]]);
  assert.equal(toHex(slices[0].payload), "003c00b80034ff7b"); // 1, -0.5, 0.25, 65504 in binary16
});

test("contents are numbers, codes of four bits, bytes or text, and dims follow from them", () => {
  const built = (dtype: string, content: string) => {
    const [slice] = decode(frameBytes({ ...FIRST_FORM, slices: [{ dtype, dims: "", content }] })).slices;
    return [slice.dims, toHex(slice.payload)];
  };
  assert.deepEqual(built("2", "-1 127"), [[2], "ff7f"]);
  assert.deepEqual(
    built("3", "1 -1 7"),
    [[4], "f107"].map((value, at) => (at === 0 ? [3] : value)),
  );
  assert.deepEqual(built("2", "0x00 ff"), [[2], "00ff"]);
  assert.deepEqual(built("2", '{"a":1}'), [[7], "7b2261223a317d"]);
});

test("a sealed and compressed frame is explained to its plain body with the key", async () => {
  await loadZstd();
  const nonce = "00".repeat(24);
  const bytes = frameBytes({ ...FIRST_FORM, flags: ["ZSTD", "XCHACHA"], key: KEY, nonce });
  const { fields, verdict } = explain(bytes, keyFrom(KEY));
  assert.match(verdict, /^valid frame/);
  assert.deepEqual([...new Set(fields.map(({ part }) => part))], ["frame", "compressed body", "plain body"]);
  const { rejected } = explain(bytes);
  assert.deepEqual([rejected?.code, rejected?.clause], ["KEY_REQUIRED", "XCH-4"]);
});

test("each fault has its field and clause, and the first in order is the verdict", () => {
  const bytes = frameBytes(FIRST_FORM);
  bytes[1] = 9;
  const { fields, rejected } = explain(bytes);
  assert.equal(rejected?.code, "CRC_MISMATCH");
  assert.deepEqual(
    fields.filter(({ fault }) => fault).map(({ name, fault }) => `${name} ${fault?.code} ${fault?.clause}`),
    ["type BAD_TYPE FRM-3", "crc32 CRC_MISMATCH FRM-24"],
  );
});

test("what was typed wrong is said in words", () => {
  assert.throws(() => fromHex("0g"), new InputError("“g” is no hexadecimal digit"));
  assert.throws(() => fromHex("012"), new InputError("3 digits make no whole bytes: one has two"));
  assert.throws(() => keyFrom("00"), new InputError("the key has 1 byte, not 32"));
  assert.throws(() => numbersFrom("1 two"), new InputError("“two” is no number"));
  const slices = [{ dtype: "2", dims: "", content: "300" }];
  assert.throws(() => frameBytes({ ...FIRST_FORM, slices }), /300 is no whole number from -128 to 127/);
  assert.throws(() => frameBytes({ ...FIRST_FORM, streamId: "x" }), /stream_id is a whole number/);
  assert.throws(() => frameBytes({ ...FIRST_FORM, flags: ["XCHACHA"] }), /needs a key/);
});

test("a file that is compressed is refused in words", async () => {
  const compressed = new Blob([new Uint8Array([0x1f, 0x8b, 8])]);
  await assert.rejects(fromFile(compressed), new InputError("the file is compressed: unpack it, such as with gunzip"));
});

test("numbers are shown through a quantizer and back, with what is lost", () => {
  const { rows, greatestError, decibels } = quantizing(8, [127, 1, -127]);
  // The scale of 127 is 1, and whole numbers are kept.
  assert.deepEqual(
    rows.map(({ code, scale, back, error }) => [code, scale, back, error]),
    [
      [127, 1, 127, 0],
      [1, 1, 1, 0],
      [-127, 1, -127, 0],
    ],
  );
  assert.deepEqual([greatestError, decibels], [0, Number.POSITIVE_INFINITY]);
  const choice = smallest(new Array(64).fill(0), 0);
  assert.equal("dtype" in choice && choice.dtype, "sparse"); // zeros have no values to send
});
