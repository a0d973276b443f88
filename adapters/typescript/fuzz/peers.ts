import assert from "node:assert/strict";
import { crc32 } from "../src/crc32.js";
import {
  ALL_FEATURES,
  Dtype,
  decode,
  encode,
  Flag,
  isRepair,
  Links,
  MAX_DATAGRAM_BYTES,
  MessageType,
  type Peer,
  ResonantError,
  readRepair,
  repairEncode,
  type Slice,
} from "../src/index.js";
import { readSync } from "../src/peer/sync.js";
import type { Random } from "./random.js";

/** Frames, requests and moves of the clock for each input. */
export const ACTIONS = 32;
const KEY = new Uint8Array(32).fill(7);
const ADDRESSES = ["a", "b", "c"];
const TEXT = new TextEncoder();
const NUMBERS = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 1023n, 1024n, 1025n, 2048n, 5000n, 2n ** 63n, 2n ** 64n - 1n];
const METHODS = ["ping", "capability", "error", "head", "tail", "ping", "head", "tail", "unknown"];
const MANAGING = ["credit", "blocked", "done", "reset"];
const CODES = ["STREAM_INCOMPLETE", "STREAM_CORRUPT", "STREAM_TIMEOUT", "SPACE_MISMATCH", "WHATEVER"];
const ENDS = ["FLOW_CONTROL", "STREAM_LIMIT", "STREAM_CANCELLED"];
const FEC = { fec: ["rs8", "none"], repair: { k: 3, r: 2, step: 2 } } as const;
const MUX = { streams: 2, frames: 16 };

/** What the other end sees of a peer: every datagram is a frame, numbers have no gaps, and replies are few (HSK-2, HSK-42). */
class Witness {
  readonly #sent = new Map<string, Uint8Array[]>();
  #replies: number[] = [];

  see(to: string, datagram: Uint8Array, now: number, role: "client" | "server"): void {
    assert.ok(datagram.length <= MAX_DATAGRAM_BYTES);
    if (isRepair(datagram)) {
      readRepair(datagram);
      return;
    }
    const frame = decode(datagram, { key: KEY });
    const stream = `${to}/${frame.streamId}`;
    const sent = this.#sent.get(stream) ?? [];
    const isNew = frame.frameSeq === BigInt(sent.length);
    if (isNew) this.#sent.set(stream, [...sent, datagram]);
    else assert.deepEqual(datagram, sent[Number(frame.frameSeq)]);
    if (frame.type !== MessageType.Sync) return;
    const sync = readSync(frame, role, { mux: true, fec: true, knowsMux: true, isManaged: true, isAdaptive: true });
    assert.ok(!Object.values(sync).includes(undefined), JSON.stringify(sync.kind));
    if (!isNew || (sync.kind !== "capability" && sync.kind !== "error")) return;
    this.#replies = this.#replies.filter((at) => now - at < 1000);
    this.#replies.push(now);
    assert.ok(this.#replies.length <= 8 * ADDRESSES.length);
  }
}

/** Peers take whatever comes, in whatever order and at whatever time, and send nothing that is no frame. */
export function peers(random: Random): void {
  const role = random.oneOf(["client", "server"] as const);
  const own = {
    spaceHash32: random.below(2) * 5,
    requireCrypto: random.below(4) === 0,
    critique: random.below(2) === 0,
  };
  const config = {
    ...ALL_FEATURES,
    ...own,
    ...(random.below(2) ? { key: KEY } : {}),
    ...(random.below(2) ? { mux: MUX } : {}),
    ...(random.below(2) ? FEC : {}),
  };
  const salt = random.bytes(16);
  const links = new Links({ role, config, salt, drawSalt: () => random.bytes(16), maxLinks: 2 });
  const witness = new Map<string, Witness>();
  let now = 0;
  if (role === "client") links.ask("a", now, (peer) => peer.ping(1, now));
  if (random.below(4)) for (const bytes of beginning(role)) links.receive("a", bytes, now);
  for (let action = 0; action < ACTIONS; action += 1) {
    const address = random.below(4) ? "a" : random.oneOf(ADDRESSES);
    const kind = random.below(12);
    if (kind === 0) now += random.oneOf([1, 999, 1000, 3000, 10_000, 15_000, 45_000]);
    if (kind < 2) links.advance(now);
    else if (kind < 5)
      requested(() => links.ask(address, now, (peer) => random.oneOf(REQUESTS)(peer, random.below(6), now, random)));
    else if (random.below(4)) links.receive(address, datagram(random), now);
    else for (const bytes of repaired(random)) links.receive(address, bytes, now);
    for (const { to, datagram } of links.takeDatagrams()) {
      if (!witness.has(to)) witness.set(to, new Witness());
      witness.get(to)?.see(to, datagram, now, role);
    }
    for (const { from, event } of links.takeEvents())
      if (event.kind === "lost" && !links.peer(from)) witness.delete(from);
    for (const known of witness.keys()) if (links.peer(known) === undefined) witness.delete(known);
    const next = links.nextDeadline;
    assert.ok(next === undefined || kind >= 2 || next > now);
  }
}

function requested(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof ResonantError)) throw error;
  }
}

