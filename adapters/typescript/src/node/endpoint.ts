import { randomBytes } from "node:crypto";
import type { Socket } from "node:dgram";
import type { AdaptiveOutgo } from "../peer/adaptive.js";
import { type PeerConfig, type Role, SALT_BYTES } from "../peer/config.js";
import type { PeerEvent } from "../peer/event.js";
import { type LinkEvent, Links } from "../peer/links.js";
import type { Outgo, Peer } from "../peer/peer.js";
import type { Sizes } from "../peer/sync.js";
import { EventQueue } from "../queue.js";
import { loadZstd } from "../zstd.js";
import { type Address, bind, resolve } from "./socket.js";

/** An event, and the address of the peer at the other end. */
export interface Arrived {
  readonly from: Address;
  readonly event: PeerEvent;
}

/** How a server listens. */
export interface ServeOptions {
  /** Of this machine; 127.0.0.1 where it is left out. */
  readonly host?: string;
  /** 0, which is what it is where it is left out, is a port that is free. */
  readonly port?: number;
  /** How many addresses have a peer, 64 where it is left out; one more makes the one forgotten that loses least. */
  readonly maxLinks?: number;
  /** Closes the server. */
  readonly signal?: AbortSignal;
}

/** The longest that a timer can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** While so many events wait to be taken, datagrams are thrown away. */
const MAX_EVENTS = 4096;

/** Serves every address that sends to a port. Throws what the system says if the port cannot be had. */
export async function serve(config: PeerConfig, options: ServeOptions = {}): Promise<Endpoint> {
  const { host = "127.0.0.1", port = 0, maxLinks = 64, signal } = options;
  await loadZstd();
  const socket = await bind(await resolve(host, port));
  const endpoint = new Endpoint(socket, { role: "server", config, maxLinks });
  const close = () => endpoint.close();
  if (signal?.aborted) close();
  signal?.addEventListener("abort", close, { once: true });
  return endpoint;
}

/** What an endpoint is made with. */
export interface EndpointOptions {
  readonly role: Role;
  readonly config: PeerConfig;
  readonly maxLinks: number;
  /** The one address whose datagrams are received. */
  readonly only?: Address;
}

/**
 * Peers on a socket, one for each address: brings `Links` together with datagrams, time and randomness.
 *
 * `for await (const { from, event } of endpoint)` gives the events; those of one iteration are not given in another.
 */
export class Endpoint implements AsyncIterable<Arrived> {
  /** Where it listens. */
  readonly local: Address;
  readonly #socket: Socket;
  readonly #links: Links;
  readonly #events = new EventQueue<Arrived>(MAX_EVENTS);
  /** Between the clock of the platform, which never goes back, and the time of day. */
  readonly #offset = Date.now() - performance.now();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** Takes a bound socket over. Programs use `serve` and `connect`. */
  constructor(socket: Socket, { role, config, maxLinks, only }: EndpointOptions) {
    this.#socket = socket;
    this.local = socket.address();
    this.#links = new Links({ role, config, maxLinks, drawSalt: () => Uint8Array.from(randomBytes(SALT_BYTES)) });
    socket.on("message", (datagram, { address, port }) => {
      const isMeant = only === undefined || (only.address === address && only.port === port);
      if (isMeant && port !== 0) this.#receive(datagram, { address, port }); // nothing can be sent to port 0
    });
    socket.on("error", () => {}); // of a datagram that did not arrive, which is nothing new to a peer
  }

  /** The peer of an address, for what it tells of itself. */
  peer(of: Address): Pick<Peer, "agreement" | "hasOpenStreams" | "heardAt"> | undefined {
    return this.#links.peer(keyOf(of));
  }

  /** The addresses that have a peer. */
  get addresses(): Address[] {
    return this.#links.addresses.map(addressOf);
  }

  /** Has the client's peer ping, on a stream_id on which nothing was sent. */
  ping(to: Address, streamId: number): void {
    this.#ask(to, (peer, now) => peer.ping(streamId, now));
  }

  /** Sends a data frame. Like the other requests it throws ResonantError where the peer rejects it. */
  send(to: Address, streamId: number, message: Outgo): void {
    this.#ask(to, (peer, now) => peer.send(streamId, message, now));
  }

  /** Sends a data frame whose tensors take the form that is smallest and exact enough (specs/adaptive.md). */
  sendAdaptive(to: Address, streamId: number, message: AdaptiveOutgo): void {
    this.#ask(to, (peer, now) => peer.sendAdaptive(streamId, message, now));
  }

