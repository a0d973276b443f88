import assert from "node:assert/strict";
import { test } from "node:test";
import { Dtype, decode, halvesOf, MAX_TOLERANCE, MessageType, ResonantError } from "../../src/index.js";
import type { AdaptiveTensor, PeerConfig } from "../../src/peer/index.js";
import { Tolerances } from "../../src/peer/tolerances.js";
import { carry, peerOf, session, sync } from "./talk.js";

// The tensor of specs/adaptive.md, section 4: I8 passes from 156, and Q4 from 117,493.
const ROW = [1, -0.5, 0.25, 0.0714111328125, 0.2142333984375, -1, -0, 0];
const TENSOR: AdaptiveTensor = {
  source: "f16",
  dims: [4, 8],
  data: halvesOf(Float32Array.from([ROW, ROW, ROW, ROW].flat())),
};
const adaptive = (tolerance: number, changes: Partial<PeerConfig> = {}) =>
  session({ adaptive: { tolerance }, compress: ["none"], ...changes });

const outgo = (type: number, ...tensors: AdaptiveTensor[]) => ({ type, modality: 0, tensors });
const dtypes = (datagrams: readonly Uint8Array[]) =>
  datagrams.map((one) => decode(one).slices.map(({ dtype }) => dtype));

test("each tensor takes the smallest form that its tolerance lets pass", () => {
  const { client } = session({ adaptive: { tolerance: 155, keys: 156, values: 117_493 }, compress: ["none"] });
  client.sendAdaptive(3, outgo(MessageType.Think, TENSOR), 0);
  client.sendAdaptive(3, outgo(MessageType.Cache, TENSOR, TENSOR), 0);
  assert.deepEqual(dtypes(client.takeDatagrams()), [[Dtype.F16], [Dtype.I8, Dtype.F16, Dtype.Q4, Dtype.F16]]);
});

test("a quality lifts the tolerance of its stream_id alone, until the session ends", () => {
  const { client, server } = adaptive(156);
  server.quality(3, 117_493, 0);
  carry(client, server, 0);
  for (const streamId of [3, 5]) client.sendAdaptive(streamId, outgo(MessageType.Think, TENSOR), 0);
  assert.deepEqual(
    dtypes(client.takeDatagrams()).map(([first]) => first),
    [Dtype.Q4, Dtype.I8],
  );
  client.advance(45_000); // lost
  client.ping(9, 45_000);
  server.advance(45_000);
  carry(client, server, 45_000);
  client.sendAdaptive(3, outgo(MessageType.Think, TENSOR), 45_000);
  assert.deepEqual(
    dtypes(client.takeDatagrams()).map(([first]) => first),
    [Dtype.I8],
  );
});

test("what cannot be sent is refused in the order of the text, and changes nothing", () => {
  const refused = (code: string, call: () => void) =>
    assert.throws(call, (error) => error instanceof ResonantError && error.code === code);
  const wrong = { ...TENSOR, dims: [5, 8] };
  const { client } = adaptive(0, { dtype: ["q4"], modality: ["text"] });
  refused("UNSUPPORTED_MODALITY", () => client.sendAdaptive(3, { ...outgo(0, wrong), modality: 1 }, 0));
  refused("LENGTH_MISMATCH", () => client.sendAdaptive(3, outgo(0, wrong), 0));
  refused("TOLERANCE", () => client.sendAdaptive(3, outgo(0, TENSOR), 0));
  refused("BAD_SLOTS", () => adaptive(MAX_TOLERANCE).client.sendAdaptive(3, outgo(0, TENSOR, TENSOR), 0));
  refused("UNSUPPORTED_FEATURE", () => session().client.sendAdaptive(3, outgo(0, wrong), 0));
  refused("HANDSHAKE_REQUIRED", () => peerOf("client").sendAdaptive(3, outgo(0, TENSOR), 0));
  client.open(7, false, 0);
  refused("STREAM_STATE", () => client.quality(7, -1, 0));
  for (const tolerance of [-1, MAX_TOLERANCE + 1, 0.5]) refused("FIELD_RANGE", () => client.quality(3, tolerance, 0));
  assert.equal(client.takeDatagrams().length, 1); // the HEAD
});

test("qualities that came out of order count by their numbers", () => {
  const { client } = adaptive(0);
  client.receive(sync(3, 2n, { method: "quality", tolerance: 156 }), 0);
  client.receive(sync(3, 1n, { method: "quality", tolerance: 117_493 }), 0);
  client.takeDatagrams();
  client.sendAdaptive(3, outgo(MessageType.Think, TENSOR), 0);
  assert.deepEqual(
    dtypes(client.takeDatagrams()).map(([first]) => first),
    [Dtype.I8],
  );
});

test("a controller doubles with each loss, and halves after each 10 s without one, between its ends", () => {
  const tolerances = new Tolerances({ tolerance: 16_777, keys: 156, controller: true });
  tolerances.begin(0);
  const now = (at: number): number => tolerances.of(5, MessageType.Think, 0, at);
  assert.equal(tolerances.of(5, MessageType.Cache, 0, 0), 1024);
  for (const at of [1000, 2000, 3000]) tolerances.lost(at);
  assert.deepEqual(
    [12_999, 13_000, 22_999, 23_000, 73_000, 83_000, 1e9].map(now),
    [134_216, 67_108, 67_108, 33_554, 1048, 1024, 1024],
  );
  for (let count = 0; count < 20; count++) tolerances.lost(1e9);
  assert.equal(now(1e9), 1_048_576);
});

test("what no peer can be is refused when it is made", () => {
  for (const wrong of [{ tolerance: -1 }, { tolerance: 0, keys: MAX_TOLERANCE + 1 }, { tolerance: 1.5 }]) {
    assert.throws(() => peerOf("client", { adaptive: wrong }), RangeError);
  }
});
