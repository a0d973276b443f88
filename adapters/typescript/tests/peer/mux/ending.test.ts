import assert from "node:assert/strict";
import { test } from "node:test";
import { loadZstd } from "../../../src/index.js";
import { carry, kinds, sync, think } from "../talk.js";
import { error, managed, refused, sends, sent } from "./managed.js";

await loadZstd();

test("the sender learns once that a stream is done", () => {
  const { client, server } = managed();
  client.open(3, false, 0);
  sends(client, 3, 1);
  client.end(3, 0);
  carry(client, server, 0);
  assert.deepEqual(client.takeEvents(), [{ kind: "done", streamId: 3 }]);
  client.receive(sync(3, 7n, { method: "done" }), 0);
  client.receive(sync(5, 0n, { method: "done" }), 0);
  assert.deepEqual(client.takeEvents(), []);
});

test("no more streams are open than the other peer allows, at either end", () => {
  const { client, server } = managed({ streams: 2 });
  for (const streamId of [3, 5]) client.open(streamId, false, 0);
  refused("STREAM_LIMIT", () => client.open(7, false, 0));
  carry(client, server, 0);
  server.takeEvents();
  server.receive(sync(7, 0n, { method: "head", dir: "up" }), 0);
  assert.deepEqual(sent(server), ["error 7/0 STREAM_LIMIT 2"]);
  assert.deepEqual(server.takeEvents(), [{ kind: "error_sent", code: "STREAM_LIMIT", streamId: 7, frameSeq: 0n }]);
  client.end(3, 0);
  client.takeDatagrams(); // lost
  refused("STREAM_LIMIT", () => client.open(7, false, 9999));
  client.open(7, false, 10_000);
});

test("a stream that is reset counts for a second more", () => {
  const { client, server } = managed({ streams: 1 });
  client.open(3, false, 0);
  sends(client, 3, 20);
  client.end(3, 0);
  client.reset(3, "BORED", 0);
  assert.deepEqual(sent(client).slice(-1), ["reset 3/16 BORED"]);
  refused("STREAM_STATE", () => client.reset(3, "BORED", 0));
  refused("STREAM_LIMIT", () => client.open(5, false, 999));
  client.open(5, false, 1000);
  server.receive(sync(3, 0n, { method: "head", dir: "up" }), 0);
  server.receive(sync(3, 16n, { method: "reset", code: "BORED" }), 0);
  server.takeDatagrams();
  assert.deepEqual(server.takeEvents().slice(1), [
    { kind: "failed", streamId: 3, code: "STREAM_RESET", what: "BORED" },
  ]);
  server.receive(sync(5, 0n, { method: "head", dir: "up" }), 999);
  server.receive(sync(7, 0n, { method: "head", dir: "up" }), 1000);
  assert.deepEqual(kinds(server.takeEvents()), ["error_sent", "opened"]);
});

test("a HEAD that comes after its reset is dropped, and does not count", () => {
  const { server } = managed({ streams: 1 });
  server.receive(sync(3, 4n, { method: "reset", code: "X" }), 0);
  server.receive(sync(3, 0n, { method: "head", dir: "up" }), 0);
  server.receive(sync(5, 0n, { method: "head", dir: "up" }), 0);
  assert.deepEqual(kinds(server.takeEvents()), ["dropped", "opened"]);
});

test("what ends a stream at its sender throws away what waits", () => {
  for (const [code, number] of [
    ["STREAM_CANCELLED", 0],
    ["STREAM_LIMIT", 0],
    ["FLOW_CONTROL", 3],
  ] as const) {
    const { client } = managed();
    client.open(3, false, 0);
    sends(client, 3, 20);
    client.takeDatagrams();
    const wrong = number === 0 ? 1 : 0;
    client.receive(error(3, 0n, code, [3, wrong]), 0);
    client.heart(3, 0);
    client.receive(error(3, 1n, code, [3, number]), 0);
    refused("STREAM_STATE", () => client.send(3, think(1), 0));
    client.receive(sync(3, 2n, { method: "credit", limit: "99" }), 0);
    assert.deepEqual(sent(client), ["heart 3/16"]);
    client.advance(10_000);
    assert.deepEqual(sent(client), []);
  }
});
