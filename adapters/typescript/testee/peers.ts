import { isSpaceId, type LinkEvent, type Peer, type PeerConfig, type Sizes } from "../src/index.js";
import { isToTake, openChannel } from "../src/webrtc/index.js";
import { readLink } from "../testee-kit/arrived.js";
import { readSlices, showSlices } from "../testee-kit/fields.js";
import { toHex } from "../testee-kit/hex.js";
import { BadRequest } from "../testee-kit/implementation.js";
import type { Input } from "../testee-kit/input.js";
import type { Op } from "../testee-kit/ops.js";
import type { Channel, Outgoing, Peers, Transport } from "../testee-kit/peers.js";
import { Ends } from "./ends.js";
import { said } from "./yours.js";

const DAY_MS = 86_400_000;
const MD5 = /^[0-9a-f]{32}$/;
const RESET_CODE = /^[A-Z0-9_]{1,64}$/;
const XXH3 = /^[0-9a-f]{16}$/;

/** What a peer_send has the peer do, at a time. */
type Request = (peer: Peer, now: number) => void;

/** The peers of the package, whose clock stands still but for peer_advance (testee.md, section 6). */
export class TesteePeers implements Peers {
  readonly transports: readonly Transport[];
  #ends: Ends | undefined;
  #description: string | undefined;
  #now = 0;
  #outgoing: Outgoing[] = [];

