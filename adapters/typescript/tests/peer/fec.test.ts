import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../fuzz/random.js";
import { crc32 } from "../../src/crc32.js";
import { decode, isRepair, loadZstd, MessageType, readRepair, repairEncode } from "../../src/index.js";
import type { Peer, PeerConfig, PeerEvent } from "../../src/peer/index.js";
import { ByteLink } from "../../src/transport/index.js";
import { CONFIG, carry, frame, KEY, kinds, peerOf, session, sync, think } from "./talk.js";

await loadZstd();

const OWN = { fec: ["rs8", "none"], repair: { k: 4, r: 2, step: 1 } } as const;
const protectedSession = (changes: Partial<PeerConfig> = {}) => session({ ...OWN, ...changes });

/** What a datagram is: a frame as `stream/number`, repair with base, k, r, index and step. */
function named(datagram: Uint8Array): string {
  if (isRepair(datagram)) {
    const { streamId, base, k, r, index, step } = readRepair(datagram);
    return `repair ${streamId}/${base} ${k}+${r} ${index} by ${step}`;
  }
  const { streamId, frameSeq } = decode(datagram, { key: KEY });
  return `${streamId}/${frameSeq}`;
}

const sent = (peer: Peer): string[] => peer.takeDatagrams().map(named);
const codes = (peer: Peer) => peer.takeEvents().map((event) => (event.kind === "dropped" ? event.code : event.kind));

/** A group of Thinks on a stream_id without HEAD, and its repair. */
function groupOf(streamId: number, base: bigint, k: number, r: number, step = 1) {
  const frames = Array.from({ length: k }, (_, at) =>
    frame(streamId, base + BigInt(at * step), new Uint8Array(at + 1)),
  );
  return { frames, repair: repairEncode({ streamId, base, r, step }, frames) };
}

test("it is agreed where both peers have it, and chosen by the own list", () => {
  for (const [one, other, chosen] of [
    [
      ["rs8", "none"],
      ["none", "rs8"],
      ["rs8", "none"],
    ],
    [["rs8"], ["none"], ["none", "none"]],
    [["none"], ["rs8"], ["none", "none"]],
    [["rs8"], undefined, [undefined, undefined]],
    [undefined, ["rs8"], [undefined, undefined]],
  ] as const) {
    const [client, server] = [peerOf("client", { fec: one }), peerOf("server", { fec: other })];
    client.ping(1, 0);
    carry(client, server, 0);
    assert.deepEqual([client.agreement?.fec, server.agreement?.fec], chosen);
    assert.equal("fec" in (client.agreement ?? {}), chosen[0] !== undefined);
  }
});

test("a list that is none is malformed for those who have one", () => {
  for (const fec of ["rs8", [1], {}, null]) {
    const ping = sync(1, 0n, { method: "ping", ts: 0, fec });
    const [with_, without] = [peerOf("server", OWN), peerOf("server")];
    for (const server of [with_, without]) server.receive(ping, 0);
    assert.deepEqual([codes(with_), codes(without)], [["error_sent"], ["established"]]);
  }
  assert.throws(() => peerOf("client", { repair: { k: 0, r: 1, step: 1 } }), RangeError);
});

test("repair follows the frame that makes a group whole", () => {
  const { client } = protectedSession();
  for (let value = 0; value < 5; value++) client.send(3, think(value), 0);
  client.send(5, think(9), 0);
  const repair = [0, 1].map((index) => `repair 3/0 4+2 ${index} by 1`);
  assert.deepEqual(sent(client), ["3/0", "3/1", "3/2", "3/3", ...repair, "3/4", "5/0"]);
});

test("groups interleave by their step, and those that end by one frame go by their base", () => {
  const { client } = protectedSession({ repair: { k: 3, r: 1, step: 2 } });
  client.open(3, false, 0);
  for (let value = 1; value <= 8; value++) client.send(3, think(value), 0);
  client.end(3, 0);
  const frames = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `3/${from + at}`);
  assert.deepEqual(sent(client), [
    ...frames(0, 5),
    "repair 3/1 3+1 0 by 2",
    "3/6",
    "repair 3/2 3+1 0 by 2",
    ...frames(7, 8),
    "repair 3/7 1+1 0 by 2",
    "repair 3/8 1+1 0 by 2",
    "3/9",
  ]);
});

