import { type Arrived, type Remotes, readArrived } from "./arrived.js";
import { BadRequest } from "./implementation.js";
import { Input } from "./input.js";
import { PARTS, type PeerBatch } from "./peer-batches.js";
import type { Peers, Signal, Transport } from "./peers.js";
import type { Answer, Reply } from "./requests.js";

/** The ops that take what has arrived, before they do anything else (TST-28). */
const TAKING: readonly unknown[] = ["peer_send", "peer_poll", "peer_advance"];
const CLOSING: readonly unknown[] = ["peer_close", "reset"];

/** Answers a message, which is what `Requests.answer` does. */
type Answering = (message: unknown) => Answer | Promise<Answer>;

/** What carries datagrams between the peers and the runner. */
export interface DatagramWire {
  readonly port: number;
  connect(link: string, port: number): void;
  /** Gives what waits, once, and at most so many datagrams. */
  settle(most: number): Promise<{ readonly link: string; readonly datagram: Uint8Array }[]>;
  /** Whether the link is one of datagrams; if so the datagram is sent. */
  send(link: string, datagram: Uint8Array): Promise<boolean>;
  /** Forgets the link of a client. */
  forget(): void;
  close(): void;
}

/** What carries connections. */
export interface ConnectionWire {
  readonly transport: Transport;
  readonly port?: number;
  readonly remotes: Remotes;
  connect(link: string, port: number): Promise<boolean>;
  signal?(input: Signal): Promise<Signal>;
  close(): void;
}

/** Performs the ops on peers, and all that goes with them: what has come, and what is to be sent. */
export class Performer {
  readonly #peers: Peers;
  readonly #datagrams: DatagramWire | undefined;
  readonly #connections: readonly ConnectionWire[];
  /** How many datagrams were sent to each link in the course of the op. */
  readonly #sent = new Map<string, number>();
  #isOpen = false;

  constructor(peers: Peers, datagrams: DatagramWire | undefined, connections: readonly ConnectionWire[]) {
    this.#peers = peers;
    this.#datagrams = datagrams;
    this.#connections = connections;
  }

