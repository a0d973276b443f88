import type { Socket } from "node:dgram";
import { argv, env, stderr, stdin, stdout } from "node:process";
import type { Implementation } from "./implementation.js";
import type { Association, Peers } from "./peers.js";
import type { Performer } from "./performer.js";
import { Incomplete, KeptReplies, type Piece, readPiece, writeAsk } from "./pieces.js";
import { type Answer, parse, Requests, textOf } from "./requests.js";
import { bind, bindWires, send } from "./wires.js";

/** Answers a message that was put together. In a browser something else than `Requests` itself may. */
export interface Asked {
  isOnPeers(message: unknown): boolean;
  answer(message: unknown): Answer | Promise<Answer>;
  greeted(message: unknown): Answer | undefined | Promise<Answer | undefined>;
}

/**
 * All that a testee's main does: it binds, prints the ports, and answers until it is told to stop. With the argument
 * `--attach` standard input is left alone, and after a stop the testee waits for the next runner. For peers over WebRTC
 * `associate` makes an RTCPeerConnection.
 */
export async function run(yours: Implementation, peers?: Peers, associate?: () => Association): Promise<void> {
  await serve(new Requests(yours, token(), peers), peers && (await bindWires(peers, associate)));
}

/** The secret that the runner sets (TST-6). */
export function token(): string {
  const found = env.RESONANT_TOKEN;
  if (found) return found;
  stderr.write("RESONANT_TOKEN is not set: the runner sets it, or whoever starts this by hand\n");
  process.exit(2);
}

/** The same for requests that are answered elsewhere. */
export async function serve(asked: Asked, wires?: Performer): Promise<void> {
  const control = await bind();
  const server = new Server(asked, control, wires);
  stdout.write(`${JSON.stringify({ control: control.address().port, wires: wires?.ports ?? {} })}\n`); // TST-1
  if (server.attach) return;
  stdin.on("end", () => process.exit(0)).resume(); // TST-2
}

class Server {
  readonly attach = argv.includes("--attach");
  readonly #asked: Asked;
  readonly #control: Socket;
  readonly #wires: Performer | undefined;
  readonly #kept = new KeptReplies();
  #incomplete = new Incomplete();
  /** The ports of the runner, 0 before it has said hello, and of whoever sent the pieces of the message. */
  #runner = 0;
  /** The work on datagrams, one after the other: some of it waits for the wires. */
  #work: Promise<void> = Promise.resolve();

  constructor(asked: Asked, control: Socket, wires: Performer | undefined) {
    this.#asked = asked;
    this.#control = control;
    this.#wires = wires;
    control.on("message", (datagram, { port }) => {
      this.#work = this.#work.then(() => this.#take(datagram, port));
    });
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
    if (this.#wires === undefined || !this.#asked.isOnPeers(message)) return this.#asked.answer(message);
    return this.#wires.perform(message as object, (one) => this.#asked.answer(one));
  }
}