type Request = (peer: Peer, streamId: number, now: number, random: Random) => void;

const REQUESTS: readonly Request[] = [
  (peer, streamId, now) => peer.ping(streamId, now),
  (peer, streamId, now) => peer.heart(streamId, now),
  (peer, streamId, now, random) =>
    peer.open(streamId, random.below(2) === 0, now, undefined, random.below(3) ? undefined : random.below(9)),
  (peer, streamId, now) => peer.reset(streamId, "FUZZ", now),
  (peer, streamId, now) => peer.hold(streamId, now),
  (peer, streamId, now) => peer.resume(streamId, now),
  (peer, streamId, now) => peer.cancel(streamId, now),
  (peer, _, now, random) => (random.below(2) ? peer.cork(now) : peer.uncork(now)),
  (peer, streamId, now) => {
    const slices = [{ dtype: Dtype.I8, dims: [4], payload: new Uint8Array(4) }];
    for (let count = 0; count < 20; count++) peer.send(streamId, { type: 0, modality: 0, slices }, now);
  },
  (peer, streamId, now) => peer.end(streamId, now),
  (peer, streamId, now) => peer.endAgain(streamId, now),
  (peer, streamId, now, random) =>
    peer.send(streamId, { type: random.below(5), modality: random.below(6), slices: [data(random)] }, now),
];

function data(random: Random): Slice {
  const length = random.below(16) ? random.below(40) : random.below(65_536);
  return {
    dtype: random.oneOf([1, 2, 2, 3, 4]),
    dims: [random.below(4) ? length : random.u32()],
    payload: random.bytes(length),
  };
}

/** A handshake, and the HEAD of a stream: without them few inputs would get anywhere. */
function beginning(role: "client" | "server"): Uint8Array[] {
  const space = { d_model: 1, embedding_space_id: "", space_hash32: 5 };
  const lists = { modality: ["text"], compress: ["zstd", "none"], crypto: ["xchacha20poly1305", "none"] };
  const supports = { critique: true, dtype: ["i8"] };
  const handshake = role === "server" ? { method: "ping", ts: 0 } : { method: "capability", v: 1, agreed_proto: 1 };
  const dir = role === "server" ? "up" : "down";
  const framed = (streamId: number, flags: number, object: object): Uint8Array => {
    const payload = TEXT.encode(JSON.stringify(object));
    const slices = [{ dtype: Dtype.I8, dims: [payload.length], payload }];
    const fields = { type: MessageType.Sync, flags, streamId, frameSeq: 0n, spaceHash32: 5, modality: 0, slices };
    return encode(fields, { key: KEY, nonce: new Uint8Array(24) });
  };
  return [
    framed(1, 0, { ...handshake, ...space, ...lists, supports, mux: MUX, fec: FEC.fec }),
    framed(3, Flag.XCHACHA, { method: "head", dir }),
    framed(3, 0, { method: "head", dir }),
  ];
}

