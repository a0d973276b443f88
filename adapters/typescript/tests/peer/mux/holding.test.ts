import assert from "node:assert/strict";
import { test } from "node:test";
import { loadZstd } from "../../../src/index.js";
import { carry, kinds } from "../talk.js";
import { managed, messages, range, refused, sends, sent } from "./managed.js";

await loadZstd();

test("a held stream delivers nothing until it is resumed, and others go on", () => {
  const { client, server } = managed();
  for (const streamId of [3, 5]) client.open(streamId, false, 0);
  carry(client, server, 0);
  server.hold(3, 0);
  sends(client, 3, 30);
  sends(client, 5, 30);
  client.end(5, 0);
  carry(client, server, 0);
  const events = server.takeEvents();
  assert.deepEqual(messages(events), range(5, 1, 30));
  client.end(3, 0);
  server.resume(3, 0);
  carry(client, server, 0);
  const later = server.takeEvents();
  assert.deepEqual(messages(later), range(3, 1, 30));
  assert.equal(later.at(-1)?.kind, "complete");
});

test("a whole stream that is held waits for its application without a timeout", () => {
  const { client, server } = managed();
  client.open(3, true, 0);
  carry(client, server, 0);
  server.hold(3, 0);
  sends(client, 3, 2);
  client.end(3, 0);
  carry(client, server, 0);
  server.advance(30_000);
  assert.deepEqual(kinds(server.takeEvents()), ["opened"]);
  server.resume(3, 30_000);
  assert.deepEqual(kinds(server.takeEvents()), ["message", "message", "complete"]);
  assert.deepEqual(sent(server).slice(-1), ["done 3/0"]);
  refused("STREAM_STATE", () => server.resume(3, 30_000));
  refused("STREAM_STATE", () => server.hold(4, 30_000));
});
