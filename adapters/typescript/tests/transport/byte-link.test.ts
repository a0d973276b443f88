import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteLink, joined, loadZstd, MAX_UNSENT_BYTES, ResonantError, type Role } from "../../src/index.js";
import { CONFIG, frame, KEY, kinds, sync, think } from "../peer/talk.js";

await loadZstd();

const PING = joined(sync(1, 0n, { method: "ping", ts: 0, supports: { critique: true } }));

function linkOf(role: Role, key?: Uint8Array): ByteLink {
  const salt = new Uint8Array(16).fill(role === "client" ? 1 : 2);
  return new ByteLink({ role, config: { ...CONFIG, key }, salt }, 0);
}

const events = (link: ByteLink) =>
  link.takeEvents().map((event) => ("code" in event ? `${event.kind} ${event.code}` : event.kind));

/** A server in a session since 0 ms. */
function server(): ByteLink {
  const link = linkOf("server");
  link.receive(PING, 0);
  link.takeBytes();
  link.takeEvents();
  return link;
}

function rejects(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ResonantError && error.code === code;
}

for (const key of [undefined, KEY]) {
  test(`two ends exchange a stream, byte by byte, ${key ? "sealed" : "without a key"}`, () => {
    const [client, other] = [linkOf("client", key), linkOf("server", key)];
    client.ask(0, (peer) => peer.ping(1, 0));
    const carry = (from: ByteLink, to: ByteLink) => {
      for (const piece of from.takeBytes()) for (const byte of piece) to.receive(Uint8Array.of(byte), 0);
    };
    carry(client, other);
    carry(other, client);
    assert.equal(client.peer.agreement?.crypto, key ? "xchacha20poly1305" : "none");
    client.ask(0, (peer) => peer.open(3, true, 0));
    for (let at = 0; at < 20; at += 1) client.ask(0, (peer) => peer.send(3, think(at), 0));
    client.ask(0, (peer) => peer.end(3, 0));
    carry(client, other);
    assert.equal(kinds(other.takeEvents()).at(-1), "complete");
  });
}

test("a frame has ten seconds from its first byte, and each frame anew", () => {
  const link = server();
  const bytes = joined(frame(5, 0n, Uint8Array.of(1)));
  link.receive(bytes.subarray(0, 2), 1000);
  link.receive(Buffer.concat([bytes.subarray(2), bytes.subarray(0, 1)]), 9000);
  link.advance(18_999);
  assert.deepEqual(events(link), ["message"]);
  assert.equal(link.nextDeadline, 19_000);
  link.advance(19_000);
  assert.deepEqual(events(link), ["lost", "closed FRAME_TIMEOUT"]);
});

test("bytes that are there before the time is judged were not late", () => {
  const link = server();
  const bytes = joined(frame(5, 0n, Uint8Array.of(1)));
  link.receive(bytes.subarray(0, 20), 1000);
  assert.equal(link.nextDeadline, 11_000);
  link.receive(bytes.subarray(20), 12_000);
  link.advance(12_000);
  assert.deepEqual(events(link), ["message"]);
  link.receive(bytes.subarray(0, 20), 13_000);
  link.receive(bytes.subarray(20, 21), 24_000);
  link.advance(24_000);
  assert.deepEqual(events(link), ["lost", "closed FRAME_TIMEOUT"]);
});

test("a server gives a connection fifteen seconds for its first session", () => {
  const [stranger, known, client] = [linkOf("server"), server(), linkOf("client")];
  for (const link of [stranger, known, client]) link.advance(14_999);
  assert.deepEqual(events(stranger), []);
  for (const link of [stranger, known, client]) link.advance(15_000);
  assert.deepEqual(events(stranger), ["closed HANDSHAKE_TIMEOUT"]);
  assert.deepEqual([...events(known), ...events(client)], []);
  known.advance(100_000);
  assert.deepEqual(events(known), ["lost"]);
  assert.equal(known.isClosed, false);
});

