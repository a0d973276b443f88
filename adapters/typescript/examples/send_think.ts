// A client: it shakes hands with recv_think, sends Thinks, and prints the Critiques of them.
//
//     node build/examples/send_think.js [--addr HOST:PORT] [--count N] [--tcp]

import { Dtype, Modality } from "../src/frame.js";
import { readMessage } from "../src/message.js";
import { type Connection, connect } from "../src/node/connection.js";
import { hostPort } from "../src/node/socket.js";
import { connect as connectOverTcp, type Connection as TcpConnection } from "../src/node/tcp/index.js";
import type { Delivered } from "../src/peer/event.js";
import type { Outgo } from "../src/peer/peer.js";
import { writeMessage } from "../src/write-message.js";
import { type Arguments, CONFIG, main } from "./pair.js";

/** The ping has the number 0 on it, the first Think 1. */
const STREAM_ID = 0x1234;
const PATIENCE_MS = 2000;

async function run({ host, port, count = 1, tcp, signal }: Arguments): Promise<void> {
  const options = { host, port, streamId: STREAM_ID, signal };
  const server = await (tcp ? connectOverTcp(CONFIG, options) : connect(CONFIG, options));
  try {
    const { agreement } = server;
    console.log(
      `connected to ${hostPort(server.remote)}: compress ${agreement?.compress}, crypto ${agreement?.crypto}`,
    );
    for (let number = 1; number <= count; number += 1) await exchange(server, number, signal);
  } finally {
    server.close();
  }
}

/** Sends one Think, and waits a while for the Critique of it where Critique is agreed. */
async function exchange(server: Connection | TcpConnection, number: number, signal: AbortSignal): Promise<void> {
  server.send(STREAM_ID, think(number));
  console.log(`sent Think ${number} on stream 0x${STREAM_ID.toString(16)}`);
  if (!server.agreement?.critique) return;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    for await (const event of server.events(AbortSignal.any([patience, signal]))) {
      if (event.kind === "error_received") throw new Error(`the server refused: ${event.code}`);
      if (event.kind !== "message") continue;
      console.log(described(event));
      return;
    }
    throw new Error("the server has closed the connection");
  } catch (error) {
    if (!patience.aborted) throw error;
    console.log(`no Critique in ${PATIENCE_MS / 1000} s`);
  }
}

function described(event: Delivered): string {
  const message = readMessage(event);
  if (message.kind !== "critique") return `received a message of type ${event.type}`;
  return `received Critique: ${message.explanation?.note ?? "without a note"}`;
}

/** A hidden state of 2,048 values from −2 to 2, another one for each number. */
function think(number: number): Outgo {
  const halves = Uint16Array.from({ length: 2048 }, (_, at) => {
    const magnitude = (at * 7919 + number * 104_729) % 0x4000; // from 0 up to 2
    return magnitude | ((at % 2) << 15);
  });
  const hidden = { dtype: Dtype.F16, dims: [1, 2048], payload: new Uint8Array(halves.buffer) };
  return { ...writeMessage({ kind: "think", hidden }), modality: Modality.Text };
}

await main("cannot reach", run);
