// A server: it answers pings, prints a line about each event, and sends a Critique back for each Think.
//
//     node build/examples/recv_think.js [--addr HOST:PORT] [--count N] [--tcp]

import { Dtype, MessageType, type Slice } from "../src/frame.js";
import { type Arrived, serve } from "../src/node/endpoint.js";
import { type Address, hostPort } from "../src/node/socket.js";
import { type Connection, listen } from "../src/node/tcp/index.js";
import type { Delivered, PeerEvent } from "../src/peer/event.js";
import type { Outgo } from "../src/peer/peer.js";
import { writeMessage } from "../src/write-message.js";
import { type Arguments, CONFIG, main } from "./pair.js";

/** This model expects hidden states within ±1.0; what lies beyond is the divergence. */
const ONE_IN_BINARY16 = 0x3c00;

/** The part that both transports share: it tells each event, answers messages, and closes the server after so many. */
class Receiver {
  readonly #server: { close(): void };
  #left: number;

  constructor(server: { readonly local: Address; close(): void }, count: number | undefined) {
    this.#server = server;
    this.#left = count ?? Number.POSITIVE_INFINITY;
    console.log(`listening on ${hostPort(server.local)}`);
    if (this.#left === 0) server.close();
  }

  take({ from, event }: Arrived, send: (streamId: number, message: Outgo) => void): void {
    if (this.#left === 0) return;
    console.log(described({ from, event }));
    if (event.kind !== "message") return;
    answer(from, event, send);
    this.#left -= 1;
    if (this.#left === 0) this.#server.close();
  }
}

async function run(given: Arguments): Promise<void> {
  await (given.tcp ? overTcp(given) : overUdp(given));
}

async function overUdp({ host, port, count, signal }: Arguments): Promise<void> {
  const server = await serve(CONFIG, { host, port, signal });
  const receiver = new Receiver(server, count);
  for await (const arrived of server) {
    receiver.take(arrived, (streamId, message) => server.send(arrived.from, streamId, message));
  }
}

async function overTcp({ host, port, count, signal }: Arguments): Promise<void> {
  const server = await listen(CONFIG, { host, port, signal });
  const receiver = new Receiver(server, count);
  const hear = async (connection: Connection): Promise<void> => {
    for await (const event of connection) {
      receiver.take({ from: connection.remote, event }, (streamId, message) => connection.send(streamId, message));
    }
  };
  for await (const connection of server) void hear(connection);
}

/** One line about an event: a message as a frame, others by name and members. */
function described({ from, event }: Arrived): string {
  if (event.kind === "message") return describedMessage(hostPort(from), event);
  return `${hostPort(from)}: ${pascal(event.kind)} ${members(event)}`.trim();
}

const pascal = (name: string): string => name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function members({ kind: _, ...others }: PeerEvent): string {
  return Object.entries(others)
    .map(([name, value]) => `${snake(name)} ${typeof value === "object" ? JSON.stringify(value, asText) : value}`)
    .join(", ");
}

const asText = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);

function describedMessage(from: string, { streamId, frameSeq, type, slices }: Delivered): string {
  const texts = slices.map(({ dtype, dims, payload }) => {
    return `${nameOf(Dtype, dtype)} [${dims.join(", ")}], ${payload.length} bytes`;
  });
  const count = `${texts.length} slice${texts.length === 1 ? "" : "s"}`;
  const where = `stream 0x${streamId.toString(16)} seq ${frameSeq} from ${from}`;
  return `${nameOf(MessageType, type)} ${where}: ${count}, ${texts.join("; ")}, space_hash32 ${CONFIG.spaceHash32}`;
}

function nameOf(values: { readonly [name: string]: number }, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}

/** Sends the Critique of a Think on its stream_id, or says why there is none. */
function answer(
  to: Address,
  { streamId, type, modality, slices }: Delivered,
  send: (streamId: number, message: Outgo) => void,
): void {
  const [hidden] = slices;
  if (type !== MessageType.Think || hidden?.dtype !== Dtype.F16) return;
  try {
    send(streamId, critiqueOf(hidden, modality));
  } catch (error) {
    console.log(`no Critique for ${hostPort(to)}: ${(error as Error).message}`);
  }
}

/** A Critique: the elements beyond ±1.0, and 0 for the others; which ones those are; and the same in words. */
function critiqueOf({ dims, payload }: Slice, modality: number): Outgo {
  const state = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const divergence = new Uint8Array(payload.length);
  const mask = new Uint8Array(payload.length / 2);
  for (const [at] of mask.entries()) {
    const bits = state.getUint16(2 * at, true);
    if ((bits & 0x7fff) <= ONE_IN_BINARY16) continue;
    mask[at] = 1;
    divergence.set(payload.subarray(2 * at, 2 * at + 2), 2 * at);
  }
  const [beyond, all] = [mask.filter(Boolean).length, mask.length].map((count) => count.toLocaleString("en"));
  const explanation = { note: `${beyond} of ${all} values beyond ±1.0` };
  const divergent = { dtype: Dtype.F16, dims, payload: divergence };
  return { ...writeMessage({ kind: "critique", divergence: divergent, mask, explanation }), modality };
}

await main("cannot listen on", run);
