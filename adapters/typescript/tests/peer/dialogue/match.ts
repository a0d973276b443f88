import assert from "node:assert/strict";
import { decode } from "../../../src/decode.js";
import { isMembers, type Json, type JsonMembers } from "./expand.js";
import { slicesJson } from "./forms.js";

/** Whether a datagram is the FRAME of a dialogue (vectors/dialogues.md). Throws AssertionError. */
export function matches(datagram: Uint8Array, expected: JsonMembers, key: Uint8Array | undefined): void {
  const { type, flags, streamId, frameSeq, spaceHash32, modality, slices } = decode(datagram, { key });
  const fields = { type, flags, stream_id: streamId, frame_seq: String(frameSeq), space_hash32: spaceHash32, modality };
  const { json, absent, slices: wanted, nonce, ...header } = expected;
  assert.deepEqual(fields, header);
  if (nonce !== undefined) {
    const at = 29 + 4 * slices.length;
    assert.equal(Buffer.from(datagram.subarray(at, at + 24)).toString("hex"), nonce);
  }
  if (wanted !== undefined) assert.deepEqual(slicesJson(slices), wanted);
  if (json === undefined) return;
  const object: Json = JSON.parse(Buffer.from(slices[0]?.payload ?? []).toString());
  assert.ok(within(object, json), `${JSON.stringify(object)} is not as ${JSON.stringify(json)}`);
  for (const path of (absent ?? []) as string[]) assert.equal(at(object, path), undefined, path);
}

/** Whether each member that is given is there with this value, and so on inside of objects. */
function within(object: Json | undefined, given: Json): boolean {
  if (!isMembers(given)) return JSON.stringify(object) === JSON.stringify(given);
  return isMembers(object) && Object.entries(given).every(([name, value]) => within(object[name], value as Json));
}

function at(object: Json, path: string): Json | undefined {
  return path
    .split(".")
    .reduce<Json | undefined>((inner, name) => (isMembers(inner) ? inner[name] : undefined), object);
}
