import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, createServer, Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { ALL_FEATURES, Dtype, joined, MessageType, Modality, type PeerConfig, ResonantError } from "../src/index.js";
import { type Connection, connect, listen, Server, SessionError } from "../src/node/tcp/index.js";
import { KEY, sync, think } from "./peer/talk.js";

const CONFIG: PeerConfig = { ...ALL_FEATURES, spaceHash32: 5 };
const PING = joined(sync(1, 0n, { method: "ping", ts: 0, supports: { critique: true } }));
const soon = () => AbortSignal.timeout(60_000);

async function serverOf(t: TestContext, config = CONFIG): Promise<Server> {
  const server = await listen(config);
  t.after(() => server.close());
  return server;
}

async function pair(t: TestContext, config = CONFIG): Promise<{ client: Connection; other: Connection }> {
  const server = await serverOf(t, config);
  const client = await connect(config, { port: server.local.port, signal: soon() });
  return { client, other: await accepted(server) };
}

async function accepted(server: Server): Promise<Connection> {
  for await (const connection of server.accept(soon())) return connection;
  throw new Error("the server was closed");
}

/** A connection of somebody who speaks bytes. */
async function raw(t: TestContext, { local }: Server): Promise<Socket> {
  const socket = createConnection({ port: local.port, host: local.address, allowHalfOpen: true });
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** What is told until a kind of event, which is the last. */
async function until(connection: Connection, kind: string): Promise<string[]> {
  const told: string[] = [];
  for await (const event of connection.events(soon())) {
    told.push("code" in event ? `${event.kind} ${event.code}` : event.kind);
    if (event.kind === kind) return told;
  }
  return told;
}

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
    const events = await told;
    assert.equal(events.filter((kind) => kind === "message").length, 200);
    client.close();
    assert.deepEqual((await until(other, "closed")).slice(-2), ["lost", "closed"]);
  });
}

test("both ends learn of a close, and iterations end", async (t) => {
  const { client, other } = await pair(t);
  other.send(4, think(2));
  other.close();
  assert.deepEqual(await until(client, "closed"), ["message", "lost", "closed"]);
  assert.equal((await client.events().next()).done, true);
  assert.throws(
    () => client.send(1, think(1)),
    (error) => error instanceof ResonantError && error.code === "HANDSHAKE_REQUIRED",
  );
  await client.drained();
});

test("an end that stops sending is answered first", async (t) => {
  const server = await serverOf(t);
  const socket = await raw(t, server);
  socket.end(PING);
  const got: Buffer[] = [];
  socket.on("data", (chunk) => got.push(chunk));
  await once(socket, "end");
  assert.ok(Buffer.concat(got).includes("capability"));
  assert.deepEqual(await until(await accepted(server), "closed"), ["established", "lost", "closed"]);
});

test("each other end has its code", async (t) => {
  const server = await serverOf(t);
  const ends: [(socket: Socket) => unknown, string][] = [
    [(socket) => socket.end(PING.subarray(0, 20)), "closed TRUNCATED_FRAME"],
    [(socket) => socket.write(Uint8Array.of(1, 0, 0, 0, 9, 9, 9)), "closed FRAME_TOO_SHORT"],
    [(socket) => socket.write(Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)), "closed FRAME_TOO_LARGE"],
    [(socket) => socket.write("GET / HTTP/1.1\r\n\r\n"), "closed FRAME_TOO_LARGE"],
    [(socket) => socket.resetAndDestroy(), "closed CONNECTION_RESET"],
  ];
  for (const [end, told] of ends) {
    const socket = await raw(t, server);
    const connection = await accepted(server);
    end(socket);
    assert.deepEqual(await until(connection, "closed"), [told]);
  }
});

test("64 connections that send byte by byte are all served", async (t) => {
  const server = await serverOf(t);
  const sockets = await Promise.all(Array.from({ length: 64 }, () => raw(t, server)));
  const answers = sockets.map((socket) => once(socket.setNoDelay(), "data"));
  for (const byte of PING) for (const socket of sockets) socket.write(Uint8Array.of(byte));
  assert.equal((await Promise.all(answers)).length, 64);
  assert.equal(server.connections.length, 64);
});

