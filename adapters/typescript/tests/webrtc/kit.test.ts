import assert from "node:assert/strict";
import { once } from "node:events";
import { after, type TestContext, test } from "node:test";
import { answer, offer } from "../../src/webrtc/index.js";
import {
  type Answer,
  type Association,
  bindWires,
  type Channel,
  Channels,
  type Outgoing,
  type Peers,
  Performer,
  Requests,
  type Transport,
} from "../../testee-kit/index.js";
import { cleanup, peerConnection, soon, tell, type Under, unhurried } from "./pair.js";

after(cleanup);

/** Peers that note what they are given, and send back what they receive. */
class Echo implements Peers {
  readonly transports = ["webrtc"] as const;
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

  accepted(link: string): void {
    if (!this.noted.includes(`${link} accepted`)) this.noted.push(`${link} accepted`);
  }

  receive(link: string, transport: Transport, bytes: Uint8Array): void {
    this.noted.push(`${link} ${transport} ${Buffer.from(bytes)}`);
    this.wants({ link, bytes });
  }

  text(link: string, text: string): void {
    this.noted.push(`${link} text ${text}`);
  }

  ended(link: string, how: string): void {
    this.noted.push(`${link} ${how}`);
  }

  described(description: string): void {
    this.noted.push(description.split("\r\n")[0] as string);
  }

  openChannel(association: Association): Channel {
    return association.createDataChannel("mine", { protocol: "own" });
  }

  takesChannel({ protocol }: Channel): boolean {
    return protocol === "own";
  }

  outgoing(): Outgoing[] {
    return this.#outgoing.splice(0);
  }
}

function testee(t: TestContext) {
  const peers = new Echo();
  const unders: Under[] = [];
  const channels = new Channels(peers, () => {
    unders.push(peerConnection(t));
    return unders.at(-1) as Under;
  });
  const performer = new Performer(peers, undefined, [channels]);
  t.after(() => performer.close());
  const requests = new Requests({ hello: { name: "", version: "", profiles: [] } }, "", peers);
  const ask = async (op: string, input: object = {}): Promise<Answer["reply"]> =>
    (await performer.perform({ op, case: "", profile: "", input }, (one) => requests.answer(one))).reply;
  return { peers, ask, performer, unders };
}

type Testee = ReturnType<typeof testee>;

/** An association by an offer of the runner's, and a channel that it opens. */
async function associated(t: TestContext, { ask, unders }: Testee): Promise<{ under: Under; channel: Channel }> {
  const under = peerConnection(t);
  const first = under.createDataChannel("", { negotiated: true, id: 1000 }); // there has to be one to offer
  const { sdp } = await offer(under, soon());
  const { ok } = (await ask("peer_signal", { offer: unhurried(sdp) })) as Replied;
  await under.setRemoteDescription({ type: "answer", sdp: ok.answer as string });
  await tell(unders.at(-1) as Under, sdp);
  await once(first, "open", { signal: soon() });
  const channel = under.createDataChannel("theirs", { protocol: "own" });
  await once(channel, "open", { signal: soon() });
  return { under, channel };
}

type Replied = { ok: { offer?: string; answer?: string } };

const bytes = (text: string) => new TextEncoder().encode(text);

test("of a channel that is taken which has arrived, message by message, and an empty one counts as a byte", async (t) => {
  const made = testee(t);
  const { channel } = await associated(t, made);
  const link = `webrtc-${channel.id}`;
  await made.ask("peer_open");
  assert.deepEqual(await made.ask("peer_poll", { arrived: { link, bytes: 0 } }), { ok: { events: [] } });
  for (const message of [bytes("ab"), bytes(""), bytes("c")]) channel.send(message);
  const came = once(channel as unknown as EventTarget, "message", { signal: soon() });
  assert.deepEqual(await made.ask("peer_poll", { arrived: { link, bytes: 4 } }), {
    ok: { events: [], sent: { [link]: 4 } },
  });
  await came;
  assert.deepEqual(await made.ask("peer_poll"), { ok: { events: [] } });
  (channel as unknown as { send(text: string): void }).send("é");
  await made.ask("peer_poll", { arrived: { link, bytes: 6 } });
  channel.close();
  await made.ask("peer_poll", { arrived: { link, bytes: 6, ended: true } });
  const said = made.peers.noted.slice(1).map((one) => one.replace(`${link} `, ""));
  assert.deepEqual(said, ["accepted", "webrtc ab", "webrtc ", "webrtc c", "text é", "end"]);
});

