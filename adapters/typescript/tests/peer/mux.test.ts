import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../fuzz/random.js";
import { type Code, decode, loadZstd, MessageType, type MuxLimits, ResonantError } from "../../src/index.js";
import type { Peer, PeerEvent } from "../../src/peer/index.js";
import { carry, frame, KEY, kinds, peerOf, session, sync, think } from "./talk.js";

await loadZstd();

const LIMITS: MuxLimits = { streams: 4, frames: 16 };
const managed = (changes: Partial<MuxLimits> = {}) => session({ mux: { ...LIMITS, ...changes }, compress: ["none"] });

/** What a datagram is: data as `stream/number`, Sync with its method, HEART without. */
function named(datagram: Uint8Array): string {
  const { type, streamId, frameSeq, slices } = decode(datagram, { key: KEY });
  const at = `${streamId}/${frameSeq}`;
  if (type !== MessageType.Sync) return at;
  const [slice] = slices;
  if (slice === undefined) return `heart ${at}`;
  const { method, limit, code, missing, max } = JSON.parse(Buffer.from(slice.payload).toString());
  return [method, at, limit ?? code, missing ?? max].filter((part) => part !== undefined).join(" ");
}

const sent = (peer: Peer): string[] => peer.takeDatagrams().map(named);

function refused(code: Code, call: () => void): void {
  assert.throws(call, (error) => error instanceof ResonantError && error.code === code);
}

function sends(peer: Peer, streamId: number, count: number, now = 0): void {
  for (let value = 0; value < count; value++) peer.send(streamId, think(value & 0xff), now);
}