test("a group that is not whole ends after 20 ms, those of low stream_ids and bases first", () => {
  const { client } = protectedSession({ repair: { k: 4, r: 1, step: 2 } });
  client.send(7, think(1), 10);
  client.send(3, think(1), 10);
  client.send(3, think(1), 10);
  client.send(3, think(1), 15);
  client.takeDatagrams();
  assert.equal(client.nextDeadline, 30);
  client.advance(29);
  assert.deepEqual(sent(client), []);
  client.advance(30);
  assert.deepEqual(sent(client), ["repair 3/0 2+1 0 by 2", "repair 3/1 1+1 0 by 2", "repair 7/0 1+1 0 by 2"]);
  assert.equal(client.nextDeadline, 15 + 15_000); // repair puts no HEART off
});

test("a large frame, and a resend, are in no group", () => {
  const { client } = protectedSession({ compress: ["none"] });
  const payload = new Uint8Array(65_440);
  client.send(3, think(1), 0);
  client.send(3, { type: MessageType.Think, modality: 0, slices: [{ dtype: 2, dims: [65_440], payload }] }, 0);
  assert.deepEqual(sent(client), ["3/0", "repair 3/0 1+2 0 by 1", "repair 3/0 1+2 1 by 1", "3/1"]);
  client.open(5, false, 0);
  client.send(5, think(1), 0);
  client.end(5, 0);
  client.takeDatagrams();
  client.endAgain(5, 0);
  assert.deepEqual(sent(client), ["5/2"]);
  assert.equal(client.nextDeadline, 15_000);
});

test("lost frames are computed, told and delivered, whenever their repair comes", () => {
  for (const early of [false, true]) {
    const { server } = protectedSession();
    const { frames, repair } = groupOf(3, 5n, 4, 2);
    const [first, second, third, fourth] = frames;
    const datagrams = early ? [...repair, first, fourth] : [fourth, first, ...repair];
    for (const datagram of datagrams) server.receive(datagram, 0);
    const told = server.takeEvents().map((event) => `${event.kind} ${"frameSeq" in event ? event.frameSeq : ""}`);
    const recovered = ["recovered 6", "message 6", "recovered 7", "message 7"];
    const own = early ? ["message 5", "message 8"] : ["message 8", "message 5"];
    assert.deepEqual(told, [...own, ...recovered]);
    for (const late of [second, third, ...repair]) server.receive(late, 0);
    assert.deepEqual(codes(server), Array(4).fill("DUPLICATE"));
  }
});

