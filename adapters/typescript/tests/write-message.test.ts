import assert from "node:assert/strict";
import { test } from "node:test";
import { Double, Dtype, plain, quantize, ResonantError, readMessage, type Slice, sparseEncode } from "../src/index.js";
import { type WrittenMessage, type WrittenObject, writeMessage } from "../src/write-message.js";

const F16 = { dtype: Dtype.F16, dims: [2], payload: Uint8Array.of(0, 0x3c, 0, 0xc0) };
const I8: Slice = { dtype: Dtype.I8, dims: [2, 2], payload: Uint8Array.of(1, 2, 3, 4) };
const { codes, scale } = quantize(4, new Uint8Array(66), "f16");
const Q4 = { dtype: Dtype.Q4, dims: [33], payload: codes, scale };
const { values, index } = sparseEncode([3], Uint8Array.of(0, 0, 0, 0x3c, 0, 0));
const SPARSE = { dtype: Dtype.SparseCoo, dims: [3], payload: values, index };

const rejected = (code: string) => (error: unknown) => error instanceof ResonantError && error.code === code;

test("every kind of message is read as it was written", () => {
  const messages: WrittenMessage[] = [
    { kind: "think", hidden: F16 },
    { kind: "think", hidden: Q4 },
    { kind: "think", hidden: I8 },
    { kind: "cache", keys: SPARSE, values: F16 },
    { kind: "cache", keys: Q4, values: F16 },
    { kind: "ask", query: F16 },
    { kind: "ask", query: Q4, context: I8 },
    { kind: "heart" },
    { kind: "critique", divergence: F16 },
    { kind: "critique", divergence: I8, mask: Uint8Array.of(0, 1, 1, 0) },
    { kind: "critique", divergence: F16, mask: Uint8Array.of(0, 1), explanation: { note: "ä", magnitude: 1.5 } },
    { kind: "critique", divergence: F16, explanation: {} },
  ];
  const slots = { hidden: 0, keys: 0, values: 0, query: 0, context: 0, divergence: 0 };
  for (const message of messages) {
    const read: Record<string, unknown> = { ...readMessage(writeMessage(message)) };
    assert.equal(read.kind, message.kind);
    for (const [name, slot] of Object.entries(message)) {
      if (name in slots) assert.deepEqual(read[name], { scale: null, index: null, ...slot });
      else if (name === "explanation") assert.deepEqual({ ...plain(read[name] as never) }, slot);
      else assert.deepEqual(read[name], slot);
    }
    for (const [name, slot] of Object.entries(read)) assert.ok(slot === null || name in message, name);
  }
});

test("what is read is written again", () => {
  const json = {
    a: [1, new Double(1), -0.5, null, { b: "\u2028\ud83d\ude00" }],
    d: new Double(-0),
    e: new Double(1e300),
  };
  const read = readMessage(writeMessage({ kind: "sync", json }));
  assert.deepEqual(readMessage(writeMessage(read)), read);
  assert.ok(read.kind === "sync" && Array.isArray(read.json.a) && read.json.a[1] instanceof Double);
});

test("what a receiver would reject is not written", () => {
  const deep = Array.from({ length: 16 }).reduce<WrittenObject>((inner) => ({ inner }), {});
  const wrong: [WrittenMessage, string][] = [
    [{ kind: "critique", divergence: Q4 }, "BAD_SLOTS"],
    [{ kind: "critique", divergence: F16, mask: Uint8Array.of(2, 0) }, "BAD_MASK"],
    [{ kind: "critique", divergence: F16, explanation: { magnitude: -1 } }, "BAD_JSON"],
    [{ kind: "think", hidden: { ...Q4, scale: scale.subarray(2) } }, "LENGTH_MISMATCH"],
    [{ kind: "sync", json: { lone: "\ud800" } }, "BAD_JSON"],
    [{ kind: "sync", json: { many: 2 ** 53 } }, "BAD_JSON"],
    [{ kind: "sync", json: { none: Number.NaN } }, "BAD_JSON"],
    [{ kind: "sync", json: deep }, "BAD_JSON"],
  ];
  for (const [message, code] of wrong) assert.throws(() => writeMessage(message), rejected(code), code);
});

test("an F16 tensor that would be read as a scale is not written", () => {
  const one = { dtype: Dtype.F16, dims: [1], payload: Uint8Array.of(0, 0x3c) };
  for (const message of [
    { kind: "cache", keys: I8, values: one },
    { kind: "ask", query: I8, context: one },
  ] satisfies WrittenMessage[]) {
    assert.throws(() => writeMessage(message), rejected("BAD_SLOTS"));
  }
});
