import type { PeerConfig, Role } from "./config.js";
import type { PeerEvent } from "./event.js";
import { Peer } from "./peer.js";

/** An event, and the address of the peer at the other end of its link. */
export interface LinkEvent {
  readonly from: string;
  readonly event: PeerEvent;
}

/** A datagram, and where it goes. */
export interface LinkDatagram {
  readonly to: string;
  readonly datagram: Uint8Array;
}

/** What links are made with. */
export interface LinksOptions {
  readonly role: Role;
  readonly config: PeerConfig;
  /** Draws 16 random bytes, for each session of each link. */
  readonly drawSalt: () => Uint8Array;
  /** The salt of the first link in all its sessions, for runs that are to be repeated. */
  readonly salt?: Uint8Array;
  /** How many addresses have a peer; one more makes the one forgotten that loses least. */
  readonly maxLinks?: number;
}

interface Link {
  readonly address: string;
  readonly peer: Peer;
  /** When its peer has something to do, as of the last time that it did anything. */
  deadline: number | undefined;
}

const MAX_LINKS = 64;

/** A peer for each remote address, without input and output. Addresses are texts of whatever form. */
export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<string, Link>();
  #events: LinkEvent[] = [];
  #datagrams: LinkDatagram[] = [];
  #firstSalt: Uint8Array | undefined;

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#firstSalt = options.salt;
    this.#newPeer(options.salt ?? new Uint8Array(16), undefined); // throws where the configuration cannot be
  }

  /** What the peers are. */
  get role(): Role {
    return this.#options.role;
  }

  /** The addresses that have a peer. */
  get addresses(): string[] {
    return [...this.#links.keys()];
  }

  /** The peer of an address. What it is asked for by itself has no effect on this object until `ask` or `advance`. */
  peer(address: string): Peer | undefined {
    return this.#links.get(address)?.peer;
  }

  /** When `advance` has something to do, if ever. */
  get nextDeadline(): number | undefined {
    return this.#nextLink()?.deadline;
  }

  /** Has the peer of an address do something; a peer is made for an address that has none. What the peer throws is thrown. */
  ask<Result>(address: string, now: number, request: (peer: Peer) => Result): Result {
    this.advance(now);
    const link = this.#links.get(address) ?? this.#newLink(address);
    try {
      return request(link.peer);
    } finally {
      this.#collect(link);
      this.#keep(link);
    }
  }

  /** Receives a datagram from an address. Slices of events are views of it, so its bytes must not change. */
  receive(from: string, datagram: Uint8Array, now: number): void {
    this.ask(from, now, (peer) => peer.receive(datagram, now));
  }

  /** Moves the clocks of all peers to `now`; deadlines on the way are met at their times. */
  advance(now: number): void {
    for (let link = this.#nextLink(); link !== undefined; link = this.#nextLink()) {
      const { deadline } = link;
      if (deadline === undefined || deadline > now) return;
      link.peer.advance(deadline);
      this.#collect(link);
    }
  }

  /** The events since the last call, those of all peers in their order. */
  takeEvents(): LinkEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** The datagrams to send since the last call, in their order. */
  takeDatagrams(): LinkDatagram[] {
    const datagrams = this.#datagrams;
    this.#datagrams = [];
    return datagrams;
  }

  #nextLink(): Link | undefined {
    let next: Link | undefined;
    let first = Number.POSITIVE_INFINITY;
    for (const link of this.#links.values()) {
      const { deadline } = link;
      if (deadline === undefined || deadline >= first) continue;
      next = link;
      first = deadline;
    }
    return next;
  }

  #newLink(address: string): Link {
    const { drawSalt } = this.#options;
    const salt = this.#firstSalt;
    const peer = salt ? this.#newPeer(salt, undefined) : this.#newPeer(drawSalt(), drawSalt);
    return { address, peer, deadline: undefined };
  }

  #newPeer(salt: Uint8Array, drawSalt: (() => Uint8Array) | undefined): Peer {
    const { role, config } = this.#options;
    return new Peer(drawSalt ? { role, config, salt, drawSalt } : { role, config, salt });
  }

  #collect(link: Link): void {
    const { address, peer } = link;
    link.deadline = peer.nextDeadline;
    for (const datagram of peer.takeDatagrams()) this.#datagrams.push({ to: address, datagram });
    for (const event of peer.takeEvents()) this.#events.push({ from: address, event });
  }

  /** Keeps a new link, unless its peer has nothing to remember: it may be of an address that was made up. */
  #keep(link: Link): void {
    if (this.#links.has(link.address) || link.peer.isBlank) return;
    if (this.#links.size >= (this.#options.maxLinks ?? MAX_LINKS)) this.#forget();
    this.#links.set(link.address, link);
    this.#firstSalt = undefined;
  }

  /** Forgets the link that loses least; the program learns it if there was a session. */
  #forget(): void {
    const [least] = [...this.#links.values()].sort(byLoss);
    if (least === undefined) return;
    this.#links.delete(least.address);
    if (least.peer.agreement !== undefined) this.#events.push({ from: least.address, event: { kind: "lost" } });
  }
}

/** Orders links by what forgetting one loses: no session, no word since the handshake, no open stream, the oldest word. */
function byLoss({ peer: one }: Link, { peer: other }: Link): number {
  return (
    Number(one.agreement !== undefined) - Number(other.agreement !== undefined) ||
    Number(one.hasSpoken) - Number(other.hasSpoken) ||
    Number(one.hasOpenStreams) - Number(other.hasOpenStreams) ||
    one.heardAt - other.heardAt
  );
}
