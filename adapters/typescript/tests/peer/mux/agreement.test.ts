import assert from "node:assert/strict";
import { test } from "node:test";
import { loadZstd } from "../../../src/index.js";
import { carry, kinds, peerOf, session, sync } from "../talk.js";
import { LIMITS, managed, refused, sends } from "./managed.js";

await loadZstd();

test("it is agreed where both peers have it, with the limits of the other", () => {
  for (const [one, other] of [
    [LIMITS, { streams: 7, frames: 30 }],
    [LIMITS, undefined],
    [undefined, LIMITS],
  ]) {
    const [client, server] = [peerOf("client", { mux: one }), peerOf("server", { mux: other })];
    client.ping(1, 0);
    carry(client, server, 0);
    const both = one !== undefined && other !== undefined;
    assert.deepEqual([client.agreement?.mux, server.agreement?.mux], both ? [other, one] : [undefined, undefined]);
    assert.equal("mux" in (client.agreement ?? {}), both);
  }
});

test("limits that cannot be are malformed for those who have some", () => {
  const bad = [1, [], {}, { streams: 0, frames: 16 }, { streams: 1025, frames: 16 }, { streams: 1, frames: 15 }];
  for (const mux of [
    ...bad,
    { streams: 1, frames: 1025 },
    { streams: 1.5, frames: 16 },
    { streams: "1", frames: 16 },
  ]) {
    const [with_, without] = [peerOf("server", { mux: LIMITS }), peerOf("server")];
    for (const server of [with_, without]) server.receive(sync(1, 0n, { method: "ping", ts: 0, mux }), 0);
    assert.deepEqual(kinds(with_.takeEvents()), ["error_sent"]);
    assert.deepEqual(kinds(without.takeEvents()), ["established"]);
  }
  for (const mux of [
    { streams: 1, frames: 15 },
    { streams: 2000, frames: 16 },
  ]) {
    assert.throws(() => peerOf("client", { mux }), RangeError);
  }
});

test("the four methods mean nothing where multiplexing is not agreed", () => {
  const { client, server } = session();
  server.receive(sync(3, 0n, { method: "head", dir: "up", urgency: 99 }), 0);
  for (const method of ["credit", "blocked", "done", "reset"]) server.receive(sync(3, 0n, { method, limit: 5 }), 0);
  server.receive(sync(3, 1n, { method: "reset", code: "X" }), 0);
  assert.deepEqual(kinds(server.takeEvents()), ["opened", "dropped", "dropped", "dropped", "dropped"]);
  refused("STREAM_STATE", () => server.hold(3, 0));
  client.open(5, false, 0, undefined, 2);
  sends(client, 5, 2000);
  refused("STREAM_STATE", () => client.reset(5, "X", 0));
});

test("malformed ones are rejected, also where they are on closed streams", () => {
  const { server } = managed();
  const wrong = [
    { method: "credit" },
    { method: "credit", limit: 5 },
    { method: "credit", limit: "18446744073709551616" },
    { method: "blocked", limit: "05" },
    { method: "reset", code: "lower" },
    { method: "reset", code: "" },
    { method: "reset", code: "X".repeat(65) },
  ];
  for (const [at, members] of wrong.entries()) server.receive(sync(3, BigInt(at + 1), members), 0);
  server.receive(sync(3, 0n, { method: "reset", code: "X" }), 1000);
  server.receive(sync(3, 0n, { method: "blocked", limit: "5" }), 1000);
  server.receive(sync(3, 0n, { method: "head", dir: "up", urgency: 8 }), 1000);
  const codes = server.takeEvents().map((event) => event.kind === "error_sent" && event.code);
  assert.deepEqual(codes, Array(wrong.length + 3).fill("BAD_MESSAGE"));
});
