import type { LinkEvent } from "../src/index.js";
import { isToTake, openChannel } from "../src/webrtc/index.js";
import { readLink } from "../testee-kit/arrived.js";
import { showSlices } from "../testee-kit/fields.js";
import { toHex } from "../testee-kit/hex.js";
import { BadRequest } from "../testee-kit/implementation.js";
import type { Input } from "../testee-kit/input.js";
import type { Op } from "../testee-kit/ops.js";
import type { Channel, Outgoing, Peers, Transport } from "../testee-kit/peers.js";
import { Ends } from "./ends.js";
import { readConfig } from "./peer-config.js";
import { KINDS, type Request, readRequest } from "./peer-requests.js";
import { said } from "./yours.js";

const DAY_MS = 86_400_000;

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
    const request = readRequest(kind, input);
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