/** A datagram: often a frame that fits the conversation, otherwise one with something changed. */
function datagram(random: Random): Uint8Array {
  const flags = random.below(8) ? random.oneOf([0, 0, Flag.XCHACHA]) : random.below(8);
  const strong = random.below(3) ? 0 : Flag.STRONG_TAIL;
  const isSync = random.below(3) > 0;
  const slices = isSync ? sync(random) : [{ dtype: Dtype.I8, dims: [4], payload: random.bytes(4) }];
  const frame = {
    type: isSync ? MessageType.Sync : random.oneOf([0, 1, 2, 4]),
    flags: flags | strong,
    streamId: random.below(2) ? 3 : random.below(6),
    frameSeq: random.below(8) ? BigInt(random.below(10)) : random.oneOf(NUMBERS),
    spaceHash32: random.below(8) ? 5 : 0,
    modality: random.below(4) ? 0 : random.below(5),
    slices,
  };
  const bytes = encode(frame, { key: KEY, nonce: random.bytes(24), level: 1 });
  if (random.below(4)) return bytes;
  const changed = random.mutated(bytes);
  const end = changed.length - 4;
  if (end >= 0 && random.below(8)) new DataView(changed.buffer).setUint32(end, crc32(changed, end), true);
  return changed;
}

/** Some frames of a group with its repair, in some order, of which something may be changed. */
function repaired(random: Random): Uint8Array[] {
  const group = { streamId: random.below(2) ? 3 : random.below(6), base: BigInt(random.below(12)), r: 2, step: 1 };
  const frames = Array.from({ length: 1 + random.below(4) }, (_, at) => {
    const slices = random.below(3) ? [{ dtype: Dtype.I8, dims: [4], payload: random.bytes(4) }] : sync(random);
    const { streamId, base } = group;
    const fields = {
      type: slices.length && slices[0].payload.length === 4 ? 0 : MessageType.Sync,
      streamId,
      spaceHash32: 5,
    };
    return encode({ ...fields, flags: 0, frameSeq: base + BigInt(at), modality: 0, slices });
  });
  const all = [...frames, ...repairEncode(group, frames)].filter(() => random.below(3) > 0);
  const changed = all.map((bytes) => (random.below(6) ? bytes : random.mutated(bytes)));
  return random.below(2) ? changed : changed.reverse();
}

function sync(random: Random): Slice[] {
  if (random.below(6) === 0) return [];
  const text = TEXT.encode(JSON.stringify(object(random)));
  const payload = random.below(6) ? text : random.mutated(text);
  return [{ dtype: Dtype.I8, dims: [payload.length], payload }];
}

function object(random: Random): object {
  const lists = {
    modality: ["text"],
    compress: ["zstd", "none"],
    crypto: random.below(2) ? ["xchacha20poly1305"] : ["none"],
  };
  const supports = { critique: random.below(2) === 0, dtype: ["i8"], require_crypto: random.below(8) === 0 };
  const space = { d_model: 1, embedding_space_id: "", space_hash32: random.oneOf([0, 5, 5, 6]) };
  const ref = { stream_id: random.below(6), frame_seq: String(random.below(10)) };
  const fec = random.below(2) ? { fec: random.oneOf([["rs8"], ["none"], ["rs8", "none"], "rs8"]) } : {};
  const mux = random.below(2) ? { mux: random.below(4) ? MUX : { streams: 0, frames: random.below(40) } } : {};
  const limit = String(random.below(4) ? random.below(60) : random.oneOf(NUMBERS));
  const counts = { frames: String(random.below(4)), total_len: String(random.below(4) * 47) };
  const members = {
    ping: { ts: 1, v: random.oneOf([1, 1, 2, 0]), ...space, ...lists, supports, ...mux, ...fec },
    capability: { v: 1, agreed_proto: random.oneOf([1, 1, 1, 2]), ...space, ...lists, supports, ...mux, ...fec },
    error: { code: random.oneOf(random.below(2) ? CODES : ENDS), message: "", ref, missing: ["0", "1", "2", "9"] },
    head: { dir: random.oneOf(["up", "down"]), ...(random.below(4) ? {} : { urgency: random.below(9) }) },
    tail: random.below(2) ? counts : { ...counts, xxhash3_64: "0".repeat(16) },
    unknown: {},
    credit: { limit },
    blocked: { limit },
    done: {},
    reset: { code: random.oneOf(["BORED", "bored"]) },
  };
  const method = random.oneOf(random.below(3) ? METHODS : MANAGING) as keyof typeof members;
  return { method, ...members[method] };
}
