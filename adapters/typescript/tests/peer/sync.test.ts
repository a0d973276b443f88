import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, loadZstd } from "../../src/index.js";
import { ALL_FEATURES, Peer, type PeerConfig } from "../../src/peer/index.js";
import { readSync } from "../../src/peer/sync.js";
import { carry, peerOf, STRONG, sync, think } from "./talk.js";

await loadZstd();

const U64 = "18446744073709551615";
const SPACE = { d_model: 1, embedding_space_id: "", space_hash32: 0 };
const CAPABILITY = {
  ...SPACE,
  v: 1,
  agreed_proto: 1,
  compress: [],
  crypto: [],
  supports: { critique: true, dtype: [] },
};
const ERROR = { code: "X", message: "" };
const SIZES = { frames: "0", total_len: U64, md5: "0".repeat(32), xxhash3_64: "f".repeat(16) };
const TAIL = { frames: "1", total_len: "2" };
const XXH3 = { xxhash3_64: "0".repeat(16) };

type Case = [method: string, members: object, isSound: boolean, frameSeq?: bigint, flags?: number];

const CASES: Case[] = [
  ["ping", { ts: 1 }, true],
  ["ping", {}, false],
  ["ping", { ts: "1" }, false],
  ["ping", { ts: 1, d_model: 0 }, false],
  ["ping", { ts: 1, space_hash32: 2 ** 32 }, false],
  ["ping", { ts: 1, embedding_space_id: "😀".repeat(1024) }, true],
  ["ping", { ts: 1, embedding_space_id: "😀".repeat(1025) }, false],
  ["ping", { ts: 1, compress: ["zstd", 1] }, false],
  ["ping", { ts: 1, supports: [] }, false],
  ["ping", { ts: 1, supports: { critique: 1 } }, false],
  ["ping", { ts: 1, missing: 5, unknown: {} }, true],
  ["capability", CAPABILITY, true],
  ["capability", { ...CAPABILITY, supports: { critique: true } }, false],
  ["capability", { ...CAPABILITY, supports: { critique: true, dtype: [], require_crypto: 0 } }, false],
  ["error", { ...ERROR, ref: { stream_id: 1, frame_seq: U64 } }, true],
  ["error", { ...ERROR, ref: { stream_id: 1, frame_seq: "18446744073709551616" } }, false],
  ["error", { ...ERROR, ref: { stream_id: 1, frame_seq: "01" } }, false],
  ["error", { ...ERROR, ref: { stream_id: 1 } }, false],
  ["error", { ...ERROR, missing: ["1", 2] }, false],
  ["error", { code: "X" }, false],
  ["head", { dir: "up" }, true],
  ["head", { dir: "down" }, false],
  ["head", { dir: "up" }, false, 1n],
  ["head", { dir: "up", ...SIZES }, true],
  ["head", { dir: "up", ...SIZES, md5: "F".repeat(32) }, false],
  ["head", { dir: "up", frames: "1" }, false],
  ["tail", TAIL, true, 1n],
  ["tail", TAIL, false, 0n],
  ["tail", TAIL, false, 1n, STRONG],
  ["tail", { ...TAIL, ...XXH3 }, true, 1n, STRONG],
  ["tail", { ...TAIL, ...XXH3 }, false, 1n],
];

for (const [method, members, isSound, frameSeq = 0n, flags = 0] of CASES) {
  test(`${method} ${JSON.stringify(members).slice(0, 100)} in number ${frameSeq} is ${isSound ? "sound" : "malformed"}`, () => {
    const { kind, ...content } = readSync(decode(sync(1, frameSeq, { method, ...members }, flags)), "client");
    assert.equal(kind, method);
    assert.equal(Object.values(content)[0] !== undefined, isSound);
  });
}

test("a number with a fraction or an exponent is no integer", () => {
  for (const number of ["1.0", "1e0"]) {
    const frame = decode(sync(1, 0n, { method: "ping", ts: 0 }));
    const payload = new TextEncoder().encode(`{"method":"ping","ts":${number}}`);
    const slices = [{ dtype: 2, dims: [payload.length], payload }];
    assert.deepEqual(readSync({ ...frame, slices }, "client"), { kind: "ping", ping: undefined });
  }
});

test("what peers write, peers read", () => {
  const [client, server] = [peerOf("client"), peerOf("server")];
  const seen: string[] = [];
  const noted = (peer: Peer, role: "client" | "server") => {
    const datagrams = peer.takeDatagrams();
    for (const frame of datagrams.map((datagram) => decode(datagram)).filter(({ type }) => type === 3)) {
      const content = readSync(frame, role);
      assert.ok(!Object.values(content).includes(undefined));
      seen.push(content.kind);
    }
    return datagrams;
  };
  client.ping(1, 0);
  for (const datagram of noted(client, "client")) server.receive(datagram, 0);
  for (const datagram of noted(server, "server")) client.receive(datagram, 0);
  client.open(3, true, 0, { frames: 1n, totalLen: 40n, md5: "0".repeat(32), xxhash3_64: "0".repeat(16) });
  client.send(3, think(1), 0);
  client.heart(3, 0);
  client.end(3, 0);
  for (const datagram of noted(client, "client")) server.receive(datagram, 0);
  noted(server, "server");
  assert.deepEqual(seen, ["ping", "capability", "head", "heart", "tail", "error"]);
  carry(client, server, 0);
});

const WRONG: Partial<PeerConfig>[] = [
  { embeddingSpaceId: "x".repeat(1025) },
  { embeddingSpaceId: "\ud800" },
  { spaceHash32: -1 },
  { spaceHash32: 2 ** 32 },
  { dModel: 0 },
  { dModel: 1.5 },
  { key: new Uint8Array(31) },
];

for (const wrong of WRONG) {
  test(`no peer can be ${JSON.stringify(wrong).slice(0, 40)}`, () => {
    const config = { ...ALL_FEATURES, ...wrong };
    assert.throws(() => new Peer({ role: "client", config, salt: new Uint8Array(16) }), RangeError);
  });
}

test("a salt has 16 bytes", () => {
  assert.throws(() => new Peer({ role: "client", config: ALL_FEATURES, salt: new Uint8Array(15) }), RangeError);
});