  readonly ops: ReadonlyMap<string, Op> = new Map<string, Op>([
    ["peer_open", (input) => this.#open(input)],
    ["peer_send", (input) => this.#send(input)],
    ["peer_poll", (input) => this.#poll(input)],
    ["peer_advance", (input) => this.#advance(input)],
    ["peer_close", (input) => this.#close(input)],
    ["reset", (input) => this.#reset(input)],
  ]);

  constructor(transports: readonly Transport[]) {
    this.transports = transports;
  }

  receive(link: string, transport: Transport, bytes: Uint8Array): void {
    this.#ends?.receive(link, transport, bytes, this.#now);
  }

  ended(link: string, how: "end" | "reset"): void {
    this.#ends?.ended(link, how, this.#now);
  }

  unsent(link: string, bytes: number): void {
    this.#ends?.unsent(link, bytes);
  }

  accepted(link: string, isLossy: boolean): void {
    this.#ends?.accept(link, isLossy, this.#now);
  }

  text(link: string, text: string): void {
    this.#ends?.text(link, text, this.#now);
  }

  described(description: string): void {
    this.#description = description;
  }

  openChannel(association: { createDataChannel(label: string, options: object): Channel }): Channel {
    return openChannel(association);
  }

  takesChannel(channel: Channel): boolean {
    return isToTake(channel);
  }

  outgoing(): Outgoing[] {
    return [...this.#outgoing.splice(0), ...(this.#ends?.takeOutgoing() ?? [])];
  }

  #open(input: Input): object {
    const role = input.oneOf("role", ["server", "client"] as const);
    const { config, salt } = input.within("config", readConfig);
    const remote = role === "client" ? readRemote(input) : undefined;
    input.done();
    if (this.#ends !== undefined) throw new BadRequest("peers are open");
    const drawSalt = () => crypto.getRandomValues(new Uint8Array(salt.length));
    this.#ends = new Ends({ role, config, salt, drawSalt }, this.#description);
    if (remote !== undefined) {
      const { link, transport, port, streamId } = remote;
      this.#outgoing.push({ link, connect: { transport, port } });
      this.#ends.connect(link, transport, this.#now);
      this.#ask(link, (peer, now) => peer.ping(streamId, now));
    }
    return {};
  }

  #send(input: Input): object {
    const kind = input.oneOf("kind", KINDS);
    const request =
      kind in ON_STREAMS ? ON_STREAMS[kind as OnStream](input, input.u32("stream_id")) : ON_ALL[kind as OnAll];
    const link = input.optional("link", (name) => readLink(input, name));
    input.done();
    this.#ask(link ?? this.#onlyLink(), request);
    return {};
  }

  #poll(input: Input): object {
    input.done();
    return { events: this.#opened().takeEvents().map(showEvent) };
  }

  #advance(input: Input): object {
    const ms = input.integer("ms", 0, DAY_MS);
    input.done();
    const ends = this.#opened();
    this.#now += ms;
    ends.advance(this.#now);
    return {};
  }

  #close(input: Input): object {
    input.done();
    this.#ends = undefined;
    this.#outgoing = [];
    return {};
  }

  #reset(input: Input): object {
    this.#close(input);
    this.#now = 0;
    return {};
  }

  #opened(): Ends {
    if (this.#ends === undefined) throw new BadRequest("no peers are open");
    return this.#ends;
  }

  /** The one link that there is to send on; "none", which is nobody's, where there is none. */
  #onlyLink(): string {
    const { names } = this.#opened();
    if (names.length > 1) throw new BadRequest("there are several peers, and no member link");
    return names[0] ?? "none";
  }

  #ask(link: string, request: Request): void {
    const ends = this.#opened();
    said(() => ends.ask(link, this.#now, (peer) => request(peer, this.#now)));
  }
}

interface Remote {
  readonly link: string;
  readonly transport: Transport;
  readonly port: number;
  readonly streamId: number;
}

function readRemote(input: Input): Remote {
  const transport = input.oneOf("transport", ["udp", "tcp", "webrtc"] as const);
  return {
    link: readLink(input, "link"),
    transport,
    port: transport === "webrtc" ? 0 : input.integer("remote", 1, 65_535),
    streamId: input.u32("stream_id"),
  };
}

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
    mux: input.optional("mux", (name) => input.within(name, readMux)),
    // What this library does not know of fec it ignores as well.
    fec: input.optional("fec", (name) => input.texts(name) as NonNullable<PeerConfig["fec"]>[number][]),
    repair: input.optional("repair", (name) => input.within(name, readRepair)),
  };
  if (!isSpaceId(config.embeddingSpaceId)) throw new BadRequest("embedding_space_id is too long");
  return { config, salt: input.bytes("salt", 16) };
}

const readMux = (input: Input) => ({
  streams: input.integer("streams", 1, 1024),
  frames: input.integer("frames", 16, 1024),
});

const readRepair = (input: Input) => ({
  k: input.integer("k", 1, 128),
  r: input.integer("r", 1, 32),
  step: input.integer("step", 1, 16),
});

const KINDS = [
  "message",
  "ping",
  "head",
  "tail",
  "heart",
  "hold",
  "resume",
  "cancel",
  "reset",
  "cork",
  "uncork",
] as const;
type OnAll = "cork" | "uncork";
type OnStream = Exclude<(typeof KINDS)[number], OnAll>;

const ON_ALL: Readonly<Record<OnAll, Request>> = {
  cork: (peer, now) => peer.cork(now),
  uncork: (peer, now) => peer.uncork(now),
};

/** Reads what else a kind of request needs. */
const ON_STREAMS: Readonly<Record<OnStream, (input: Input, streamId: number) => Request>> = {
  message: (input, streamId) => {
    const type = input.oneOf("type", [0, 1, 2, 4]);
    const message = { type, modality: input.integer("modality", 0, 4), slices: readSlices(input) };
    return (peer, now) => peer.send(streamId, message, now);
  },
  ping: (_, streamId) => (peer, now) => peer.ping(streamId, now),
  head: (input, streamId) => {
    const strongTail = input.boolean("strong_tail");
    const sizes = input.optional("announce", (name) => input.within(name, readSizes));
    const urgency = input.optional("urgency", (name) => input.integer(name, 0, 7));
    return (peer, now) => peer.open(streamId, strongTail, now, sizes, urgency);
  },
  tail: (_, streamId) => (peer, now) => peer.end(streamId, now),
  heart: (_, streamId) => (peer, now) => peer.heart(streamId, now),
  hold: (_, streamId) => (peer, now) => peer.hold(streamId, now),
  resume: (_, streamId) => (peer, now) => peer.resume(streamId, now),
  cancel: (_, streamId) => (peer, now) => peer.cancel(streamId, now),
  reset: (input, streamId) => {
    const code = input.text("code");
    if (!RESET_CODE.test(code)) throw new BadRequest("code is no code of a reset");
    return (peer, now) => peer.reset(streamId, code, now);
  },
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
  return { link: from, event: kind, ...(showMember(shown) as object) };
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
