import assert from "node:assert/strict";
import { test } from "node:test";
import { loadZstd, MAX_UNSENT_BYTES, MessageLink, messageLimit, ResonantError, type Role } from "../../src/index.js";
import { CONFIG, frame, KEY, kinds, sync, think } from "../peer/talk.js";

await loadZstd();

const PING = sync(1, 0n, { method: "ping", ts: 0, supports: { critique: true } });

function linkOf(role: Role, key?: Uint8Array): MessageLink {
  const salt = new Uint8Array(16).fill(role === "client" ? 1 : 2);
  return new MessageLink({ role, config: { ...CONFIG, compress: ["none"], key }, salt }, 0);
}

const events = (link: MessageLink) =>
  link.takeEvents().map((event) => ("code" in event ? `${event.kind} ${event.code}` : event.kind));

/** A server in a session since 0 ms. */
function server(): MessageLink {
  const link = linkOf("server");
  link.receive(PING, 0);
  link.takeBytes();
  link.takeEvents();
  return link;
}

function rejects(code: string, clause: string): (error: unknown) => boolean {
  return (error) => error instanceof ResonantError && error.code === code && error.clause === clause;
}

for (const key of [undefined, KEY]) {
  test(`two ends exchange a stream in messages, ${key ? "sealed" : "without a key"}`, () => {
    const [client, other] = [linkOf("client", key), linkOf("server", key)];
    client.ask(0, (peer) => peer.ping(1, 0));
    const carry = (from: MessageLink, to: MessageLink) => {
      for (const message of from.takeBytes()) to.receive(message, 0);
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

test("what is no frame is dropped with its code, and the connection goes on", () => {
  const link = server();
  const changed = frame(5, 0n, Uint8Array.of(1));
  changed[30] = (changed[30] as number) ^ 1;
  const dropped: [Uint8Array | string, string][] = [
    [new Uint8Array(0), "FRAME_TOO_SHORT"],
    [new Uint8Array(32), "FRAME_TOO_SHORT"],
    [new Uint8Array(65_537), "FRAME_TOO_LARGE"],
    ["", "NOT_BINARY"],
    ["{}", "NOT_BINARY"],
    [changed, "CRC_MISMATCH"],
  ];
  for (const [message, code] of dropped) {
    link.receive(message, 1);
    assert.deepEqual([events(link), link.takeBytes()], [[`dropped ${code}`], []]);
  }
  link.receive(frame(5, 0n, Uint8Array.of(1)), 2);
  assert.deepEqual([events(link), link.isClosed], [["message"], false]);
});

test("a text does not count as heard from the other peer, and time passes before it is judged", () => {
  const link = server();
  link.receive("x", 44_999);
  link.takeEvents();
  link.receive("x", 45_000);
  assert.deepEqual(events(link), ["lost", "dropped NOT_BINARY"]);
});

test("each end ends the session at once, and nothing is told or sent after it", () => {
  const ends: [(link: MessageLink) => void, string][] = [
    [(link) => link.end(1), "closed"],
    [(link) => link.close(1), "closed"],
    [(link) => link.reset(1), "closed CONNECTION_RESET"],
  ];
  for (const [end, told] of ends) {
    const link = server();
    end(link);
    assert.deepEqual(events(link), ["lost", told]);
    assert.deepEqual([link.isClosed, link.nextDeadline], [true, undefined]);
    link.receive(PING, 2);
    link.receive("text", 2);
    link.end(2);
    link.reset(3);
    assert.deepEqual([link.takeBytes(), events(link)], [[], []]);
    assert.throws(() => link.ask(4, (peer) => peer.heart(6, 4)), rejects("HANDSHAKE_REQUIRED", "TCP-16"));
  }
});

test("a server gives a connection fifteen seconds for its first session", () => {
  const [stranger, known] = [linkOf("server"), server()];
  stranger.receive("x", 14_999);
  assert.deepEqual(events(stranger), ["dropped NOT_BINARY"]);
  for (const link of [stranger, known]) link.advance(15_000);
  assert.deepEqual([events(stranger), events(known)], [["closed HANDSHAKE_TIMEOUT"], []]);
});

test("a request above what the other end takes is rejected, and uses up no number", () => {
  const link = server();
  const payload = Uint8Array.from({ length: 60_000 }, (_, at) => (at * 2_654_435_761) >>> 24);
  link.ask(0, (peer) => peer.send(5, think(...payload), 0));
  const { length } = link.takeBytes()[0] as Uint8Array;
  assert.ok(length > 60_000);
  link.maxMessageBytes = length - 1;
  const tooLarge = rejects("FRAME_TOO_LARGE", "RTC-8");
  assert.throws(() => link.ask(0, (peer) => peer.send(5, think(...payload), 0)), tooLarge);
  link.maxMessageBytes = length;
  link.ask(0, (peer) => peer.send(5, think(...payload), 0));
  const again = link.takeBytes()[0] as Uint8Array;
  assert.equal(new DataView(again.buffer, again.byteOffset).getBigUint64(8, true), 1n);
  link.maxMessageBytes = 40;
  assert.throws(() => link.ask(0, (peer) => peer.open(6, true, 0)), tooLarge);
});

test("what a peer owes and is larger than the other end takes is lost in its place", () => {
  const link = linkOf("server");
  link.maxMessageBytes = 40;
  link.receive(PING, 0);
  assert.deepEqual([events(link), link.takeBytes()], [["established"], []]);
  link.receive(sync(1, 1n, { method: "nothing" }), 0);
  assert.deepEqual(link.takeBytes(), []);
  link.maxMessageBytes = 65_536;
  link.receive(PING, 1000);
  assert.equal(link.takeBytes().length, 1);
  const client = linkOf("client");
  client.maxMessageBytes = 40;
  assert.throws(() => client.ask(0, (peer) => peer.ping(1, 0)), rejects("FRAME_TOO_LARGE", "RTC-8"));
});

test("at most 16 MiB wait", () => {
  const link = server();
  link.unsent = MAX_UNSENT_BYTES;
  assert.throws(() => link.ask(0, (peer) => peer.send(5, think(1), 0)), rejects("BUFFER_LIMIT", "TCP-20"));
  link.unsent = 0;
  link.ask(0, (peer) => peer.send(5, think(1), 0));
  assert.equal(link.takeBytes().length, 1);
});

test("the limit is that of the description's section on data", () => {
  const application = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n";
  const limits: [string, number][] = [
    ["v=0\r\n", 65_536],
    [application, 65_536],
    [`${application}a=max-message-size:0\r\n`, Number.POSITIVE_INFINITY],
    [`${application}a=max-message-size:1000\r\n`, 1000],
    [`${application}a=max-message-size:262144\n`, 262_144],
    [`m=audio 9 X\r\na=max-message-size:7\r\n${application}`, 65_536],
    [`${application}a=max-message-size:8\r\nm=audio 9 X\r\na=max-message-size:7\r\n`, 8],
  ];
  for (const [description, limit] of limits) assert.equal(messageLimit(description), limit, description);
  const link = linkOf("client");
  link.maxMessageBytes = Number.POSITIVE_INFINITY;
  assert.equal(link.maxMessageBytes, 65_536);
});
