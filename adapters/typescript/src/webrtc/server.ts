import { checked, type PeerConfig } from "../peer/config.js";
import { ConnectionServer } from "../transport/server.js";
import { loadZstd } from "../zstd.js";
import { drawSalt, isToTake } from "./connect.js";
import { Connection } from "./connection.js";
import type { DataChannel, PeerConnection } from "./standard.js";
import { hasEnded, unwatch, watch } from "./under.js";

/** How a server takes channels. */
export interface ListenOptions {
  /** How many connections it has at once, 256 where it is left out; channels beyond are closed. */
  readonly maxConnections?: number;
  /** Closes the server. */
  readonly signal?: AbortSignal;
}

/** Takes the channels that the other end of a peer connection opens. To be awaited before its description is given. */
export async function listen(under: PeerConnection, config: PeerConfig, options: ListenOptions = {}): Promise<Server> {
  const { maxConnections = 256, signal } = options;
  const own = checked(config);
  await loadZstd();
  const server = new Server(under, own, maxConnections);
  const close = () => server.close();
  if (signal?.aborted) close();
  signal?.addEventListener("abort", close, { once: true });
  return server;
}

/** Takes one channel that the other end has opened. `loadZstd` has to have been awaited, as nothing may come before. */
export function accept(under: PeerConnection, channel: DataChannel, config: PeerConfig): Connection {
  return new Connection(under, channel, { role: "server", config: checked(config), salt: drawSalt(), drawSalt });
}

/** A server over a peer connection. `for await (const connection of server)` gives each connection once. */
export class Server extends ConnectionServer<Connection> {
  readonly #under: PeerConnection;
  readonly #config: PeerConfig;
  readonly #maxConnections: number;

  /** Takes the channels of a peer connection from now on. Programs use `listen`. */
  constructor(under: PeerConnection, config: PeerConfig, maxConnections: number) {
    super(maxConnections);
    this.#under = under;
    this.#config = config;
    this.#maxConnections = maxConnections;
    under.addEventListener("datachannel", this.#take);
    watch(under, this.#look);
  }

  /** Closes all connections, and takes no more. The peer connection stays as it is. */
  close(): void {
    this.#stop();
    this.closeAll();
  }

  #stop(): void {
    this.#under.removeEventListener("datachannel", this.#take);
    unwatch(this.#under, this.#look);
    this.end();
  }

  /** Takes a channel, unless it is one of another protocol (RTC-2). */
  readonly #take = (event: Event) => {
    const { channel } = event as Event & { readonly channel: DataChannel };
    if (!isToTake(channel) || this.connections.length >= this.#maxConnections) {
      channel.close();
      return;
    }
    const connection = accept(this.#under, channel, this.#config);
    channel.addEventListener("close", () => this.remove(connection));
    this.add(connection);
  };

  /** Takes no more where the peer connection has ended, which its connections see by themselves. */
  readonly #look = () => {
    if (hasEnded(this.#under)) this.#stop();
  };
}