  /** The port of each wire by the name of its transport (TST-1). */
  get ports(): Partial<Record<Transport, number>> {
    const found = this.#connections.flatMap(({ transport, port }) => (port === undefined ? [] : [[transport, port]]));
    return { ...(this.#datagrams && { udp: this.#datagrams.port }), ...Object.fromEntries(found) };
  }

  /** Performs a request for an op on peers, which `answer` answers. */
  async perform(message: object, answer: Answering): Promise<Answer> {
    const { op } = message as { op: string };
    if (op === "peer_batch") return this.#performEach(await answer(message), answer);
    return this.#performOne(message, answer, Number.POSITIVE_INFINITY);
  }

  /** Lets go of the sockets. */
  close(): void {
    this.#close();
    this.#datagrams?.close();
    for (const wire of this.#connections) wire.close();
  }

  /** Performs the requests of a peer_batch that an answer has read (TST-34). */
  async #performEach({ op, reply }: Answer, answer: Answering): Promise<Answer> {
    if (!("ok" in reply)) return { op, reply };
    const { requests, datagrams } = reply.ok as PeerBatch;
    const [replies, sent]: [Reply[], object[]] = [[], []];
    for (const [at, request] of requests.entries()) {
      this.#sent.clear();
      replies.push(await this.#performPart(request, answer, datagrams[at] as number));
      sent.push(Object.fromEntries(this.#sent));
    }
    return { op, reply: { ok: { replies, datagrams: sent } } };
  }

  async #performPart(request: unknown, answer: Answering, most: number): Promise<Reply> {
    const { op } = Object(request);
    if (typeof op !== "string") return (await answer(request)).reply; // which says that it is no request
    if (!PARTS.includes(op)) return { error: `${op} cannot be part of a peer_batch` };
    return (await this.#performOne(request as object, answer, most)).reply;
  }

  /** Performs a request that takes at most so many of the datagrams that wait. */
  async #performOne(message: object, answer: Answering, most: number): Promise<Answer> {
    this.#sent.clear();
    const { op, input } = message as { op: string; input?: unknown };
    let asked = message;
    try {
      if (op === "peer_signal") return await this.#signal(await answer(message));
      if (TAKING.includes(op) && typeof input === "object" && input !== null && "arrived" in input) {
        const { arrived, ...others } = input;
        const given = new Input({ arrived }).within("arrived", readArrived);
        if (this.#isOpen) await this.#take(given);
        asked = { ...message, input: others };
      }
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      return { op, reply: { error: error.message } };
    }
    await this.#settle(most);
    this.#tellUnsent();
    const { reply } = await answer(asked);
    await this.#flush();
    return { op, reply: "ok" in reply ? { ok: this.#completed(op, reply.ok as object) } : reply };
  }

  /** Has the descriptions exchanged that an answer has read. */
  async #signal({ op, reply }: Answer): Promise<Answer> {
    if (!("ok" in reply)) return { op, reply };
    const wire = this.#connections.find(({ signal }) => signal !== undefined);
    return { op, reply: { ok: await wire?.signal?.(reply.ok as Signal) } };
  }

  /** The `ok` of an op on peers, with what was sent since the last one (TST-30). */
  #completed(op: string, ok: object): object {
    if (op === "peer_open") this.#isOpen = true;
    if (CLOSING.includes(op)) this.#close();
    const sent = Object.assign({}, ...this.#connections.map(({ remotes }) => remotes.takeSent()));
    return Object.keys(sent).length === 0 ? ok : { ...ok, sent };
  }

  /** Tells the peers how much of what they sent still waits on each connection. */
  #tellUnsent(): void {
    for (const { remotes } of this.#connections) {
      for (const [link, bytes] of remotes.allUnsent()) this.#peers.unsent?.(link, bytes);
    }
  }

  #close(): void {
    this.#isOpen = false;
    this.#datagrams?.forget();
    for (const { remotes } of this.#connections) remotes.closeAll();
  }

  /** The wire of a link: of one that is known, or that a server calls by its transport. */
  #wireOf(link: string): ConnectionWire | undefined {
    const known = this.#connections.find(({ remotes }) => remotes.has(link));
    return known ?? this.#connections.find(({ transport }) => link.startsWith(`${transport}-`));
  }

  /** Has the peers handle what has arrived on a connection. */
  async #take(arrived: Arrived): Promise<void> {
    const { link } = arrived;
    const wire = this.#wireOf(link);
    if (wire === undefined) throw new BadRequest(`there is no wire with a connection ${link}`);
    const { pieces, ended, isOver } = await wire.remotes.take(arrived);
    if (wire.transport === "webrtc" && !isOver) this.#peers.accepted?.(link, wire.remotes.isLossy(link));
    const isFirst = pieces.length === 0 && wire.transport === "tcp";
    for (const piece of isFirst ? [new Uint8Array(0)] : pieces) {
      this.#peers.unsent?.(link, wire.remotes.unsent(link));
      if (typeof piece === "string") this.#peers.text?.(link, piece);
      else this.#peers.receive(link, wire.transport, piece);
      await this.#flush();
    }
    if (ended !== "no") this.#peers.ended?.(link, ended);
    await this.#flush();
  }

  /** Has the peers handle every datagram that waits, but at most so many (TST-15). */
  async #settle(most: number): Promise<void> {
    for (const { link, datagram } of (await this.#datagrams?.settle(most)) ?? []) {
      this.#peers.receive(link, "udp", datagram);
      await this.#flush();
    }
  }

  async #flush(): Promise<void> {
    for (const one of this.#peers.outgoing()) {
      if ("connect" in one) await this.#connect(one.link, one.connect);
      else if ("end" in one) this.#wireOf(one.link)?.remotes.end(one.link);
      else await this.#send(one.link, one.bytes);
    }
  }

  async #connect(link: string, { transport, port }: { transport: Transport; port: number }): Promise<void> {
    if (transport === "udp") {
      this.#datagrams?.connect(link, port);
      return;
    }
    const wire = this.#connections.find((one) => one.transport === transport);
    if (!(await wire?.connect(link, port))) this.#peers.ended?.(link, "reset");
  }

  async #send(link: string, bytes: Uint8Array): Promise<void> {
    if (await this.#datagrams?.send(link, bytes)) this.#sent.set(link, (this.#sent.get(link) ?? 0) + 1);
    else this.#wireOf(link)?.remotes.send(link, bytes);
  }
}
