// Sends a stream of large Thinks over TCP, and gets one back. It is both ends:
//
//     node build/examples/stream.js --serve [--addr HOST:PORT] [--count N] [--key HEX]  # ends with its first client
//     node build/examples/stream.js [--addr HOST:PORT] [--count N] [--key HEX]

import { hostPort } from "../src/node/socket.js";
import { connect, listen } from "../src/node/tcp/index.js";
import { exchange, withKey } from "./large.js";
import { type Arguments, CONFIG, main, STREAMING } from "./pair.js";

const FRAMES = 200;
const PATIENCE_MS = 300_000;

async function run(given: Arguments): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  await (given.serve ? serve : ask)({ ...given, signal: AbortSignal.any([given.signal, patience]) });
}

async function serve({ host, port, count = FRAMES, key, signal }: Arguments): Promise<void> {
  const server = await listen(withKey(CONFIG, key), { host, port, signal });
  console.log(`listening on ${hostPort(server.local)}`);
  try {
    for await (const connection of server) {
      console.log(await exchange(connection, true, count));
      return;
    }
  } finally {
    server.close();
  }
}

async function ask({ host, port, count = FRAMES, key, signal }: Arguments): Promise<void> {
  const connection = await connect(withKey(CONFIG, key), { host, port, signal });
  signal.addEventListener("abort", () => connection.close());
  console.log(await exchange(connection, false, count));
}

await main("cannot use", run, STREAMING);
