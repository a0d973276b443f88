import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ALL_FEATURES, Dtype, loadZstd, MessageType, ResonantError } from "../../src/index.js";
import { accept, type DataChannel, type PeerConnection } from "../../src/webrtc/index.js";
import { frame, sync } from "../peer/talk.js";

await loadZstd();

const MIB = 1 << 20;
const PING = sync(1, 0n, { method: "ping", ts: 0 });

/** A channel that sends nothing by itself: what was handed to it stays buffered until `drain`. */
class FakeChannel extends EventTarget implements DataChannel {
  readonly protocol = "resonant/1";
  readyState = "open";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  binaryType: "arraybuffer" | "blob" = "blob";
  readonly sent: Uint8Array[] = [];
  fails = false;

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.fails) throw new TypeError("too large");
    this.sent.push(data);
    this.bufferedAmount += data.length;
  }

  close(): void {
    this.readyState = "closed";
    this.dispatchEvent(new Event("close"));
  }

  drain(to: number): void {
    this.bufferedAmount = to;
    this.dispatchEvent(new Event("bufferedamountlow"));
  }

  receive(data: Uint8Array | string): void {
    const sent = typeof data === "string" ? data : data.slice().buffer;
    this.dispatchEvent(new MessageEvent("message", { data: sent }));
  }
}

class FakeUnder extends EventTarget implements PeerConnection {
  connectionState = "connected";
  readonly sctp = { state: "connected" };
  readonly remoteDescription = { sdp: "" };

  createDataChannel(): FakeChannel {
    return new FakeChannel();
  }

