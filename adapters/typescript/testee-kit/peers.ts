import { createSocket, type Socket } from "node:dgram";
import { stderr } from "node:process";
import { setImmediate } from "node:timers/promises";
import { type Arrived, Connections, readArrived } from "./connections.js";
import { BadRequest } from "./implementation.js";
import { Input } from "./input.js";
import type { Op } from "./ops.js";
import type { Answer } from "./requests.js";

const ADDRESS = "127.0.0.1";
const MOST_BUFFER_BYTES = 4 << 20;
const LEAST_BUFFER_BYTES = 1 << 17;
/** The ops that take what has arrived, before they do anything else (TST-28). */
const TAKING: readonly unknown[] = ["peer_send", "peer_poll", "peer_advance"];
const CLOSING: readonly unknown[] = ["peer_close", "reset"];

/** The transports on which a testee can have peers. */
export type Transport = "udp" | "tcp";

/** What the peers want done: a client's remote end reached, bytes sent on a link, or a connection ended. */
export type Outgoing =
  | { readonly link: string; readonly connect: { readonly transport: Transport; readonly port: number } }
  | { readonly link: string; readonly bytes: Uint8Array }
  | { readonly link: string; readonly end: true };

/** The peers of a testee with the profile handshake (testee.md, section 6). Their ops are kept out of batches. */
export interface Peers {
  /** Those on which there are peers. */
  readonly transports: readonly Transport[];
  /** Without the member `arrived`, which has been seen to. */
  readonly ops: ReadonlyMap<string, Op>;
  /** Handles a datagram, or a chunk of a connection's bytes; of a new link a server takes the first, which may be empty. */
  receive(link: string, transport: Transport, bytes: Uint8Array): void;
  /** Handles the end of a connection: the other end stops sending, or it is reset or could not be made. */
  ended?(link: string, how: "end" | "reset"): void;
  /** Learns how many bytes of a connection wait until the system takes them; called before each of the ops. */
  unsent?(link: string, bytes: number): void;
  /** Gives what is to be done, once; called after all of these, and after each of the ops (TST-17). */
  outgoing(): Iterable<Outgoing>;
}

/** The wires of a testee: sockets between its peers and the runner. */
export class Wires {
  readonly #peers: Peers;
  readonly #datagrams: Socket | undefined;
  readonly #connections: Connections | undefined;
  readonly #waiting: { port: number; datagram: Uint8Array }[] = [];
  /** The link of a client over UDP, and its port. */
  #remote: { link: string; port: number } | undefined;
  #isOpen = false;

