import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { ALL_FEATURES, Dtype, MessageType, Modality, type PeerConfig, ResonantError } from "../../src/index.js";
import { accept, connect, listen, SessionError } from "../../src/webrtc/index.js";
import { KEY, sync, think } from "../peer/talk.js";
import { accepted, cleanup, pair, peerConnection, signal, soon, until } from "./pair.js";

const CONFIG: PeerConfig = { ...ALL_FEATURES, spaceHash32: 5 };
const PING = Uint8Array.from(sync(1, 0n, { method: "ping", ts: 0, supports: { critique: true } }));

after(cleanup);

/** A Think whose frame has about 60 KiB, and which is not compressed well. */
function large(seed: number) {
  const payload = new Uint8Array(60 << 10);
  for (let at = 0, state = seed + 1; at < payload.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    payload[at] = state >>> 24;
  }
  const slices = [{ dtype: Dtype.I8, dims: [payload.length], payload }];
  return { type: MessageType.Think, modality: Modality.Text, slices };
}

for (const key of [undefined, KEY]) {
  test(`a stream of 200 frames of 60 KiB arrives, ${key ? "sealed" : "without a key"}`, async (t) => {
    const { client, other } = await pair(t, { ...CONFIG, ...(key ? { key } : {}) });
    const told = until(other, "complete");
    client.open(3, true);
    for (let at = 0; at < 200; at += 1) {
      client.send(3, large(at));
      await client.drained(soon());
    }
    client.end(3);
    assert.equal((await told).filter((kind) => kind === "message").length, 200);
    client.close();
    assert.deepEqual((await until(other, "closed")).slice(-2), ["lost", "closed"]);
  });
}

test("what was sent before a close arrives, however much waits", async (t) => {
  const { client, other } = await pair(t, CONFIG);
  const { channel } = client;
  const sends = t.mock.method(channel, "send");
  // node-datachannel loses what came right before the end of its channel, where this thread is late for both (README)
  const closes = t.mock.method(channel, "close", () => {});
  for (let at = 0; at < 100; at += 1) client.send(5, large(at));
  client.close();
  const told = [];
  while (told.length < 100) told.push(...(await until(other, "message")));
  assert.deepEqual(new Set(told), new Set(["message"]));
  assert.deepEqual([sends.mock.callCount(), closes.mock.callCount()], [100, 1]);
  closes.mock.restore();
  channel.close();
  assert.deepEqual(await until(other, "closed"), ["lost", "closed"]);
  assert.equal((await client.events().next()).done, false);
  assert.throws(
    () => client.send(1, think(1)),
    (error) => error instanceof ResonantError && error.code === "HANDSHAKE_REQUIRED",
  );
});

test("a server's close is told to the client, and one connection's end leaves the others", async (t) => {
  const { client, other, server, unders } = await pair(t, CONFIG);
  const second = await connect(unders[0], CONFIG, { signal: soon() });
  const its = await accepted(server);
  assert.equal(server.connections.length, 2);
  other.close();
  assert.deepEqual(await until(client, "closed"), ["lost", "closed"]);
  its.send(2, think(1));
  assert.deepEqual(await until(second, "message"), ["message"]);
  server.close();
  assert.deepEqual(await until(second, "closed"), ["lost", "closed"]);
});

for (const [at, whose] of ["the client's", "the server's"].entries()) {
  test(`where ${whose} peer connection is closed, its channels are reset at both ends`, async (t) => {
    const { client, other, unders } = await pair(t, CONFIG);
    unders[at]?.close();
    const told = await Promise.all([client, other].map((connection) => until(connection, "closed")));
    assert.deepEqual(told[1 - at], ["lost", "closed CONNECTION_RESET"]);
    assert.deepEqual(told[at], ["lost", "closed CONNECTION_RESET"]);
  });
}

test("a client whose peer connection ends before there is a channel is told so", async (t) => {
  const under = peerConnection(t);
  const connecting = connect(under, CONFIG);
  under.close();
  await assert.rejects(connecting, (error) => error instanceof SessionError && error.code === "CONNECTION_RESET");
});

