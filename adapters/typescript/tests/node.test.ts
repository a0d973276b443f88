import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { ALL_FEATURES, type PeerConfig } from "../src/index.js";
import { connect, type Endpoint, SessionError, serve } from "../src/node/index.js";
import { think } from "./peer/talk.js";

const CONFIG: PeerConfig = { ...ALL_FEATURES, spaceHash32: 5 };

async function silent(): Promise<Socket> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

/** The next event of a kind; those before it are passed over. */
async function next(server: Endpoint, kind: string) {
  for await (const arrived of server.events(AbortSignal.timeout(60_000)))
    if (arrived.event.kind === kind) return arrived;
  throw new Error("the server was closed");
}

test("a client and a server exchange messages and a stream", async () => {
  const server = await serve(CONFIG);
  const { port } = server.local;
  const client = await connect(CONFIG, { host: "localhost", port, signal: AbortSignal.timeout(60_000) });
  try {
    assert.equal(client.agreement?.compress, "zstd");
    client.open(3, true);
    client.send(3, think(1));
    client.end(3);
    const { from, event } = await next(server, "complete");
    assert.ok(event.kind === "complete" && event.frames === 1n);
    server.send(from, 4, think(2));
    for await (const answer of client) {
      assert.equal(answer.kind, "message");
      break;
    }
    client.close();
    assert.equal((await client.events().next()).done, true);
  } finally {
    client.close();
    server.close();
  }
});

test("a refusal of the server is told by its code", async () => {
  const server = await serve(CONFIG);
  const { port } = server.local;
  try {
    const refused = connect({ ...CONFIG, spaceHash32: 6 }, { host: "127.0.0.1", port });
    await assert.rejects(refused, (error) => error instanceof SessionError && error.code === "SPACE_MISMATCH");
  } finally {
    server.close();
  }
});

test("a signal ends the wait for a server, the wait for events, and the server", async () => {
  const nobody = await silent();
  const { port } = nobody.address();
  await assert.rejects(
    connect(CONFIG, { host: "127.0.0.1", port, signal: AbortSignal.timeout(20) }),
    /TimeoutError|timeout/,
  );
  nobody.close();
  const stopped = new AbortController();
  const server = await serve(CONFIG, { signal: stopped.signal });
  await assert.rejects(server.events(AbortSignal.timeout(20)).next(), /TimeoutError|timeout/);
  stopped.abort();
  assert.deepEqual(await server.events().next(), { value: undefined, done: true });
  assert.throws(() => server.heart({ address: "127.0.0.1", port: 9 }, 1), /closed/);
});

test("a port that is taken is what the system says", async () => {
  const taken = await silent();
  await assert.rejects(serve(CONFIG, { port: taken.address().port }), { code: "EADDRINUSE" });
  taken.close();
});

test("an address of version 6 is the same however it is written", async (t) => {
  const server = await serve(CONFIG, { host: "::1" }).catch(() => undefined);
  if (server === undefined) return t.skip("this machine has none");
  const { port } = server.local;
  const client = await connect(CONFIG, { host: "0:0:0:0:0:0:0:1", port, signal: AbortSignal.timeout(60_000) });
  assert.equal(client.remote.address, "::1");
  client.close();
  server.close();
});