  private constructor(peers: Peers, datagrams: Socket | undefined, connections: Connections | undefined) {
    this.#peers = peers;
    this.#datagrams = datagrams;
    this.#connections = connections;
    datagrams?.on("message", (datagram, { port }) => this.#waiting.push({ port, datagram }));
  }

  /** Binds a socket for each transport of the peers. */
  static async bind(peers: Peers): Promise<Wires> {
    const has = (name: Transport) => peers.transports.includes(name);
    return new Wires(peers, has("udp") ? await bind() : undefined, has("tcp") ? await Connections.listen() : undefined);
  }

  /** The port of each by the name of its transport (TST-1). */
  get ports(): Partial<Record<Transport, number>> {
    const [udp, tcp] = [this.#datagrams?.address().port, this.#connections?.port];
    return { ...(udp === undefined ? {} : { udp }), ...(tcp === undefined ? {} : { tcp }) };
  }

  /** Performs a request for an op on peers, which `answer` answers, and all that goes with it. */
  async perform(message: object, answer: (message: object) => Answer | Promise<Answer>): Promise<Answer> {
    const { op, input } = message as { op: string; input?: unknown };
    let asked = message;
    try {
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
    await this.#settle();
    this.#tellUnsent();
    const { reply } = await answer(asked);
    await this.#flush();
    return { op, reply: "ok" in reply ? { ok: this.#completed(op, reply.ok as object) } : reply };
  }

  /** The `ok` of an op on peers, with what was sent since the last one (TST-30). */
  #completed(op: string, ok: object): object {
    if (op === "peer_open") this.#isOpen = true;
    if (CLOSING.includes(op)) this.#close();
    const sent = this.#connections?.takeSent() ?? {};
    return Object.keys(sent).length === 0 ? ok : { ...ok, sent };
  }

  /** Tells the peers how much of what they sent still waits on each connection. */
  #tellUnsent(): void {
    for (const [link, bytes] of this.#connections?.allUnsent() ?? []) this.#peers.unsent?.(link, bytes);
  }

  /** Lets go of the sockets. */
  close(): void {
    this.#close();
    this.#datagrams?.close();
    this.#connections?.close();
  }

  #close(): void {
    this.#isOpen = false;
    this.#remote = undefined;
    this.#connections?.closeAll();
  }

  /** Has the peers handle what has arrived on a connection. */
  async #take(arrived: Arrived): Promise<void> {
    if (this.#connections === undefined) throw new BadRequest("there is no wire with connections");
    const { chunks, ended } = await this.#connections.take(arrived);
    for (const chunk of chunks.length > 0 ? chunks : [new Uint8Array(0)]) {
      this.#peers.unsent?.(arrived.link, this.#connections.unsent(arrived.link));
      this.#peers.receive(arrived.link, "tcp", chunk);
      await this.#flush();
    }
    if (ended !== "no") this.#peers.ended?.(arrived.link, ended);
    await this.#flush();
  }

  /** Has the peers handle every datagram that waits (TST-15): waits until a turn of node's loop brings nothing. */
  async #settle(): Promise<void> {
    let before: number;
    do {
      before = this.#waiting.length;
      await setImmediate(); // the end of this turn
      await setImmediate(); // and of a whole one
    } while (this.#waiting.length > before);
    for (const { port, datagram } of this.#waiting.splice(0)) {
      const link = this.#remote?.port === port ? this.#remote.link : `udp-${port}`;
      this.#peers.receive(link, "udp", datagram);
      await this.#flush();
    }
  }

  async #flush(): Promise<void> {
    for (const one of this.#peers.outgoing()) {
      if ("connect" in one) await this.#connect(one.link, one.connect);
      else if ("end" in one) this.#connections?.end(one.link);
      else await this.#send(one.link, one.bytes);
    }
  }

  async #connect(link: string, { transport, port }: { transport: Transport; port: number }): Promise<void> {
    if (transport === "udp") this.#remote = { link, port };
    else if (!(await this.#connections?.connect(link, port))) this.#peers.ended?.(link, "reset");
  }

  async #send(link: string, bytes: Uint8Array): Promise<void> {
    const port = this.#remote?.link === link ? this.#remote.port : Number(/^udp-([0-9]+)$/.exec(link)?.[1]);
    if (this.#datagrams !== undefined && port > 0)
      await send(this.#datagrams, bytes, port); // TST-17
    else this.#connections?.send(link, bytes);
  }
}

/** A UDP socket on a free port, whose buffers are as large as the system grants. */
export async function bind(): Promise<Socket> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, ADDRESS, resolve);
  });
  enlarge((bytes) => socket.setRecvBufferSize(bytes));
  enlarge((bytes) => socket.setSendBufferSize(bytes));
  return socket;
}

/** Make a buffer as large as the system grants: some grant less, some refuse. */
function enlarge(set: (bytes: number) => void): void {
  for (let bytes = MOST_BUFFER_BYTES; bytes >= LEAST_BUFFER_BYTES; bytes /= 2) {
    try {
      set(bytes);
      return;
    } catch {
      // a smaller one may do
    }
  }
}

/** Send a datagram, and wait until the system has it. One that is lost is asked for again. */
export function send(socket: Socket, datagram: Uint8Array, port: number): Promise<void> {
  return new Promise((resolve) => {
    socket.send(datagram, port, ADDRESS, (error) => {
      if (error !== null && error !== undefined) stderr.write(`a datagram was not sent: ${error.message}\n`);
      resolve();
    });
  });
}