test("a lost frame of a stream is delivered in its turn, without an answer", () => {
  const { client, server } = protectedSession({ key: KEY });
  client.open(3, true, 0);
  for (let value = 0; value < 8; value++) client.send(3, think(value), 0);
  client.end(3, 0);
  const datagrams = client.takeDatagrams();
  const lost = ["3/2", "3/3", "3/8"];
  for (const datagram of datagrams) if (!lost.includes(named(datagram))) server.receive(datagram, 0);
  const events = server.takeEvents();
  const values = events.flatMap((event) => (event.kind === "message" ? [event.slices[0]?.payload[0]] : []));
  assert.deepEqual(values, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(events.at(-1)?.kind, "complete");
  assert.equal(kinds(events).filter((kind) => kind === "recovered").length, 3);
  assert.deepEqual(server.takeDatagrams(), []);
});

test("repair is dropped with the first code that applies", () => {
  const { server } = protectedSession();
  const { frames, repair } = groupOf(3, 0n, 3, 2);
  const { repair: other } = groupOf(3, 0n, 3, 1);
  const { repair: shorter } = groupOf(3, 0n, 2, 2);
  const torn = repair[1].slice();
  torn[30] ^= 1;
  for (const datagram of [repair[0].subarray(0, 58), torn, repair[0], other[0], shorter[1], repair[0]]) {
    server.receive(datagram, 0);
  }
  assert.deepEqual(codes(server), ["BAD_REPAIR", "CRC_MISMATCH", "REPAIR_MISMATCH", "REPAIR_MISMATCH", "DUPLICATE"]);
  server.receive(frames[0], 0);
  server.receive(repair[1], 0);
  assert.deepEqual(codes(server), ["message", "recovered", "message", "recovered", "message"]);
});

test("without an agreement repair is no frame of a known version", () => {
  const { repair } = groupOf(3, 0n, 3, 1);
  const { client } = session();
  const fresh = peerOf("server", OWN);
  const unwilling = session({ fec: ["none"] }).server;
  for (const peer of [client, fresh, unwilling]) {
    peer.receive(repair[0], 0);
    peer.receive(repair[0].subarray(0, 20), 0);
    assert.deepEqual(codes(peer), ["BAD_VERSION", "FRAME_TOO_SHORT"]);
  }
});

test("forged repair takes its own group away, and nothing else", () => {
  for (const [from, told] of [
    [0, ["REPAIR_MISMATCH"]], // no such length
    [18, ["recovered", "CRC_MISMATCH"]], // a frame that another check finds out
  ] as const) {
    const { server } = protectedSession();
    const { frames, repair } = groupOf(3, 0n, 3, 2);
    const forged = repair[0].map((byte, at) => (at >= 20 + from && at < repair[0].length - 4 ? byte ^ 0x55 : byte));
    new DataView(forged.buffer).setUint32(forged.length - 4, crc32(forged, forged.length - 4), true);
    for (const datagram of [forged, frames[0], frames[1]]) server.receive(datagram, 0);
    assert.deepEqual(codes(server), ["message", "message", ...told]);
    server.receive(repair[0], 0);
    assert.deepEqual(codes(server), ["recovered", "message"]);
  }
});

test("a computed frame that is not accepted ends its group", () => {
  const { server } = protectedSession();
  const frames = [frame(3, 0n, Uint8Array.of(1)), frame(3, 1n, Uint8Array.of(2))];
  const [, bad] = frames;
  bad[40] ^= 1; // its CRC gives it away
  const repair = repairEncode({ streamId: 3, base: 0n, r: 2, step: 1 }, frames);
  server.receive(frames[0], 0);
  server.receive(repair[0], 0);
  server.receive(repair[0], 0); // the group is not known any more
  assert.deepEqual(codes(server), ["message", "recovered", "CRC_MISMATCH", "recovered", "CRC_MISMATCH"]);
});

test("64 groups are known, and one more makes the oldest forgotten", () => {
  const { server } = protectedSession();
  const all = Array.from({ length: 65 }, (_, at) => groupOf(100 + at, 0n, 2, 2));
  for (const { repair } of all) server.receive(repair[0], 0);
  assert.deepEqual(codes(server), []);
  const [oldest, next] = all as [(typeof all)[0], (typeof all)[0]];
  server.receive(oldest.frames[0], 0);
  server.receive(next.frames[0], 0);
  assert.deepEqual(codes(server), ["message", "message", "recovered", "message"]);
});

test("the end of a session, and an agreement without it, end what was kept", () => {
  const { server } = protectedSession();
  const { frames, repair } = groupOf(3, 0n, 2, 2);
  server.receive(repair[0], 0);
  server.send(9, think(1), 0);
  server.takeDatagrams();
  server.receive(sync(11, 0n, { method: "ping", ts: 0, fec: ["none"] }), 5);
  server.advance(30);
  assert.deepEqual(sent(server), ["11/0"]);
  server.receive(sync(13, 0n, { method: "ping", ts: 0, fec: ["rs8"] }), 30);
  server.takeEvents();
  server.receive(frames[0], 30);
  assert.deepEqual(codes(server), ["message"]);
});

test("a connection that loses nothing has no repair", () => {
  const options = { role: "client", config: { ...CONFIG, ...OWN }, salt: new Uint8Array(16) } as const;
  const link = new ByteLink(options, 0);
  link.ask(0, (peer) => peer.ping(1, 0));
  const [bytes] = link.takeBytes();
  assert.ok(!Buffer.from(bytes).includes("rs8"));
});

test("a TAIL finds nothing missing where repair came first", () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = new Random(seed);
    const { client, server } = protectedSession({ repair: { k: 5, r: 3, step: 1 + (seed % 4) } });
    client.open(3, true, 0);
    for (let value = 0; value < 60; value++) client.send(3, think(value), 0);
    client.end(3, 0);
    const events: PeerEvent[] = [];
    let lost = 0;
    for (const datagram of client.takeDatagrams()) {
      const name = named(datagram);
      const isSure = name === "3/0" || name === "3/61" || name.startsWith("repair");
      if (!isSure && lost < 3 && random.below(3) === 0) lost += 1;
      else server.receive(datagram, 0);
    }
    events.push(...server.takeEvents());
    assert.equal(events.at(-1)?.kind, "complete", `seed ${seed}`);
    assert.equal(kinds(events).filter((kind) => kind === "recovered").length, lost);
  }
});