test("a channel of another protocol is closed, and the end of the association is a reset", async (t) => {
  const made = testee(t);
  const { under, channel } = await associated(t, made);
  await made.ask("peer_open");
  const other = under.createDataChannel("theirs", { protocol: "other" });
  await once(other, "close", { signal: soon() });
  const noted = [...made.peers.noted];
  const nothing = { link: `webrtc-${other.id}`, bytes: 1, ended: true };
  assert.deepEqual(await made.ask("peer_poll", { arrived: nothing }), { ok: { events: [] } });
  assert.deepEqual(made.peers.noted, noted);
  const link = `webrtc-${channel.id}`;
  made.unders.at(-1)?.close(); // of the other end's close libdatachannel does not always hear
  await made.ask("peer_poll", { arrived: { link, bytes: 0, ended: true } });
  assert.equal(made.peers.noted.at(-1), `${link} reset`);
  made.peers.wants({ link: "far", connect: { transport: "webrtc", port: 0 } });
  await made.ask("peer_poll");
  assert.equal(made.peers.noted.at(-1), "far reset");
  assert.deepEqual(await made.ask("peer_poll", { arrived: { link: "far", bytes: 9 } }), { ok: { events: [] } });
});

test("a client's channel is opened as its peers say, on an association that the testee offers", async (t) => {
  const made = testee(t);
  const under = peerConnection(t);
  const { ok } = (await made.ask("peer_signal")) as Replied;
  const opened = once(under, "datachannel", { signal: soon() });
  const { sdp } = await answer(under, { type: "offer", sdp: unhurried(ok.offer as string) }, soon());
  assert.deepEqual(await made.ask("peer_signal", { answer: sdp }), { ok: {} });
  await tell(under, ok.offer as string);
  await made.ask("peer_open");
  made.peers.wants({ link: "far", connect: { transport: "webrtc", port: 0 } });
  made.peers.wants({ link: "far", bytes: bytes("hello") });
  assert.deepEqual(await made.ask("peer_poll"), { ok: { events: [], sent: { far: 5 } } });
  const [{ channel }] = await opened;
  assert.deepEqual([channel.label, channel.protocol], ["mine", "own"]);
  await made.ask("peer_close");
  await once(channel, "close", { signal: soon() });
  await made.ask("peer_open");
  assert.equal(under.connectionState, "connected");
});

test("peers over WebRTC need an RTCPeerConnection", async (t) => {
  await assert.rejects(bindWires(new Echo()), TypeError);
  const performer = await bindWires(new Echo(), () => peerConnection(t));
  t.after(() => performer.close());
  assert.deepEqual(performer.ports, {});
});

test("what is no description, or comes out of place, is an error", async (t) => {
  const { ask, performer } = testee(t);
  assert.deepEqual(performer.ports, {});
  const wrong = [
    { offer: "" },
    { offer: "nothing" },
    { answer: "v=0" },
    { offer: "v=0\r\n" },
    { offer: 1 },
    { other: "" },
  ];
  for (const input of wrong) assert.ok("error" in (await ask("peer_signal", input)), JSON.stringify(input));
  const udp = new Requests({ hello: { name: "", version: "", profiles: [] } }, "", {
    ops: new Map(),
    transports: ["udp"],
  });
  const { reply } = udp.answer({ op: "peer_signal", case: "", profile: "", input: {} });
  assert.deepEqual(reply, { unsupported: "peer_signal" });
});