  /** Tells the other peer how much error its tensors on a stream_id may have, 0 to 16,777,216 in 2^-24 of their energy. */
  quality(to: Address, streamId: number, tolerance: number): void {
    this.#ask(to, (peer, now) => peer.quality(streamId, tolerance, now));
  }

  /**
   * Opens a stream: what is sent on it is delivered in order and verified as a whole. A managed one has an urgency, of 0 to
   * 7: the lowest goes first.
   */
  open(to: Address, streamId: number, strongTail: boolean, sizes?: Sizes, urgency?: number): void {
    this.#ask(to, (peer, now) => peer.open(streamId, strongTail, now, sizes, urgency));
  }

  /** Ends a stream. Whoever closes right after it can send nothing again that was lost. */
  end(to: Address, streamId: number): void {
    this.#ask(to, (peer, now) => peer.end(streamId, now));
  }

  /** Sends the TAIL of a stream again, which can be lost like any frame. */
  endAgain(to: Address, streamId: number): void {
    this.#ask(to, (peer, now) => peer.endAgain(streamId, now));
  }

  /** Sends a HEART. */
  heart(to: Address, streamId: number): void {
    this.#ask(to, (peer, now) => peer.heart(streamId, now));
  }

  /** Ends a managed stream before its time, for a reason of `A` to `Z`, `0` to `9` and `_`. */
  reset(to: Address, streamId: number, code: string): void {
    this.#ask(to, (peer, now) => peer.reset(streamId, code, now));
  }

  /** Holds a managed stream of the other peer, which delivers nothing then, and soon gets no more. */
  hold(to: Address, streamId: number): void {
    this.#ask(to, (peer, now) => peer.hold(streamId, now));
  }

  /** Goes on with a stream that was held. */
  resume(to: Address, streamId: number): void {
    this.#ask(to, (peer, now) => peer.resume(streamId, now));
  }

  /** Wants no more of a managed stream of the other peer. */
  cancel(to: Address, streamId: number): void {
    this.#ask(to, (peer, now) => peer.cancel(streamId, now));
  }

  /** Lets the data frames of managed streams wait, so that `uncork` sends them in the order of their urgency. */
  cork(to: Address): void {
    this.#ask(to, (peer, now) => peer.cork(now));
  }

  /** Sends what waits since `cork`, as far as the other peer takes it. */
  uncork(to: Address): void {
    this.#ask(to, (peer, now) => peer.uncork(now));
  }

  /** The events from now on, until the endpoint is closed. Throws the reason of the signal once that is aborted. */
  async *events(signal?: AbortSignal): AsyncGenerator<Arrived, void, undefined> {
    for (;;) {
      const arrived = await this.#events.next(signal);
      if (arrived === undefined) return;
      yield arrived;
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Arrived, void, undefined> {
    return this.events();
  }

  /** Closes the socket, and ends the iteration over events. The other ends notice it when they hear nothing any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket.close();
    this.#events.end();
  }

  #now(): number {
    return Math.floor(this.#offset + performance.now());
  }

  #receive(datagram: Uint8Array, from: Address): void {
    if (this.#isClosed || this.#events.isFull) return;
    this.#links.receive(keyOf(from), datagram, this.#now());
    this.#flush();
  }

  #ask(to: Address, request: (peer: Peer, now: number) => void): void {
    if (this.#isClosed) throw new Error("the endpoint is closed");
    const now = this.#now();
    try {
      this.#links.ask(keyOf(to), now, (peer) => request(peer, now));
    } finally {
      this.#flush();
    }
  }

  #flush(): void {
    for (const { to, datagram } of this.#links.takeDatagrams()) {
      const { address, port } = addressOf(to);
      this.#socket.send(datagram, port, address, (error) => {
        if (error !== null && this.#isUnreachable(to)) this.#events.end(error);
      });
    }
    for (const { from, event } of this.#links.takeEvents()) this.#events.put({ from: addressOf(from), event });
    this.#arm();
  }

  /** Whether nobody was reached at the one address of a client, so that nobody will be. */
  #isUnreachable(to: LinkEvent["from"]): boolean {
    return !this.#isClosed && this.#links.role === "client" && this.#links.peer(to)?.agreement === undefined;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const deadline = this.#links.nextDeadline;
    if (deadline === undefined) return;
    const wait = Math.min(Math.max(deadline - this.#now(), 1), MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#links.advance(this.#now());
      this.#flush();
    }, wait);
  }
}

const SEPARATOR = "|"; // which no address has

const keyOf = ({ address, port }: Address): string => `${address}${SEPARATOR}${port}`;

function addressOf(key: string): Address {
  const [address, port] = key.split(SEPARATOR);
  return { address: address as string, port: Number(port) };
}