test("for an end that never reads at most 16 MiB wait", async (t) => {
  const server = await serverOf(t);
  const socket = await raw(t, server);
  socket.pause().write(PING);
  const connection = await accepted(server);
  await connection.established(soon());
  let sent = 0;
  assert.throws(
    () => {
      for (; sent < 2000; sent += 1) connection.send(5, large(0));
    },
    (error) => error instanceof ResonantError && error.code === "BUFFER_LIMIT",
  );
  assert.ok(connection.writableLength <= 16 << 20 && connection.writableLength > 15 << 20);
  await assert.rejects(connection.drained(AbortSignal.timeout(10)), /timeout/i);
});

test("an end whose events nobody takes makes the other one wait", async (t) => {
  const { client, other } = await pair(t);
  let sent = 0;
  assert.throws(() => {
    for (; sent < 5000; sent += 1) client.send(5, large(sent % 3));
  }, /BUFFER_LIMIT/);
  const count = sent;
  let got = 0;
  for await (const event of other.events(soon())) {
    if (event.kind !== "message") continue;
    got += 1;
    if (got === count) break;
  }
  assert.equal(got, count);
});

test("a client is told why there is no session", async (t) => {
  const server = await serverOf(t);
  const { port } = server.local;
  const other = connect({ ...CONFIG, spaceHash32: 6 }, { port });
  await assert.rejects(other, (error) => error instanceof SessionError && error.code === "SPACE_MISMATCH");
  server.close();
  await assert.rejects(connect(CONFIG, { port }), { code: "ECONNREFUSED" });
});

test("a client whose server closes or resets the connection is told so", async (t) => {
  const nobody = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  t.after(() => nobody.close());
  await once(nobody.listen(0, "127.0.0.1"), "listening");
  const { port } = nobody.address() as { port: number };
  await assert.rejects(connect(CONFIG, { port, signal: soon() }), { code: "CONNECTION_RESET" });
});

test("a signal ends the wait for a session, and a connection, and a server", async (t) => {
  const silent = createServer((socket) => t.after(() => socket.destroy()));
  t.after(() => silent.close());
  await once(silent.listen(0, "127.0.0.1"), "listening");
  const { port } = silent.address() as { port: number };
  await assert.rejects(connect(CONFIG, { port, signal: AbortSignal.timeout(20) }), /timeout/i);
  const stopped = new AbortController();
  const server = await listen(CONFIG, { signal: stopped.signal });
  const client = await connect(CONFIG, { port: server.local.port });
  stopped.abort();
  assert.deepEqual(await until(client, "closed"), ["lost", "closed"]);
  for await (const _ of server) assert.equal(_.isClosed, true);
});

test("a connection that was reset before it could be taken is none", async (t) => {
  const net = createServer();
  await once(net.listen(0, "127.0.0.1"), "listening");
  const server = new Server(net, CONFIG, 1);
  t.after(() => server.close());
  const gone = new Socket();
  net.emit("connection", gone);
  assert.ok(gone.destroyed);
  await raw(t, server);
  assert.equal((await accepted(server)).remote.address, "127.0.0.1");
});

test("a port that is taken is what the system says", async (t) => {
  const server = await serverOf(t);
  await assert.rejects(listen(CONFIG, { port: server.local.port }), { code: "EADDRINUSE" });
});

test("a frame that came while the program was busy was in time", async (t) => {
  const server = await serverOf(t);
  const socket = await raw(t, server);
  const other = await accepted(server);
  const noFrame = joined(new Uint8Array(33));
  const [first, rest] = [noFrame.subarray(0, 20), noFrame.subarray(20)];
  let busy = 0;
  const clock = performance.now.bind(performance);
  t.mock.method(performance, "now", () => clock() + busy);
  socket.write(Buffer.concat([PING, first]));
  await until(other, "established");
  socket.write(Buffer.concat([rest, first]));
  busy = 11_000;
  other.send(4, think(2)); // a timer is due at once
  assert.deepEqual(await until(other, "dropped"), ["dropped BAD_VERSION"]);
  busy = 22_000;
  other.send(4, think(2));
  assert.deepEqual(await until(other, "closed"), ["lost", "closed FRAME_TIMEOUT"]);
});
