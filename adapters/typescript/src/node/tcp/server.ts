import { once } from "node:events";
import { type AddressInfo, createServer, type Server as NetServer } from "node:net";
import { checked, type PeerConfig } from "../../peer/config.js";
import { ConnectionServer } from "../../transport/server.js";
import { loadZstd } from "../../zstd.js";
import type { Address } from "../socket.js";
import { drawSalt } from "./connect.js";
import { Connection } from "./connection.js";

/** How a server listens. */
export interface ListenOptions {
  /** Of this machine; 127.0.0.1 where it is left out. */
  readonly host?: string;
  /** 0, which is what it is where it is left out, is a port that is free. */
  readonly port?: number;
  /** How many connections it has at once, 256 where it is left out; those beyond are refused. */
  readonly maxConnections?: number;
  /** Closes the server. */
  readonly signal?: AbortSignal;
}

/** Takes connections on a port. Throws what the system says if the port cannot be had. */
export async function listen(config: PeerConfig, options: ListenOptions = {}): Promise<Server> {
  const { host = "127.0.0.1", port = 0, maxConnections = 256, signal } = options;
  const own = checked(config);
  await loadZstd();
  const net = createServer({ allowHalfOpen: true });
  net.maxConnections = maxConnections;
  const listening = once(net, "listening");
  net.listen({ host, port });
  await listening;
  const server = new Server(net, own, maxConnections);
  const close = () => server.close();
  if (signal?.aborted) close();
  signal?.addEventListener("abort", close, { once: true });
  return server;
}

/** A server over TCP. `for await (const connection of server)` gives each connection once. */
export class Server extends ConnectionServer<Connection> {
  /** Where it listens. */
  readonly local: Address;
  readonly #net: NetServer;
  #isClosed = false;

  /** Takes a listening server over. Programs use `listen`. */
  constructor(net: NetServer, config: PeerConfig, maxWaiting: number) {
    super(maxWaiting);
    const { address, port } = net.address() as AddressInfo;
    this.local = { address, port };
    this.#net = net;
    net.on("connection", (socket) => {
      // One that was reset before it could be taken has no remote address any more.
      const isGone = socket.remoteAddress === undefined;
      if (isGone || this.#isClosed || this.isFull) return void socket.destroy();
      const connection = new Connection(socket, { role: "server", config, salt: drawSalt(), drawSalt });
      socket.on("close", () => this.remove(connection));
      this.add(connection);
    });
    net.on("error", (error) => this.end(error));
  }

  /** Closes all connections, and takes no more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#net.close();
    this.closeAll();
    this.end();
  }
}
