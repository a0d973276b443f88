import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import {
  type Answer,
  bindWires,
  type Outgoing,
  type Peers,
  type Performer,
  Requests,
  type Transport,
} from "../../testee-kit/index.js";

/** Peers that note what they are given, and send back what they receive. */
class Echo implements Peers {
  readonly transports = ["udp", "tcp"] as const;
  readonly noted: string[] = [];
  #outgoing: Outgoing[] = [];
  readonly ops = new Map([
    ["peer_open", () => ({})],
    ["peer_poll", () => ({ events: [] })],
    ["peer_close", () => ({})],
  ]);

  wants(one: Outgoing): void {
    this.#outgoing.push(one);
  }

  receive(link: string, transport: Transport, bytes: Uint8Array): void {
    this.noted.push(`${link} ${transport} ${Buffer.from(bytes)}`);
    if (bytes.length > 0) this.wants({ link, bytes });
  }

  ended(link: string, how: string): void {
    this.noted.push(`${link} ${how}`);
    if (how === "end") this.wants({ link, end: true });
  }

  outgoing(): Outgoing[] {
    return this.#outgoing.splice(0);
  }
}

interface Testee {
  readonly peers: Echo;
  readonly wires: Performer;
  ask(op: string, arrived?: object): Promise<Answer["reply"]>;
  perform(op: string, input: object): Promise<Answer["reply"]>;
}

async function testee(t: TestContext): Promise<Testee> {
  const peers = new Echo();
  const wires = await bindWires(peers);
  t.after(() => wires.close());
  const requests = new Requests({ hello: { name: "", version: "", profiles: [] } }, "", peers);
  const perform = async (op: string, input: object) =>
    (await wires.perform(request(op, input), (one) => requests.answer(one))).reply;
  const ask = (op: string, arrived?: object) => perform(op, arrived === undefined ? {} : { arrived });
  await ask("peer_open");
  return { peers, wires, ask, perform };
}

const request = (op: string, input: object = {}) => ({ op, case: "", profile: "", input });

async function connected(t: TestContext, { wires }: Testee): Promise<{ socket: Socket; link: string }> {
  const socket = createConnection({ port: wires.ports.tcp as number, host: "127.0.0.1", allowHalfOpen: true });
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return { socket: socket.setNoDelay(), link: `tcp-${socket.localPort}` };
}

test("of a connection that is taken which has arrived, and no more", async (t) => {
  const made = await testee(t);
  const { socket, link } = await connected(t, made);
  assert.deepEqual(await made.ask("peer_poll", { link, bytes: 0 }), { ok: { events: [] } });
  socket.write("abc");
  assert.deepEqual(await made.ask("peer_poll", { link, bytes: 2 }), { ok: { events: [], sent: { [link]: 2 } } });
  assert.deepEqual(await made.ask("peer_poll"), { ok: { events: [] } });
  const waiting = made.ask("peer_poll", { link, bytes: 5, ended: true });
  socket.write("d");
  setImmediate(() => socket.end("e"));
  assert.deepEqual(await waiting, { ok: { events: [], sent: { [link]: 5 } } });
  const said = made.peers.noted.map((one) => one.replace(`${link} `, ""));
  assert.deepEqual([said[0], said.slice(1, -1).join("").replaceAll("tcp ", ""), said.at(-1)], ["tcp ", "abcde", "end"]);
  assert.equal(Buffer.concat(await socket.toArray()).toString(), "abcde");
  assert.deepEqual(await made.ask("peer_poll", { link, bytes: 99 }), { ok: { events: [] } });
});

test("a reset is told, and closing the peers closes all connections", async (t) => {
  const made = await testee(t);
  const [one, other] = [await connected(t, made), await connected(t, made)];
  for (const { link } of [one, other]) await made.ask("peer_poll", { link, bytes: 0 });
  one.socket.resetAndDestroy();
  await made.ask("peer_poll", { link: one.link, bytes: 0, ended: true });
  assert.equal(made.peers.noted.at(-1), `${one.link} reset`);
  const gone = once(other.socket.resume(), "end");
  assert.deepEqual(await made.ask("peer_close"), { ok: {} });
  await gone;
});

test("what has not arrived in time, or cannot have, is an error", async (t) => {
  const made = await testee(t);
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const late = made.ask("peer_poll", { link: "tcp-1", bytes: 1 });
  t.mock.timers.tick(5000);
  assert.match(String((await late).error), /tcp-1 has come in 5000 ms/);
  for (const wrong of [
    { link: "a b", bytes: 0 },
    { link: "a", bytes: -1 },
    { link: "a", bytes: 0, x: 1 },
    { bytes: 0 },
  ]) {
    assert.ok("error" in (await made.ask("peer_poll", wrong)), JSON.stringify(wrong));
  }
});

