import {
  ByteLink,
  type LinkEvent,
  Links,
  type LinksOptions,
  MessageLink,
  messageLimit,
  type Peer,
  type PeerOptions,
} from "../src/index.js";
import type { Outgoing, Transport } from "../testee-kit/peers.js";

/** All remote ends of a testee's peers by their links: those that send datagrams, and those on connections. */
export class Ends {
  readonly #options: LinksOptions;
  readonly #links: Links;
  readonly #connections = new Map<string, ByteLink | MessageLink>();
  /** The link of a client. */
  #only: string | undefined;
  #events: LinkEvent[] = [];
  #outgoing: Outgoing[] = [];

  /** The longest message that the other end of an association takes. */
  readonly #maxMessageBytes: number;

  /** `description`: that of the other end of the association, if there is one. */
  constructor(options: LinksOptions, description: string | undefined) {
    this.#options = options;
    this.#maxMessageBytes = messageLimit(description ?? "");
    this.#links = new Links(options);
  }

  /** The links that there are, as far as they are remembered. */
  get names(): string[] {
    return this.#only === undefined ? [...this.#links.addresses, ...this.#connections.keys()] : [this.#only];
  }

  /** Makes the one link of a client. */
  connect(link: string, transport: Transport, now: number): void {
    this.#only = link;
    if (transport !== "udp") this.#connection(link, transport, now);
  }

  /** Accepts a channel. */
  accept(link: string, isLossy: boolean, now: number): void {
    if (this.#only === undefined || this.#only === link) this.#connection(link, "webrtc", now, isLossy);
  }

  receive(link: string, transport: Transport, bytes: Uint8Array, now: number): void {
    if (this.#only !== undefined && this.#only !== link) return;
    if (transport === "udp") this.#links.receive(link, bytes, now);
    else this.#connection(link, transport, now).receive(bytes, now);
    this.#collect();
  }

  text(link: string, text: string, now: number): void {
    const connection = this.#connections.get(link);
    if (connection instanceof MessageLink) connection.receive(text, now);
    this.#collect();
  }

  ended(link: string, how: "end" | "reset", now: number): void {
    this.#connections.get(link)?.[how](now);
    this.#collect();
  }

  unsent(link: string, bytes: number): void {
    const connection = this.#connections.get(link);
    if (connection !== undefined) connection.unsent = bytes;
  }

  ask(link: string, now: number, request: (peer: Peer) => void): void {
    const connection = this.#connections.get(link);
    try {
      if (connection === undefined) this.#links.ask(link, now, request);
      else connection.ask(now, request);
    } finally {
      this.#collect();
    }
  }

  /** Moves the clock; the deadlines of all links are met in the order of their times. */
  advance(now: number): void {
    for (;;) {
      const all = [this.#links, ...this.#connections.values()];
      const next = Math.min(...all.map(({ nextDeadline }) => nextDeadline ?? Number.POSITIVE_INFINITY));
      const at = Math.min(next, now);
      for (const one of all) {
        one.advance(at);
        this.#collect();
      }
      if (next > now) return;
    }
  }

  takeEvents(): LinkEvent[] {
    return this.#events.splice(0);
  }

  takeOutgoing(): Outgoing[] {
    return this.#outgoing.splice(0);
  }

  /** The connection of a link, which is accepted, or made, now if there is none. The first has the salt of the configuration. */
  #connection(link: string, transport: Transport, now: number, isLossy = false): ByteLink | MessageLink {
    const known = this.#connections.get(link);
    if (known !== undefined) return known;
    const { role, config, drawSalt, salt } = this.#options;
    const isFirst = this.#connections.size === 0 && salt !== undefined;
    const options = { role, config, ...(isFirst ? { salt } : { salt: drawSalt(), drawSalt }) };
    const made = transport === "tcp" ? new ByteLink(options, now) : this.#messages(options, now, isLossy);
    this.#connections.set(link, made);
    return made;
  }

  #messages(options: PeerOptions, now: number, isLossy: boolean): MessageLink {
    const made = new MessageLink(options, now, isLossy);
    made.maxMessageBytes = this.#maxMessageBytes;
    return made;
  }

  #collect(): void {
    for (const { to, datagram } of this.#links.takeDatagrams()) this.#outgoing.push({ link: to, bytes: datagram });
    this.#events.push(...this.#links.takeEvents());
    for (const [link, connection] of this.#connections) {
      for (const bytes of connection.takeBytes()) this.#outgoing.push({ link, bytes });
      for (const event of connection.takeEvents()) {
        this.#events.push({ from: link, event });
        if (event.kind === "closed") this.#outgoing.push({ link, end: true });
      }
    }
  }
}
