import assert from "node:assert/strict";
import { test } from "node:test";
import { loadZstd } from "../../../src/index.js";
import { carry, sync, think } from "../talk.js";
import { managed, refused, sends, sent } from "./managed.js";

await loadZstd();

test("what is uncorked goes by urgency, and in turn among equals", () => {
  const { client } = managed({ streams: 9 });
  const urgencies = [3, undefined, 0, 7, 0];
  for (const [at, urgency] of urgencies.entries()) client.open(11 + 2 * at, false, 0, undefined, urgency);
  client.takeDatagrams();
  client.cork(0);
  client.cork(0);
  for (const streamId of [19, 17, 15, 13, 11]) sends(client, streamId, 2);
  client.end(15, 0);
  client.heart(13, 0);
  assert.deepEqual(sent(client), ["heart 13/1"]);
  client.uncork(0);
  const urgent = ["15/1", "19/1", "15/2", "tail 15/3", "19/2"];
  assert.deepEqual(sent(client), [...urgent, "11/1", "13/2", "11/2", "13/3", "17/1", "17/2"]);
  client.cork(0);
  for (const streamId of [11, 13]) sends(client, streamId, 1);
  client.uncork(0);
  assert.deepEqual(sent(client), ["11/3", "13/4"]); // 13 was served last
  client.cork(0);
  for (const streamId of [11, 13]) sends(client, streamId, streamId === 11 ? 2 : 1);
  client.uncork(0);
  assert.deepEqual(sent(client), ["11/4", "13/5", "11/5"]);
});

test("a cork alone makes no stream say that it is blocked", () => {
  const { client } = managed();
  client.open(3, false, 0);
  client.cork(0);
  sends(client, 3, 2);
  client.advance(20_000);
  assert.deepEqual(
    sent(client).filter((name) => name.startsWith("blocked")),
    [],
  );
});

test("1,024 frames wait, and no more", () => {
  const { client } = managed();
  client.open(3, false, 0);
  sends(client, 3, 15 + 1024);
  refused("BUFFER_LIMIT", () => client.send(3, think(1), 0));
  client.receive(sync(3, 0n, { method: "credit", limit: "17" }), 0);
  client.send(3, think(1), 0);
});

test("what a program does with its bytes does not change what waits", () => {
  const { client, server } = managed();
  client.open(3, true, 0);
  client.cork(0);
  const payload = Uint8Array.of(1);
  client.send(3, { type: 0, modality: 0, slices: [{ dtype: 2, dims: [1], payload }] }, 0);
  payload[0] = 2;
  client.uncork(0);
  client.end(3, 0);
  carry(client, server, 0);
  const [, message] = server.takeEvents();
  assert.equal(message?.kind === "message" && message.slices[0]?.payload[0], 1);
});