const range = (streamId: number, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${streamId}/${from + at}`);

const error = (streamId: number, frameSeq: bigint, code: string, ref: [number, number], missing?: string[]) =>
  sync(streamId, frameSeq, {
    method: "error",
    code,
    message: "",
    ref: { stream_id: ref[0], frame_seq: `${ref[1]}` },
    missing,
  });

test("it is agreed where both peers have it, with the limits of the other", () => {
  for (const [one, other] of [
    [LIMITS, { streams: 7, frames: 30 }],
    [LIMITS, undefined],
    [undefined, LIMITS],
  ]) {
    const [client, server] = [peerOf("client", { mux: one }), peerOf("server", { mux: other })];
    client.ping(1, 0);
    carry(client, server, 0);
    const both = one !== undefined && other !== undefined;
    assert.deepEqual([client.agreement?.mux, server.agreement?.mux], both ? [other, one] : [undefined, undefined]);
    assert.equal("mux" in (client.agreement ?? {}), both);
  }
});

test("limits that cannot be are malformed for those who have some", () => {
  const bad = [1, [], {}, { streams: 0, frames: 16 }, { streams: 1025, frames: 16 }, { streams: 1, frames: 15 }];
  for (const mux of [
    ...bad,
    { streams: 1, frames: 1025 },
    { streams: 1.5, frames: 16 },
    { streams: "1", frames: 16 },
  ]) {
    const [with_, without] = [peerOf("server", { mux: LIMITS }), peerOf("server")];
    for (const server of [with_, without]) server.receive(sync(1, 0n, { method: "ping", ts: 0, mux }), 0);
    assert.deepEqual(kinds(with_.takeEvents()), ["error_sent"]);
    assert.deepEqual(kinds(without.takeEvents()), ["established"]);
  }
  for (const mux of [
    { streams: 1, frames: 15 },
    { streams: 2000, frames: 16 },
  ]) {
    assert.throws(() => peerOf("client", { mux }), RangeError);
  }
});

test("data goes up to the limit, and the rest with each credit", () => {
  const { client, server } = managed();
  client.open(3, true, 0);
  sends(client, 3, 40);
  client.end(3, 0);
  assert.deepEqual(sent(client), ["head 3/0", ...range(3, 1, 15)]);
  client.receive(sync(3, 0n, { method: "credit", limit: "20" }), 0);
  assert.deepEqual(sent(client), range(3, 16, 19));
  for (const limit of ["20", "19", "0"]) client.receive(sync(3, BigInt(limit) + 1n, { method: "credit", limit }), 0);
  assert.deepEqual(sent(client), []);
  refused("STREAM_STATE", () => client.send(3, think(1), 0));
  refused("STREAM_STATE", () => client.heart(3, 0));
  refused("STREAM_STATE", () => client.end(3, 0));
  client.receive(sync(3, 50n, { method: "credit", limit: "18446744073709551615" }), 0);
  assert.deepEqual(sent(client), [...range(3, 20, 40), "tail 3/41"]);
  assert.deepEqual(server.takeEvents(), []);
});

test("a HEART goes at once, and takes a number of its own", () => {
  const { client } = managed();
  client.open(3, false, 0);
  sends(client, 3, 20);
  client.takeDatagrams();
  client.heart(3, 0);
  assert.deepEqual(sent(client), ["heart 3/16"]);
  client.receive(sync(3, 0n, { method: "credit", limit: "18" }), 0);
  assert.deepEqual(sent(client), ["3/17"]);
});

test("a credit is told when half of what was granted is delivered", () => {
  const { server } = managed({ frames: 17 });
  server.receive(sync(3, 0n, { method: "head", dir: "up" }), 0);
  for (let seq = 1n; seq < 8n; seq += 1n) server.receive(frame(3, seq, Uint8Array.of(1)), 0);
  server.receive(frame(3, 9n, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), []); // D is 8, and 8 + 17 is 8 above 17
  server.receive(frame(3, 8n, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), ["credit 3/0 27"]); // D is 10
  for (let seq = 10n; seq < 18n; seq += 1n) server.receive(frame(3, seq, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), []);
  server.receive(frame(3, 18n, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), ["credit 3/1 36"]);
});

test("a frame below the limit is taken, and one at it fails the stream", () => {
  const { server } = managed();
  for (const streamId of [3, 5]) server.receive(sync(streamId, 0n, { method: "head", dir: "up" }), 0);
  server.receive(frame(3, 15n, Uint8Array.of(1)), 0);
  server.receive(sync(3, 16n, { method: "other" }), 0);
  server.takeEvents();
  assert.deepEqual(sent(server), []);
  server.receive(frame(5, 16n, Uint8Array.of(1)), 0);
  server.receive(frame(5, 1n, Uint8Array.of(1)), 0);
  assert.deepEqual(sent(server), ["error 5/0 16"]);
  assert.deepEqual(server.takeEvents(), [
    { kind: "failed", streamId: 5, code: "FLOW_CONTROL" },
    { kind: "dropped", code: "CLOSED" },
  ]);
});

test("a stream that is held up says so after 1, 3, 7, 15, 30 and 45 s", () => {
  const { client } = managed();
  client.open(3, false, 0);
  sends(client, 3, 17, 100);
  client.takeDatagrams();
  const found: [number, string][] = [];
  const step = (now: number) => {
    client.receive(sync(9, BigInt(now), { method: "anything" }), now); // no loss
    found.push(...sent(client).map((name): [number, string] => [now, name]));
  };
  for (let now = 100; now <= 46_000; now += 100) step(now);
  const blocked = found.filter(([, name]) => name.startsWith("blocked"));
  const expected = [1, 3, 7, 15, 30, 45].map((s, at) => [1000 * s + 100, `blocked 3/${16 + at} 16`]);
  assert.deepEqual(blocked, expected);
  client.receive(sync(3, 0n, { method: "credit", limit: "17" }), 46_000);
  assert.deepEqual(sent(client), []); // its number would be 22
  for (let now = 46_100; now <= 47_000; now += 100) step(now);
  assert.deepEqual(found.at(-1), [47_000, "blocked 3/22 17"]);
});

test("a blocked is answered with a credit, or with what is missing", () => {
  const { server } = managed();
  const blocked = (seq: bigint, streamId = 3) =>
    server.receive(sync(streamId, seq, { method: "blocked", limit: "16" }), 0);
  server.receive(sync(3, 0n, { method: "head", dir: "up" }), 0);
  server.receive(frame(3, 1n, Uint8Array.of(1)), 0);
  blocked(2n);
  assert.deepEqual(sent(server), ["credit 3/0 19"]);
  server.takeEvents();
  blocked(5n);
  assert.deepEqual(sent(server), ["error 3/1 STREAM_INCOMPLETE 3,4"]);
  assert.deepEqual(server.takeEvents(), [{ kind: "incomplete", streamId: 3, missing: [3n, 4n] }]);
  blocked(2n, 7);
  assert.deepEqual(sent(server), ["error 7/0 STREAM_INCOMPLETE 0,1"]);
  server.cancel(3, 0);
  server.takeEvents();
  server.takeDatagrams();
  blocked(6n);
  assert.deepEqual(sent(server), ["error 3/3 STREAM_CANCELLED"]);
  assert.deepEqual(server.takeEvents(), [{ kind: "error_sent", code: "STREAM_CANCELLED", streamId: 3, frameSeq: 0n }]);
});

test("what a blocked shows to be missing is sent again without a TAIL", () => {
  const { client } = managed();
  client.open(3, false, 0);
  sends(client, 3, 20);
  client.takeDatagrams();
  client.advance(1000);
  assert.deepEqual(sent(client), ["blocked 3/16 16"]);
  client.receive(error(3, 0n, "STREAM_INCOMPLETE", [3, 15], ["1"]), 1000);
  assert.deepEqual(sent(client), []);
  client.receive(error(3, 1n, "STREAM_INCOMPLETE", [3, 16], ["4", "0", "99"]), 1000);
  assert.deepEqual(sent(client), ["head 3/0", "3/4"]);
});

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

const messages = (events: readonly PeerEvent[]): string[] =>
  events.flatMap((event) => (event.kind === "message" ? [`${event.streamId}/${event.frameSeq}`] : []));

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

test("the sender learns once that a stream is done", () => {
  const { client, server } = managed();
  client.open(3, false, 0);
  sends(client, 3, 1);
  client.end(3, 0);
  carry(client, server, 0);
  assert.deepEqual(client.takeEvents(), [{ kind: "done", streamId: 3 }]);
  client.receive(sync(3, 7n, { method: "done" }), 0);
  client.receive(sync(5, 0n, { method: "done" }), 0);
  assert.deepEqual(client.takeEvents(), []);
});

test("no more streams are open than the other peer allows, at either end", () => {
  const { client, server } = managed({ streams: 2 });
  for (const streamId of [3, 5]) client.open(streamId, false, 0);
  refused("STREAM_LIMIT", () => client.open(7, false, 0));
  carry(client, server, 0);
  server.takeEvents();
  server.receive(sync(7, 0n, { method: "head", dir: "up" }), 0);
  assert.deepEqual(sent(server), ["error 7/0 STREAM_LIMIT 2"]);
  assert.deepEqual(server.takeEvents(), [{ kind: "error_sent", code: "STREAM_LIMIT", streamId: 7, frameSeq: 0n }]);
  client.end(3, 0);
  client.takeDatagrams(); // lost
  refused("STREAM_LIMIT", () => client.open(7, false, 9999));
  client.open(7, false, 10_000);
});

test("a stream that is reset counts for a second more", () => {
  const { client, server } = managed({ streams: 1 });
  client.open(3, false, 0);
  sends(client, 3, 20);
  client.end(3, 0);
  client.reset(3, "BORED", 0);
  assert.deepEqual(sent(client).slice(-1), ["reset 3/16 BORED"]);
  refused("STREAM_STATE", () => client.reset(3, "BORED", 0));
  refused("STREAM_LIMIT", () => client.open(5, false, 999));
  client.open(5, false, 1000);
  server.receive(sync(3, 0n, { method: "head", dir: "up" }), 0);
  server.receive(sync(3, 16n, { method: "reset", code: "BORED" }), 0);
  server.takeDatagrams();
  assert.deepEqual(server.takeEvents().slice(1), [
    { kind: "failed", streamId: 3, code: "STREAM_RESET", what: "BORED" },
  ]);
  server.receive(sync(5, 0n, { method: "head", dir: "up" }), 999);
  server.receive(sync(7, 0n, { method: "head", dir: "up" }), 1000);
  assert.deepEqual(kinds(server.takeEvents()), ["error_sent", "opened"]);
});

test("a HEAD that comes after its reset is dropped, and does not count", () => {
  const { server } = managed({ streams: 1 });
  server.receive(sync(3, 4n, { method: "reset", code: "X" }), 0);
  server.receive(sync(3, 0n, { method: "head", dir: "up" }), 0);
  server.receive(sync(5, 0n, { method: "head", dir: "up" }), 0);
  assert.deepEqual(kinds(server.takeEvents()), ["dropped", "opened"]);
});

test("what ends a stream at its sender throws away what waits", () => {
  for (const [code, number] of [
    ["STREAM_CANCELLED", 0],
    ["STREAM_LIMIT", 0],
    ["FLOW_CONTROL", 3],
  ] as const) {
    const { client } = managed();
    client.open(3, false, 0);
    sends(client, 3, 20);
    client.takeDatagrams();
    const wrong = number === 0 ? 1 : 0;
    client.receive(error(3, 0n, code, [3, wrong]), 0);
    client.heart(3, 0);
    client.receive(error(3, 1n, code, [3, number]), 0);
    refused("STREAM_STATE", () => client.send(3, think(1), 0));
    client.receive(sync(3, 2n, { method: "credit", limit: "99" }), 0);
    assert.deepEqual(sent(client), ["heart 3/16"]);
    client.advance(10_000);
    assert.deepEqual(sent(client), []);
  }
});

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

test("the four methods mean nothing where multiplexing is not agreed", () => {
  const { client, server } = session();
  server.receive(sync(3, 0n, { method: "head", dir: "up", urgency: 99 }), 0);
  for (const method of ["credit", "blocked", "done", "reset"]) server.receive(sync(3, 0n, { method, limit: 5 }), 0);
  server.receive(sync(3, 1n, { method: "reset", code: "X" }), 0);
  assert.deepEqual(kinds(server.takeEvents()), ["opened", "dropped", "dropped", "dropped", "dropped"]);
  refused("STREAM_STATE", () => server.hold(3, 0));
  client.open(5, false, 0, undefined, 2);
  sends(client, 5, 2000);
  refused("STREAM_STATE", () => client.reset(5, "X", 0));
});

test("malformed ones are rejected, also where they are on closed streams", () => {
  const { server } = managed();
  const wrong = [
    { method: "credit" },
    { method: "credit", limit: 5 },
    { method: "credit", limit: "18446744073709551616" },
    { method: "blocked", limit: "05" },
    { method: "reset", code: "lower" },
    { method: "reset", code: "" },
    { method: "reset", code: "X".repeat(65) },
  ];
  for (const [at, members] of wrong.entries()) server.receive(sync(3, BigInt(at + 1), members), 0);
  server.receive(sync(3, 0n, { method: "reset", code: "X" }), 1000);
  server.receive(sync(3, 0n, { method: "blocked", limit: "5" }), 1000);
  server.receive(sync(3, 0n, { method: "head", dir: "up", urgency: 8 }), 1000);
  const codes = server.takeEvents().map((event) => event.kind === "error_sent" && event.code);
  assert.deepEqual(codes, Array(wrong.length + 3).fill("BAD_MESSAGE"));
});

for (const seed of Array.from({ length: 40 }, (_, index) => index)) {
  test(`streams end whatever is lost and held, by seed ${seed}`, () => {
    const random = new Random(seed);
    const { client, server } = session({
      mux: { streams: 4, frames: 16 + (seed % 20) },
      ...(seed % 2 ? { key: KEY } : {}),
    });
    const ids = [3, 5, 7];
    for (const streamId of ids) {
      client.open(streamId, seed % 3 > 0, 0, undefined, random.below(8));
      sends(client, streamId, 100);
      client.end(streamId, 0);
    }
    const events: PeerEvent[] = [];
    const done = new Set<number>();
    for (let now = 0; now < 600_000 && done.size < ids.length; now += 250) {
      const isBad = now < 60_000;
      carry(client, server, now, () => !isBad || random.below(10) >= 1 + (seed % 4));
      server.advance(now);
      client.advance(now);
      for (const streamId of ids) {
        attempt(() => (isBad && random.below(4) === 0 ? server.hold(streamId, now) : server.resume(streamId, now)));
        if (now % 1000 === 0) attempt(() => client.endAgain(streamId, now));
      }
      events.push(...server.takeEvents());
      for (const event of client.takeEvents()) if (event.kind === "done") done.add(event.streamId);
      for (const event of events) if (event.kind === "complete") done.add(event.streamId);
    }
    for (const streamId of ids) {
      const opened = events.map((event) => event.kind === "opened" && event.streamId === streamId).lastIndexOf(true);
      assert.deepEqual(
        events
          .slice(opened)
          .flatMap((event) =>
            event.kind === "message" && event.streamId === streamId ? [event.slices[0]?.payload[0]] : [],
          ),
        Array.from({ length: 100 }, (_, value) => value),
      );
    }
  });
}

function attempt(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof ResonantError) || error.code !== "STREAM_STATE") throw error;
  }
}
