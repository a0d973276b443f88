import { randomBytes } from "node:crypto";
import { isSpaceId, type LinkEvent, Links, type Peer, type PeerConfig, type Role, type Sizes } from "../src/index.js";
import {
  BadRequest,
  type Input,
  type Op,
  type Peers,
  readSlices,
  showSlices,
  toHex,
  type WireDatagram,
} from "../testee-kit/index.js";
import { said } from "./yours.js";

const DAY_MS = 86_400_000;
const MD5 = /^[0-9a-f]{32}$/;
const XXH3 = /^[0-9a-f]{16}$/;

/** What a peer_send has the peer do, at a time. */
type Request = (peer: Peer, now: number) => void;

/** The peers of the package, whose clock stands still but for peer_advance (testee.md, section 6). */
export class TesteePeers implements Peers {
  #links: Links | undefined;
  /** The port of a client's server. */
  #remote: number | undefined;
  #now = 0;
  #outgoing: WireDatagram[] = [];

  readonly ops: ReadonlyMap<string, Op> = new Map<string, Op>([
    ["peer_open", (input) => this.#open(input)],
    ["peer_send", (input) => this.#send(input)],
    ["peer_poll", (input) => this.#poll(input)],
    ["peer_advance", (input) => this.#advance(input)],
    ["peer_close", (input) => this.#close(input)],
    ["reset", (input) => this.#reset(input)],
  ]);

  receive({ port, datagram }: WireDatagram): void {
    if (this.#remote === undefined || this.#remote === port) this.#links?.receive(String(port), datagram, this.#now);
    this.#collect();
  }

  outgoing(): WireDatagram[] {
    return this.#outgoing.splice(0);
  }

  #open(input: Input): object {
    const role = input.oneOf("role", ["server", "client"] as const);
    const { config, salt } = input.within("config", readConfig);
    const remote = role === "client" ? portOf(input, "remote") : undefined;
    const streamId = role === "client" ? input.u32("stream_id") : 0;
    input.done();
    if (this.#links !== undefined) throw new BadRequest("peers are open");
    this.#links = linksOf(role, config, salt);
    this.#remote = remote;
    if (remote !== undefined) this.#ask(remote, (peer, now) => peer.ping(streamId, now));
    return {};
  }

  #send(input: Input): object {
    const request = REQUESTS[input.oneOf("kind", KINDS)](input, input.u32("stream_id"));
    const to = input.optional("to", (name) => portOf(input, name));
    input.done();
    this.#ask(to ?? this.#onlyPort(), request);
    return {};
  }

  #poll(input: Input): object {
    input.done();
    return { events: this.#opened().takeEvents().map(showEvent) };
  }

  #advance(input: Input): object {
    const ms = input.integer("ms", 0, DAY_MS);
    input.done();
    const links = this.#opened();
    this.#now += ms;
    links.advance(this.#now);
    this.#collect();
    return {};
  }

  #close(input: Input): object {
    input.done();
    this.#links = undefined;
    this.#remote = undefined;
    return {};
  }

  #reset(input: Input): object {
    this.#close(input);
    this.#now = 0;
    return {};
  }

  #opened(): Links {
    if (this.#links === undefined) throw new BadRequest("no peers are open");
    return this.#links;
  }

  /** The one port that there is to send to; 0, which nobody has, where there is none. */
  #onlyPort(): number {
    const ports = this.#remote === undefined ? this.#opened().addresses : [this.#remote];
    if (ports.length > 1) throw new BadRequest("there are several peers, and no member to");
    return Number(ports[0] ?? 0);
  }

  #ask(port: number, request: Request): void {
    const links = this.#opened();
    said(() => links.ask(String(port), this.#now, (peer) => request(peer, this.#now)));
    this.#collect();
  }

  #collect(): void {
    for (const { to, datagram } of this.#links?.takeDatagrams() ?? []) {
      this.#outgoing.push({ port: Number(to), datagram });
    }
  }
}

function linksOf(role: Role, config: PeerConfig, salt: Uint8Array): Links {
  return new Links({ role, config, salt, drawSalt: () => Uint8Array.from(randomBytes(salt.length)) });
}

const portOf = (input: Input, name: string): number => input.integer(name, 1, 65_535);

function readConfig(input: Input): { config: PeerConfig; salt: Uint8Array } {
  const config: PeerConfig = {
    embeddingSpaceId: input.text("embedding_space_id"),
    spaceHash32: input.u32("space_hash32"),
    dModel: input.integer("d_model", 1, Number.MAX_SAFE_INTEGER),
    // The peer ignores names that it does not know (HSK-8).
    modality: input.texts("modality") as PeerConfig["modality"][number][],
    compress: input.texts("compress") as PeerConfig["compress"][number][],
    crypto: input.texts("crypto") as PeerConfig["crypto"][number][],
    dtype: input.texts("dtype") as PeerConfig["dtype"][number][],
    critique: input.boolean("critique"),
    requireCrypto: input.boolean("require_crypto"),
    key: input.optional("key", (name) => input.bytes(name, 32)),
  };
  if (!isSpaceId(config.embeddingSpaceId)) throw new BadRequest("embedding_space_id is too long");
  return { config, salt: input.bytes("salt", 16) };
}

const KINDS = ["message", "ping", "head", "tail", "heart"] as const;

/** Reads what else a kind of request needs. */
const REQUESTS: Readonly<Record<(typeof KINDS)[number], (input: Input, streamId: number) => Request>> = {
  message: (input, streamId) => {
    const type = input.oneOf("type", [0, 1, 2, 4]);
    const message = { type, modality: input.integer("modality", 0, 4), slices: readSlices(input) };
    return (peer, now) => peer.send(streamId, message, now);
  },
  ping: (_, streamId) => (peer, now) => peer.ping(streamId, now),
  head: (input, streamId) => {
    const strongTail = input.boolean("strong_tail");
    const sizes = input.optional("announce", (name) => input.within(name, readSizes));
    return (peer, now) => peer.open(streamId, strongTail, now, sizes);
  },
  tail: (_, streamId) => (peer, now) => peer.end(streamId, now),
  heart: (_, streamId) => (peer, now) => peer.heart(streamId, now),
};

function readSizes(input: Input): Sizes {
  const [md5, xxhash3_64] = [input.text("md5"), input.text("xxhash3_64")];
  if (!MD5.test(md5) || !XXH3.test(xxhash3_64)) throw new BadRequest("a hash is not lower-case hexadecimal");
  return { frames: input.u64("frames"), totalLen: input.u64("total_len"), md5, xxhash3_64 };
}

/** An event as specs/ops/peer_poll.json has it. */
function showEvent({ from, event }: LinkEvent): object {
  const { kind, ...members } = event;
  const shown = kind === "message" ? { ...members, slices: showSlices(event.slices) } : members;
  return { peer: Number(from), event: kind, ...(showMember(shown) as object) };
}

const NAMES: Readonly<Record<string, string>> = {
  agreedProto: "agreed_proto",
  streamId: "stream_id",
  frameSeq: "frame_seq",
  totalLen: "total_len",
};

function showMember(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(showMember);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [NAMES[name] ?? name, showMember(member)]));
}