test("texts and other messages that are no frames are dropped", async (t) => {
  const { client, other } = await pair(t, CONFIG);
  const { channel } = client as unknown as { channel: { send(data: unknown): void } };
  for (const data of ["text", "", new Uint8Array(0), new Uint8Array(32), new Uint8Array(65_537)]) channel.send(data);
  client.send(5, think(1));
  const told = await until(other, "message");
  assert.deepEqual(told.toSorted(), [
    "dropped FRAME_TOO_LARGE",
    "dropped FRAME_TOO_SHORT",
    "dropped FRAME_TOO_SHORT",
    "dropped NOT_BINARY",
    "dropped NOT_BINARY",
    "message",
  ]);
});

test("channels of other protocols are closed, whatever else they are", async (t) => {
  const { server, unders } = await pair(t, CONFIG);
  for (const protocol of ["", "resonant", "resonant/2", "Resonant/1"]) {
    const channel = unders[0].createDataChannel("resonant", { protocol });
    await once(channel, "close", { signal: soon() });
  }
  for (const options of [{ ordered: true }, { ordered: false, maxRetransmits: 0 }]) {
    const channel = unders[0].createDataChannel("other", { protocol: "resonant/1", ...options });
    await once(channel, "open", { signal: soon() });
    channel.send(PING);
    assert.deepEqual(await until(await accepted(server), "established"), ["established"]);
  }
  assert.equal(server.connections.length, 3);
});

test("a program can open and take a channel itself", async (t) => {
  const unders = [peerConnection(t), peerConnection(t)] as const;
  const options = { protocol: "resonant/1", ordered: true };
  const connecting = connect(unders[0], CONFIG, { channel: unders[0].createDataChannel("own", options), streamId: 9 });
  const taken = once(unders[1], "datachannel").then(([{ channel }]) => accept(unders[1], channel, CONFIG));
  await signal(...unders);
  assert.equal((await connecting).agreement?.critique, true);
  assert.deepEqual(await until(await taken, "established"), ["established"]);
  const other = unders[0].createDataChannel("own", { protocol: "" });
  await assert.rejects(connect(unders[0], CONFIG, { channel: other }), RangeError);
});

test("a frame above what the other end's description announces is refused", async (t) => {
  const small = (sdp: string) => sdp.replace(/a=max-message-size:[0-9]+/, "a=max-message-size:50000");
  const { client, other } = await pair(t, CONFIG, small);
  assert.throws(() => client.send(5, large(1)), /FRAME_TOO_LARGE \(RTC-8\)/);
  client.send(5, think(1));
  assert.deepEqual(await until(other, "message"), ["message"]);
});

test("64 channels are served on one peer connection, and those beyond the most are closed", async (t) => {
  const unders = [peerConnection(t), peerConnection(t)] as const;
  const server = await listen(unders[1], CONFIG, { maxConnections: 64 });
  const clients = Array.from({ length: 64 }, () => connect(unders[0], CONFIG, { signal: soon() }));
  await signal(...unders);
  await Promise.all(clients);
  assert.equal(server.connections.length, 64);
  await assert.rejects(connect(unders[0], CONFIG, { signal: soon() }), { code: "CONNECTION_RESET" });
});

test("a client is told why there is no session, and a signal ends the wait", async (t) => {
  const unders = [peerConnection(t), peerConnection(t)] as const;
  await listen(unders[1], CONFIG);
  const connecting = connect(unders[0], { ...CONFIG, spaceHash32: 6 });
  const refused = assert.rejects(connecting, { code: "SPACE_MISMATCH" });
  await signal(...unders);
  await refused;
  const stopped = new AbortController();
  const waiting = connect(peerConnection(t), CONFIG, { signal: stopped.signal });
  stopped.abort();
  await assert.rejects(waiting, { name: "AbortError" });
});

test("a signal closes a server and its connections", async (t) => {
  const unders = [peerConnection(t), peerConnection(t)] as const;
  const stopped = new AbortController();
  const server = await listen(unders[1], CONFIG, { signal: stopped.signal });
  const connecting = connect(unders[0], CONFIG, { signal: soon() });
  await signal(...unders);
  const client = await connecting;
  stopped.abort();
  assert.deepEqual(await until(client, "closed"), ["lost", "closed"]);
  for await (const connection of server) assert.equal(connection.isClosed, true);
});