test("a client's link is the one that the runner chose", async (t) => {
  const made = await testee(t);
  const server = createServer((socket) => socket.pipe(socket));
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  made.peers.wants({ link: "far", connect: { transport: "tcp", port } });
  made.peers.wants({ link: "far", bytes: Buffer.from("hello") });
  assert.deepEqual(await made.ask("peer_poll"), { ok: { events: [], sent: { far: 5 } } });
  await made.ask("peer_poll", { link: "far", bytes: 5 });
  assert.equal(made.peers.noted.join().replaceAll(",far tcp ", ""), "far tcp hello");
  await new Promise((resolve) => server.close(resolve) && made.ask("peer_close"));
  await made.ask("peer_open");
  made.peers.wants({ link: "none", connect: { transport: "tcp", port } });
  await made.ask("peer_poll");
  assert.equal(made.peers.noted.at(-1), "none reset");
});

test("datagrams of a client's server have its link, others that of their port", async (t) => {
  const made = await testee(t);
  const [server, stranger] = [createSocket("udp4"), createSocket("udp4")];
  for (const socket of [server, stranger]) {
    t.after(() => socket.close());
    await once(socket.bind(0, "127.0.0.1"), "listening");
  }
  made.peers.wants({ link: "far", connect: { transport: "udp", port: server.address().port } });
  await made.ask("peer_poll");
  for (const socket of [server, stranger]) {
    await new Promise((resolve) => socket.send("x", made.wires.ports.udp as number, "127.0.0.1", resolve));
  }
  const answers = [server, stranger].map((socket) => once(socket, "message"));
  await made.ask("peer_poll");
  assert.equal((await Promise.all(answers)).length, 2);
  assert.deepEqual(made.peers.noted, ["far udp x", `udp-${stranger.address().port} udp x`]);
});

test("each request of a peer_batch takes its datagrams and says what was sent", async (t) => {
  const made = await testee(t);
  const ends = [createSocket("udp4"), createSocket("udp4")];
  for (const socket of ends) {
    t.after(() => socket.close());
    await once(socket.bind(0, "127.0.0.1"), "listening");
  }
  const [a, b] = ends.map((socket) => `udp-${socket.address().port}`) as [string, string];
  const texts = ["a1", "b1", "a2", "a3", "b2", "a4"];
  for (const text of texts) {
    const socket = ends[text.startsWith("a") ? 0 : 1];
    await new Promise((sent) => socket?.send(text, made.wires.ports.udp as number, "127.0.0.1", sent));
  }
  const poll = request("peer_poll");
  const unread = request("peer_poll", { arrived: { link: "a b", bytes: 0 } });
  const { ok } = await made.perform("peer_batch", {
    requests: [poll, poll, unread, request("peer_advance"), 1, poll],
    datagrams: [2, 0, 9, 3, 9, 2 ** 32 - 1],
  });
  const { replies, datagrams } = ok as { replies: object[]; datagrams: object[] };
  assert.deepEqual(replies.map(Object.keys), [["ok"], ["ok"], ["error"], ["unsupported"], ["error"], ["ok"]]);
  assert.deepEqual(datagrams, [{ [a]: 1, [b]: 1 }, {}, {}, { [a]: 2, [b]: 1 }, {}, { [a]: 1 }]);
  assert.deepEqual(
    made.peers.noted,
    texts.map((text) => `${text.startsWith("a") ? a : b} udp ${text}`),
  );
});

test("bytes of connections are taken and told request by request in a peer_batch", async (t) => {
  const made = await testee(t);
  const { socket, link } = await connected(t, made);
  socket.write("abc");
  const poll = (bytes: number) => request("peer_poll", { arrived: { link, bytes } });
  const { ok } = await made.perform("peer_batch", { requests: [poll(1), poll(1), poll(3)], datagrams: [0, 0, 0] });
  assert.deepEqual(ok, {
    replies: [
      { ok: { events: [], sent: { [link]: 1 } } },
      { ok: { events: [] } },
      { ok: { events: [], sent: { [link]: 3 } } },
    ],
    datagrams: [{}, {}, {}],
  });
});

test("only six ops are parts of a peer_batch, and it has a number for each request", async (t) => {
  const made = await testee(t);
  for (const op of ["hello", "stop", "batch", "peer_batch", "peer_signal", "tail_hash", "no_such_op", ""]) {
    const { ok } = await made.perform("peer_batch", { requests: [request(op)], datagrams: [0] });
    assert.deepEqual(ok, { replies: [{ error: `${op} cannot be part of a peer_batch` }], datagrams: [{}] });
  }
  for (const wrong of [
    { requests: [], datagrams: [] },
    { requests: [1], datagrams: [0, 0] },
    { requests: [1, 1], datagrams: [0] },
    { requests: [1], datagrams: [-1] },
    { requests: [1], datagrams: [2 ** 32] },
    { requests: [1] },
    { requests: [1], datagrams: [0], more: 1 },
  ]) {
    assert.ok("error" in (await made.perform("peer_batch", wrong)), JSON.stringify(wrong));
  }
});
