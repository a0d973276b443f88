import { createSocket, type Socket } from "node:dgram";
import { argv, env, stderr, stdin, stdout } from "node:process";
import { setImmediate } from "node:timers/promises";
import type { Implementation } from "./implementation.js";
import type { Op } from "./ops.js";
import { Incomplete, KeptReplies, type Piece, readPiece, writeAsk } from "./pieces.js";
import { type Answer, parse, Requests, textOf } from "./requests.js";

const ADDRESS = "127.0.0.1";
const MOST_BUFFER_BYTES = 4 << 20;
const LEAST_BUFFER_BYTES = 1 << 17;

/** A datagram of the wire socket, and the port that it came from or goes to. */
export interface WireDatagram {
  readonly port: number;
  readonly datagram: Uint8Array;
}

/** The peers of a testee with the profile handshake (testee.md, section 6). Their ops are kept out of batches. */
export interface Peers {
  readonly ops: ReadonlyMap<string, Op>;
  /** Handles a datagram that waited on the wire socket; before each of the ops, all of them (TST-15). */
  receive(from: WireDatagram): void;
  /** Gives each datagram that the peers want to send once; called after `receive`, and after each of the ops (TST-17). */
  outgoing(): Iterable<WireDatagram>;
}

/** Answers a message that was put together. In a browser something else than `Requests` itself may. */
export interface Asked {
  isOnPeers(message: unknown): boolean;
  answer(message: unknown): Answer | Promise<Answer>;
  greeted(message: unknown): Answer | undefined | Promise<Answer | undefined>;
}

/**
 * All that a testee's main does: it binds, prints the ports, and answers until it is told to stop. With the argument
 * `--attach` standard input is left alone, and after a stop the testee waits for the next runner.
 */
export async function run(yours: Implementation, peers?: Peers): Promise<void> {
  await serve(new Requests(yours, token(), peers?.ops), peers);
}

/** The secret that the runner sets (TST-6). */
export function token(): string {
  const found = env.RESONANT_TOKEN;
  if (found) return found;
  stderr.write("RESONANT_TOKEN is not set: the runner sets it, or whoever starts this by hand\n");
  process.exit(2);
}

/** The same for requests that are answered elsewhere. */
export async function serve(asked: Asked, peers?: Peers): Promise<void> {
  const [control, wire] = [await bind(), await bind()];
  const server = new Server(asked, control, wire, peers);
  stdout.write(`${JSON.stringify({ control: control.address().port, wire: wire.address().port })}\n`); // TST-1
  if (server.attach) return;
  stdin.on("end", () => process.exit(0)).resume(); // TST-2
}

async function bind(): Promise<Socket> {
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

class Server {
  readonly attach = argv.includes("--attach");
  readonly #asked: Asked;
  readonly #control: Socket;
  readonly #wire: Socket;
  readonly #peers: Peers | undefined;
  readonly #waiting: WireDatagram[] = [];
  readonly #kept = new KeptReplies();
  #incomplete = new Incomplete();
  /** The ports of the runner, 0 before it has said hello, and of whoever sent the pieces of the message. */
  #runner = 0;
  /** The work on datagrams, one after the other: some of it waits for the wire socket. */
  #work: Promise<void> = Promise.resolve();

  constructor(asked: Asked, control: Socket, wire: Socket, peers: Peers | undefined) {
    this.#asked = asked;
    this.#control = control;
    this.#wire = wire;
    this.#peers = peers;
    control.on("message", (datagram, { port }) => {
      this.#work = this.#work.then(() => this.#take(datagram, port));
    });
    wire.on("message", (datagram, { port }) => this.#waiting.push({ port, datagram }));
  }

  async #take(datagram: Uint8Array, port: number): Promise<void> {
    if (this.#runner !== 0 && port !== this.#runner) return; // TST-6
    const piece = readPiece(datagram);
    if (piece !== undefined) await this.#takePiece(piece, port);
  }

  async #takePiece(piece: Piece, port: number): Promise<void> {
    const { id, index, count } = piece;
    const reply = this.#kept.get(id);
    if (piece.ask) {
      if (reply?.length === count) await send(this.#control, reply[index], port); // TST-22
      return;
    }
    if (reply !== undefined) {
      if (index === count - 1) await send(this.#control, reply[0], port); // TST-7
      return;
    }
    const text = this.#incomplete.add(String(port), piece);
    if (text !== undefined) return this.#reply(text, id, port);
    if (this.#runner !== 0) await send(this.#control, writeAsk(id, this.#incomplete.lacking(), count), port); // TST-23
  }

  async #reply(text: Uint8Array, id: number, port: number): Promise<void> {
    const message = parse(text);
    const answer = await (this.#runner === 0 ? this.#asked.greeted(message) : this.#perform(message));
    if (answer === undefined) return; // TST-6
    this.#runner = port;
    await send(this.#control, this.#kept.keep(id, textOf(answer.reply)), port); // TST-21
    if (answer.op === "stop" && "ok" in answer.reply) this.#stop();
  }

  #stop(): void {
    if (!this.attach) process.exit(0); // TST-3
    this.#runner = 0;
    this.#kept.clear();
    this.#incomplete = new Incomplete();
  }

  async #perform(message: unknown): Promise<Answer> {
    if (this.#peers === undefined || !this.#asked.isOnPeers(message)) return this.#asked.answer(message);
    await this.#settle();
    for (const datagram of this.#waiting.splice(0)) this.#peers.receive(datagram); // TST-15
    await this.#flush(this.#peers);
    const answer = await this.#asked.answer(message);
    await this.#flush(this.#peers);
    return answer;
  }

  /** Wait until node has read all that the wire socket holds: until a turn of its loop brings nothing. */
  async #settle(): Promise<void> {
    let before: number;
    do {
      before = this.#waiting.length;
      await setImmediate(); // the end of this turn
      await setImmediate(); // and of a whole one
    } while (this.#waiting.length > before);
  }

  async #flush(peers: Peers): Promise<void> {
    for (const { port, datagram } of peers.outgoing()) await send(this.#wire, datagram, port); // TST-17
  }
}

/** Send a datagram, and wait until the system has it. One that is lost is asked for again. */
function send(socket: Socket, datagram: Uint8Array, port: number): Promise<void> {
  return new Promise((resolve) => {
    socket.send(datagram, port, ADDRESS, (error) => {
      if (error !== null && error !== undefined) stderr.write(`a datagram was not sent: ${error.message}\n`);
      resolve();
    });
  });
}
