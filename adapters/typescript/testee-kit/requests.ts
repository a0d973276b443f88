import { BadRequest, type Hello, type Implementation, Refusal, Unsupported } from "./implementation.js";
import { Input } from "./input.js";
import { type Op, opsOf } from "./ops.js";
import { PARTS, readPeerBatch } from "./peer-batches.js";
import type { Peers, Signal } from "./peers.js";
import { MAX_PIECES, PIECE_BYTES } from "./pieces.js";

/** A reply has one of the members ok, reject, unsupported and error (TST-8). */
export type Reply = Readonly<Record<string, unknown>>;

/** The outcome of a message: its op, where it has one, and the reply to it. */
export interface Answer {
  readonly op: string;
  readonly reply: Reply;
}

const SPEC = "1.0";
/** Those that no batch may have (TST-25), whether there are peers or not. */
const ON_PEERS = [...PARTS, "peer_signal", "peer_batch"];
const MAX_DESCRIPTION_CHARS = 65_536;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A testee without its sockets: messages in, answers out. */
export class Requests {
  readonly #hello: Hello;
  readonly #token: string;
  readonly #ops: ReadonlyMap<string, Op>;
  readonly #peers: Pick<Peers, "ops" | "transports"> | undefined;

  constructor(yours: Implementation, token: string, peers?: Pick<Peers, "ops" | "transports">) {
    this.#hello = yours.hello;
    this.#token = token;
    this.#ops = opsOf(yours);
    this.#peers = peers;
  }

  /** Whether a message is a request for an op on peers. */
  isOnPeers(message: unknown): boolean {
    return isObject(message) && typeof message.op === "string" && this.#onPeers(message.op) !== undefined;
  }

  /** Answer a message that `parse` gave. */
  answer(message: unknown): Answer {
    return answerTo(message, (name) => this.#find(name));
  }

  /** Answer a hello with the right token, and nothing else (TST-6). */
  greeted(message: unknown): Answer | undefined {
    const answer = answerTo(message, (name) => (name === "hello" ? this.#greet : undefined));
    return "ok" in answer.reply ? answer : undefined;
  }

  #find(name: string): Op | undefined {
    return this.#own.get(name) ?? this.#ops.get(name) ?? this.#onPeers(name);
  }

  #onPeers(name: string): Op | undefined {
    if (name === "peer_signal") return this.#peers?.transports.includes("webrtc") ? readSignal : undefined;
    if (name === "peer_batch") return this.#peers && readPeerBatch;
    return this.#peers?.ops.get(name);
  }

  readonly #greet: Op = (input) => {
    const token = input.text("token");
    input.done();
    if (token !== this.#token) throw new BadRequest("token is wrong");
    const transports = this.#peers === undefined ? {} : { transports: this.#peers.transports };
    return { ...this.#hello, language: "TypeScript", spec: SPEC, ...transports };
  };

  readonly #stop: Op = (input) => {
    input.done();
    return {};
  };

  /** Performs requests that need no state (TST-24, TST-25). */
  readonly #batch: Op = (input) => {
    const requests = input.array("requests", 1, MAX_PIECES);
    input.done();
    const find = (name: string) => {
      if (this.#own.has(name) || ON_PEERS.includes(name)) throw new BadRequest(`${name} cannot be part of a batch`);
      return this.#ops.get(name);
    };
    return { replies: requests.map((request) => answerTo(request, find).reply) };
  };

  readonly #own: ReadonlyMap<string, Op> = new Map([
    ["hello", this.#greet],
    ["stop", this.#stop],
    ["batch", this.#batch],
  ]);
}

/** Reads the input of peer_signal, which is what it gives: whoever performs ops on peers does the rest (TST-33). */
const readSignal: Op = (input): Signal => {
  const description = (name: string) => {
    const text = input.text(name);
    if (text.length < 1 || text.length > MAX_DESCRIPTION_CHARS) throw new BadRequest(`${name} is no description`);
    return { [name]: text };
  };
  const found = input.optional("offer", description) ?? input.optional("answer", description) ?? {};
  input.done();
  return found;
};

/** The value that JSON text is, or undefined where it is none. */
export function parse(text: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(text));
  } catch {
    return undefined;
  }
}

/** A reply as JSON in UTF-8. */
export function textOf(reply: Reply): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(reply));
  return text.length <= MAX_PIECES * PIECE_BYTES ? text : textOf({ error: "the reply is too long" });
}

/** The reply to a request that is refused; any other error is a crash (testee.md, section 7). */
function refused(error: unknown): Reply {
  if (error instanceof Refusal) return { reject: { code: error.code, detail: error.message } };
  if (error instanceof Unsupported) return { unsupported: error.message };
  if (error instanceof BadRequest) return { error: error.message };
  throw error;
}

function answerTo(message: unknown, find: (name: string) => Op | undefined): Answer {
  let op = "";
  try {
    const request = new Input(message);
    op = request.text("op");
    request.text("case");
    request.text("profile");
    const input = request.value("input");
    request.done();
    if (op === "") throw new BadRequest("op is empty");
    const perform = find(op);
    if (perform === undefined) throw new Unsupported(op);
    return { op, reply: { ok: perform(new Input(input)) } };
  } catch (error) {
    return { op, reply: refused(error) };
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