  become(state: string): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

/** A server's connection in a session. */
function served(t: TestContext) {
  const [under, channel] = [new FakeUnder(), new FakeChannel()];
  const connection = accept(under, channel, { ...ALL_FEATURES, spaceHash32: 5, compress: ["none"] });
  assert.equal(channel.binaryType, "arraybuffer");
  channel.receive(PING);
  channel.drain(0);
  channel.sent.splice(0);
  t.after(() => channel.close());
  return { under, channel, connection };
}

const large = () => {
  const payload = new Uint8Array(60_000);
  return { type: MessageType.Think, modality: 0, slices: [{ dtype: Dtype.I8, dims: [60_000], payload }] };
};

/** What is told until the end. */
async function told(events: AsyncIterable<{ kind: string; code?: string }>): Promise<string[]> {
  const found: string[] = [];
  for await (const { kind, code } of events) found.push(code === undefined ? kind : `${kind} ${code}`);
  return found;
}

test("nothing is handed over while more than 1 MiB is buffered, and the rest follows in its order", (t) => {
  const { channel, connection } = served(t);
  for (let at = 0; at < 40; at += 1) connection.send(5, large());
  const size = channel.sent[0]?.length as number;
  assert.equal(channel.sent.length, Math.floor(MIB / size) + 1);
  assert.equal(connection.bufferedAmount, 40 * size);
  channel.drain(MIB + 1);
  assert.equal(channel.sent.length, Math.floor(MIB / size) + 1);
  channel.drain(MIB);
  assert.equal(channel.sent.length, Math.floor(MIB / size) + 2);
  channel.drain(0);
  channel.drain(0);
  const numbers = channel.sent.map(({ buffer, byteOffset }) =>
    Number(new DataView(buffer, byteOffset).getBigUint64(8, true)),
  );
  assert.deepEqual(
    numbers,
    Array.from({ length: 40 }, (_, at) => at),
  );
});

test("at most 16 MiB wait, and whoever awaits `drained` goes on when most is gone", async (t) => {
  const { channel, connection } = served(t);
  assert.throws(
    () => {
      for (;;) connection.send(5, large());
    },
    (error) => error instanceof ResonantError && error.code === "BUFFER_LIMIT",
  );
  assert.ok(connection.bufferedAmount <= 16 * MIB && connection.bufferedAmount > 16 * MIB - 61_000);
  let isDrained = false;
  const draining = connection.drained().then(() => {
    isDrained = true;
  });
  channel.drain(0);
  await Promise.resolve();
  assert.equal(isDrained, false);
  while (connection.bufferedAmount > MIB) channel.drain(0);
  await draining;
});

test("what the platform does not send is lost, and the connection goes on", (t) => {
  const { channel, connection } = served(t);
  channel.fails = true;
  connection.send(5, large());
  channel.fails = false;
  connection.send(5, large());
  assert.deepEqual([channel.sent.length, connection.isClosed], [1, false]);
});

test("each end has its code", async (t) => {
  type Served = ReturnType<typeof served>;
  const ends: [(of: Served) => void, string][] = [
    [({ channel }) => channel.close(), "closed"],
    [({ connection }) => connection.close(), "closed"],
    [({ under }) => under.become("failed"), "closed CONNECTION_RESET"],
    [({ under }) => under.become("closed"), "closed CONNECTION_RESET"],
    [({ channel }) => channel.dispatchEvent(new Event("error")) && channel.close(), "closed CONNECTION_RESET"],
  ];
  for (const [end, expected] of ends) {
    const one = served(t);
    one.under.become("disconnected");
    one.under.become("connected");
    end(one);
    assert.deepEqual(await told(one.connection), ["established", "lost", expected]);
    assert.equal(one.channel.readyState, "closed");
    one.channel.receive(PING);
    one.under.become("failed");
    assert.deepEqual(await told(one.connection), []);
  }
});

test("a channel on what has ended could not be made", async () => {
  for (const [state, sctp] of [
    ["failed", "connected"],
    ["connected", "closed"],
  ] as const) {
    const under = new FakeUnder();
    under.connectionState = state;
    under.sctp.state = sctp;
    const connection = accept(under, new FakeChannel(), ALL_FEATURES);
    assert.deepEqual(await told(connection), ["closed CONNECTION_RESET"]);
  }
});

test("a channel that is closed here is let go of when it has all, or has taken nothing for five seconds", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [patient, hasty] = [served(t), served(t)];
  for (const { connection, channel } of [patient, hasty]) {
    for (let at = 0; at < 40; at += 1) connection.send(5, large());
    connection.close();
    assert.equal(channel.readyState, "open");
  }
  t.mock.timers.tick(4999);
  patient.channel.drain(0);
  assert.equal(hasty.channel.readyState, "open");
  t.mock.timers.tick(1);
  assert.equal(hasty.channel.readyState, "closed");
  t.mock.timers.tick(4998);
  for (let at = 0; at < 3; at += 1) patient.channel.drain(0);
  assert.deepEqual([patient.channel.readyState, patient.channel.sent.length], ["closed", 40]);
});

test("a connection without a session is closed after fifteen seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = t.mock.method(performance, "now");
  const channel = new FakeChannel();
  const now = performance.now();
  clock.mock.mockImplementation(() => now);
  const connection = accept(new FakeUnder(), channel, ALL_FEATURES);
  clock.mock.mockImplementation(() => now + 15_001);
  t.mock.timers.tick(15_001);
  t.mock.timers.tick(1); // it looks once more for what has come (TCP-24)
  assert.deepEqual([await told(connection), channel.readyState], [["closed HANDSHAKE_TIMEOUT"], "closed"]);
});

test("what comes while 1,024 events wait is thrown away", async (t) => {
  const { channel, connection } = served(t);
  for (let at = 0; at < 1100; at += 1) channel.receive(frame(7, BigInt(at), Uint8Array.of(1)));
  const events = connection.events();
  for (let at = 0; at < 1024; at += 1) await events.next();
  channel.receive(frame(8, 0n, Uint8Array.of(1)));
  const { value } = await events.next();
  assert.equal(value?.kind === "message" && value.streamId, 8);
});