test("the connection is judged before its peer at the same instant", () => {
  const link = server();
  link.receive(Uint8Array.of(1), 5000);
  link.advance(15_000); // a HEART would be due as well
  assert.deepEqual(events(link), ["lost", "closed FRAME_TIMEOUT"]);
  assert.deepEqual(link.takeBytes(), []);
});

test("each end has its code, and ends the session at once", () => {
  const ends: [(link: ByteLink) => void, string][] = [
    [(link) => link.end(1), "closed"],
    [(link) => link.close(1), "closed"],
    [(link) => link.reset(1), "closed CONNECTION_RESET"],
    [(link) => link.receive(Uint8Array.of(32, 0, 0, 0), 1), "closed FRAME_TOO_SHORT"],
    [(link) => link.receive(Buffer.from("GET / HTTP"), 1), "closed FRAME_TOO_LARGE"],
  ];
  for (const [end, told] of ends) {
    const link = server();
    end(link);
    assert.deepEqual(events(link), ["lost", told]);
    assert.deepEqual([link.isClosed, link.nextDeadline], [true, undefined]);
    link.receive(PING, 2);
    link.end(2);
    link.reset(3);
    assert.deepEqual([link.takeBytes(), events(link)], [[], []]);
    for (const ask of [
      () => link.ask(4, (peer) => peer.send(5, think(1), 4)),
      () => link.ask(4, (peer) => peer.ping(6, 4)),
      () => link.ask(4, (peer) => peer.heart(6, 4)),
    ])
      assert.throws(ask, rejects("HANDSHAKE_REQUIRED"));
  }
  const link = server();
  link.receive(Uint8Array.of(33), 1);
  link.end(1);
  assert.deepEqual(events(link), ["lost", "closed TRUNCATED_FRAME"]);
});

test("frames before a wrong length are handled, and those behind it are not", () => {
  const link = server();
  const [one, two] = [joined(frame(5, 0n, Uint8Array.of(1))), joined(frame(5, 1n, Uint8Array.of(1)))];
  link.receive(Buffer.concat([one, Uint8Array.of(0, 0, 0, 0), two]), 0);
  assert.deepEqual(events(link), ["message", "lost", "closed FRAME_TOO_SHORT"]);
});

test("a ping that waits is given up without a word", () => {
  const link = linkOf("client");
  link.ask(0, (peer) => peer.ping(1, 0));
  link.reset(500);
  link.advance(60_000);
  assert.deepEqual(events(link), ["closed CONNECTION_RESET"]);
});

test("a frame that is too large for a datagram is sent", () => {
  const link = server();
  const bytes = Uint8Array.from({ length: 65_520 }, (_, at) => (at * 2_654_435_761) >>> 24);
  link.ask(0, (peer) => peer.send(5, think(...bytes.subarray(0, 60_000)), 0));
  assert.equal(link.takeBytes().length, 1);
});

test("at most 16 MiB wait, and what is refused uses up no number", () => {
  const link = server();
  const [small] = [think(1)];
  link.ask(0, (peer) => peer.send(5, small, 0));
  const [piece] = link.takeBytes();
  const size = (piece as Uint8Array).length;
  link.unsent = MAX_UNSENT_BYTES - size + 5;
  assert.throws(() => link.ask(0, (peer) => peer.send(5, small, 0)), rejects("BUFFER_LIMIT"));
  assert.throws(() => link.ask(0, (peer) => peer.open(6, true, 0)), rejects("BUFFER_LIMIT"));
  link.unsent = MAX_UNSENT_BYTES;
  link.advance(20_000); // the HEART is lost
  assert.deepEqual(link.takeBytes(), []);
  link.unsent = 0;
  link.ask(20_000, (peer) => peer.send(5, small, 20_000));
  const again = link.takeBytes()[0] as Uint8Array;
  assert.equal(new DataView(again.buffer).getBigUint64(4 + 8, true), 1n);
  link.ask(20_000, (peer) => peer.open(6, true, 20_000));
  assert.equal(link.takeBytes().length, 1);
});
