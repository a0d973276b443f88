import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Random } from "../../fuzz/random.js";
import { loadZstd, ResonantError } from "../../src/index.js";
import { Links, type PeerEvent } from "../../src/peer/index.js";
import { CONFIG, carry, frame, KEY, kinds, peerOf, session, sync, think } from "./talk.js";

await loadZstd();

test("a session is agreed, and a message delivered", () => {
  const { client, server } = session({ key: KEY });
  assert.deepEqual([client.agreement?.compress, client.agreement?.crypto], ["zstd", "xchacha20poly1305"]);
  client.send(3, think(1, 2, 3), 0);
  carry(client, server, 0);
  const [event] = server.takeEvents();
  assert.ok(event?.kind === "message");
  assert.deepEqual([event.streamId, event.frameSeq, [...(event.slices[0]?.payload ?? [])]], [3, 0n, [1, 2, 3]]);
});

test("a request that is refused names the code, and sends nothing", () => {
  const server = peerOf("server");
  const refusal = (request: () => void) => {
    assert.throws(request, ResonantError);
    assert.deepEqual([server.takeDatagrams(), server.takeEvents()], [[], []]);
  };
  refusal(() => server.send(1, think(1), 0));
  refusal(() => server.ping(1, 0));
  refusal(() => server.heart(2 ** 32, 0));
  refusal(() => server.open(-1, true, 0));
});

test("what a peer keeps of a datagram is a copy", () => {
  const { client, server } = session();
  client.open(3, true, 0);
  for (const value of [1, 2]) client.send(3, think(value), 0);
  const [head, first, second] = client.takeDatagrams();
  assert.ok(head !== undefined && first !== undefined && second !== undefined);
  server.receive(head, 0);
  server.receive(second, 0); // waits for the first
  second.fill(0);
  server.receive(first, 0);
  const delivered = server.takeEvents().filter((event) => event.kind === "message");
  assert.deepEqual(
    delivered.map(({ slices }) => slices[0]?.payload[0]),
    [1, 2],
  );
});

for (const seed of Array.from({ length: 50 }, (_, index) => index)) {
  test(`a stream is whole whatever is lost, by seed ${seed}`, () => {
    const random = new Random(seed);
    const { client, server } = session(seed % 2 === 0 ? { key: KEY } : {});
    const arrives = () => random.below(10) >= 1 + (seed % 4);
    client.open(3, seed % 3 > 0, 0);
    for (let value = 0; value < 100; value += 1) client.send(3, think(value), 0);
    client.end(3, 0);
    const events: PeerEvent[] = [];
    for (let now = 0; now < 60_000 && !kinds(events).includes("complete"); now += 500) {
      carry(client, server, now, arrives);
      events.push(...server.takeEvents());
      client.endAgain(3, now);
    }
    const opened = kinds(events).lastIndexOf("opened");
    const delivered = events.slice(opened).filter((event) => event.kind === "message");
    assert.deepEqual(
      delivered.map(({ slices }) => slices[0]?.payload[0]),
      Array.from({ length: 100 }, (_, value) => value),
    );
    assert.ok(kinds(events).includes("complete"));
  });
}

test("a HEAD with another number than 0 is malformed, also where its stream is open", () => {
  const { server } = session();
  const head = { method: "head", dir: "up" };
  for (const number of [0n, 0n, 1n]) server.receive(sync(3, number, head), 0);
  assert.deepEqual(server.takeEvents(), [
    { kind: "opened", streamId: 3, sized: false },
    { kind: "dropped", code: "DUPLICATE" },
    { kind: "error_sent", code: "BAD_MESSAGE", streamId: 3, frameSeq: 1n },
  ]);
});

test("frames are kept to be sent again for 10 s after the TAIL, and no longer", () => {
  const missing = (frameSeq: bigint) =>
    sync(3, frameSeq, {
      method: "error",
      code: "STREAM_INCOMPLETE",
      message: "",
      ref: { stream_id: 3, frame_seq: "2" },
      missing: ["1"],
    });
  for (const [at, count] of [
    [10_000, 2],
    [10_001, 0],
  ] as const) {
    const { client } = session();
    client.open(3, false, 0);
    client.send(3, think(1), 0);
    client.end(3, 0);
    client.takeDatagrams();
    client.receive(missing(0n), at);
    assert.equal(client.takeDatagrams().length, count, `${at} ms`);
  }
});

test("a salt is drawn for each session, and frames of an earlier one are still known as own", () => {
  const { server } = session({ key: KEY });
  let drawn = 10;
  const drawSalt = () => {
    drawn += 1;
    return new Uint8Array(16).fill(drawn);
  };
  const links = new Links({ role: "client", config: { ...CONFIG, key: KEY }, drawSalt });
  const greet = (streamId: number, now: number) => {
    links.ask("a", now, (peer) => peer.ping(streamId, now));
    for (const { datagram } of links.takeDatagrams()) server.receive(datagram, now);
    for (const datagram of server.takeDatagrams()) links.receive("a", datagram, now);
  };
  greet(11, 0);
  links.ask("a", 0, (peer) => peer.send(13, think(1), 0));
  const [first] = links.takeDatagrams();
  links.advance(60_000); // lost
  links.takeDatagrams();
  greet(15, 60_000);
  links.ask("a", 60_000, (peer) => peer.send(13, think(1), 60_000));
  const [second] = links.takeDatagrams();
  assert.ok(first !== undefined && second !== undefined);
  const nonce = (bytes: Uint8Array) => Buffer.from(bytes.subarray(33, 49)).toString("hex");
  assert.notEqual(nonce(first.datagram), nonce(second.datagram));
  links.takeEvents();
  links.receive("a", first.datagram, 60_000);
  assert.deepEqual(
    links.takeEvents().map(({ event }) => event),
    [{ kind: "dropped", code: "REFLECTED" }],
  );
});

test("what a flood of frames makes a peer remember is bounded", async () => {
  const { server } = session();
  const before = await memory();
  for (let streamId = 10; streamId < 20_000; streamId += 1) {
    server.receive(frame(streamId, 0n, Uint8Array.of(1)), 0);
    server.takeEvents();
  }
  const payload = new Uint8Array(60_000);
  let dropped = 0;
  for (let streamId = 20_001; streamId < 20_401; streamId += 1) {
    server.receive(sync(streamId, 0n, { method: "head", dir: "up" }), 0);
    for (let seq = 2n; seq < 8n; seq += 1n) server.receive(frame(streamId, seq, payload), 0);
    dropped += server.takeEvents().filter((event) => event.kind === "dropped" && event.code === "BUFFER_LIMIT").length;
  }
  assert.ok(dropped > 1000, `${dropped} dropped`);
  const taken = (await memory()) - before;
  assert.ok(taken < 16_777_216 + 8_000_000, `${taken} bytes`);
  assert.equal(server.hasOpenStreams, true); // so that it was not collected
});

/** The bytes that are in use, once what is not has been collected: the least of a few looks, as that takes its time. */
async function memory(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 5; look += 1) {
    collect();
    await setImmediate();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    least = Math.min(least, arrayBuffers + heapUsed);
  }
  return least;
}
