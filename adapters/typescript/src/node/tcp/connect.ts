import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { createConnection } from "node:net";
import { checked, type PeerConfig, SALT_BYTES } from "../../peer/config.js";
import { loadZstd } from "../../zstd.js";
import type { ConnectOptions } from "../connection.js";
import { Connection } from "./connection.js";

/** 16 random bytes. */
export const drawSalt = (): Uint8Array => Uint8Array.from(randomBytes(SALT_BYTES));

/** Connects to a server over TCP and shakes hands. Throws SessionError, what the system says, or the reason of the signal. */
export async function connect(config: PeerConfig, options: ConnectOptions): Promise<Connection> {
  const { host = "127.0.0.1", port, streamId = randomInt(2 ** 32), signal } = options;
  checked(config); // throws where it cannot be
  await loadZstd();
  signal?.throwIfAborted();
  const socket = createConnection({ host, port, allowHalfOpen: true });
  try {
    await once(socket, "connect", signal === undefined ? {} : { signal });
  } catch (error) {
    socket.on("error", () => {}).destroy();
    signal?.throwIfAborted();
    throw error;
  }
  const connection = new Connection(socket, { role: "client", config, salt: drawSalt(), drawSalt });
  try {
    connection.ping(streamId);
    await connection.established(signal);
  } catch (error) {
    connection.close();
    throw error;
  }
  signal?.addEventListener("abort", () => connection.close(), { once: true });
  return connection;
}
