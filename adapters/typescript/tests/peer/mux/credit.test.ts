import assert from "node:assert/strict";
import { test } from "node:test";
import { loadZstd } from "../../../src/index.js";
import { frame, sync, think } from "../talk.js";
import { error, managed, range, refused, sends, sent } from "./managed.js";

await loadZstd();

test("data goes up to the limit, and the rest with each credit", () => {
  const { client, server } = managed();
  client.open(3, true, 0);
  sends(client, 3, 40);
  client.end(3, 0);
  assert.deepEqual(sent(client), ["head 3/0", ...range(3, 1, 15)]);
  client.receive(sync(3, 0n, { method: "credit", limit: "20" }), 0);
  assert.deepEqual(sent(client), range(3, 16, 19));
  for (const limit of ["20", "19", "0"]) client.receive(sync(3, BigInt(limit) + 1n, { method: "credit", limit }), 0);
  assert.deepEqual(sent(client), []);
  refused("STREAM_STATE", () => client.send(3, think(1), 0));
  refused("STREAM_STATE", () => client.heart(3, 0));
  refused("STREAM_STATE", () => client.end(3, 0));
  client.receive(sync(3, 50n, { method: "credit", limit: "18446744073709551615" }), 0);
  assert.deepEqual(sent(client), [...range(3, 20, 40), "tail 3/41"]);
  assert.deepEqual(server.takeEvents(), []);
});

test("a HEART goes at once, and takes a number of its own", () => {
  const { client } = managed();
  client.open(3, false, 0);
  sends(client, 3, 20);
  client.takeDatagrams();
  client.heart(3, 0);
  assert.deepEqual(sent(client), ["heart 3/16"]);
  client.receive(sync(3, 0n, { method: "credit", limit: "18" }), 0);
  assert.deepEqual(sent(client), ["3/17"]);
});

test("a credit is told when half of what was granted is delivered", () => {
  const { server } = managed({ frames: 17 });
  server.receive(sync(3, 0n, { method: "head", dir: "up" }), 0);
  for (let seq = 1n; seq < 8n; seq += 1n) server.receive(frame(3, seq, Uint8Array.of(1)), 0);
  server.receive(frame(3, 9n, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), []); // D is 8, and 8 + 17 is 8 above 17
  server.receive(frame(3, 8n, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), ["credit 3/0 27"]); // D is 10
  for (let seq = 10n; seq < 18n; seq += 1n) server.receive(frame(3, seq, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), []);
  server.receive(frame(3, 18n, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), ["credit 3/1 36"]);
});

test("a frame below the limit is taken, and one at it fails the stream", () => {
  const { server } = managed();
  for (const streamId of [3, 5]) server.receive(sync(streamId, 0n, { method: "head", dir: "up" }), 0);
  server.receive(frame(3, 15n, Uint8Array.of(1)), 0);
  server.receive(sync(3, 16n, { method: "other" }), 0);
  server.takeEvents();
  assert.deepEqual(sent(server), []);
  server.receive(frame(5, 16n, Uint8Array.of(1)), 0);
  server.receive(frame(5, 1n, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), ["error 5/0 16"]);
  assert.deepEqual(server.takeEvents(), [
    { kind: "failed", streamId: 5, code: "FLOW_CONTROL" },
    { kind: "dropped", code: "CLOSED" },
  ]);
});

test("a stream that is held up says so after 1, 3, 7, 15, 30 and 45 s", () => {
  const { client } = managed();
  client.open(3, false, 0);
  sends(client, 3, 17, 100);
  client.takeDatagrams();
  const found: [number, string][] = [];
  const step = (now: number) => {
    client.receive(sync(9, BigInt(now), { method: "anything" }), now); // no loss
    found.push(...sent(client).map((name): [number, string] => [now, name]));
  };
  for (let now = 100; now <= 46_000; now += 100) step(now);
  const blocked = found.filter(([, name]) => name.startsWith("blocked"));
  const expected = [1, 3, 7, 15, 30, 45].map((s, at) => [1000 * s + 100, `blocked 3/${16 + at} 16`]);
  assert.deepEqual(blocked, expected);
  client.receive(sync(3, 0n, { method: "credit", limit: "17" }), 46_000);
  assert.deepEqual(sent(client), []); // its number would be 22
  for (let now = 46_100; now <= 47_000; now += 100) step(now);
  assert.deepEqual(found.at(-1), [47_000, "blocked 3/22 17"]);
});

test("a blocked is answered with a credit, or with what is missing", () => {
  const { server } = managed();
  const blocked = (seq: bigint, streamId = 3) =>
    server.receive(sync(streamId, seq, { method: "blocked", limit: "16" }), 0);
  server.receive(sync(3, 0n, { method: "head", dir: "up" }), 0);
  server.receive(frame(3, 1n, Uint8Array.of(1)), 0);
  blocked(2n);
  assert.deepEqual(sent(server), ["credit 3/0 19"]);
  server.takeEvents();
  blocked(5n);
  assert.deepEqual(sent(server), ["error 3/1 STREAM_INCOMPLETE 3,4"]);
  assert.deepEqual(server.takeEvents(), [{ kind: "incomplete", streamId: 3, missing: [3n, 4n] }]);
  blocked(2n, 7);
  assert.deepEqual(sent(server), ["error 7/0 STREAM_INCOMPLETE 0,1"]);
  server.cancel(3, 0);
  server.takeEvents();
  server.takeDatagrams();
  blocked(6n);
  assert.deepEqual(sent(server), ["error 3/3 STREAM_CANCELLED"]);
  assert.deepEqual(server.takeEvents(), [{ kind: "error_sent", code: "STREAM_CANCELLED", streamId: 3, frameSeq: 0n }]);
});

test("what a blocked shows to be missing is sent again without a TAIL", () => {
  const { client } = managed();
  client.open(3, false, 0);
  sends(client, 3, 20);
  client.takeDatagrams();
  client.advance(1000);
  assert.deepEqual(sent(client), ["blocked 3/16 16"]);
  client.receive(error(3, 0n, "STREAM_INCOMPLETE", [3, 15], ["1"]), 1000);
  assert.deepEqual(sent(client), []);
  client.receive(error(3, 1n, "STREAM_INCOMPLETE", [3, 16], ["4", "0", "99"]), 1000);
  assert.deepEqual(sent(client), ["head 3/0", "3/4"]);
});
