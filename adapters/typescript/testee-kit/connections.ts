import { createConnection, createServer, type Server, type Socket } from "node:net";
import { type Counting, Inbox, type Remote, Remotes } from "./arrived.js";

const ADDRESS = "127.0.0.1";
/** How long a connection that was ended reads on without looking (TCP-13). */
const LINGER_MS = 5000;

const BYTES: Counting = {
  length: (piece) => piece.length,
  cut: (piece, at) => [piece.subarray(0, at), piece.subarray(at)],
};

class Connection implements Remote {
  readonly inbox = new Inbox(BYTES);
  readonly #socket: Socket;
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket.setNoDelay();
    socket.on("data", (chunk) => this.inbox.put(chunk));
    socket.on("end", () => this.inbox.end("end"));
    socket.on("error", () => this.inbox.end("reset"));
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  send(bytes: Uint8Array): number {
    if (this.#isOver) return 0;
    this.#socket.write(bytes);
    return bytes.length;
  }

  /** Stops sending, and lets go of it when the other end does, or soon. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.inbox.close();
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
    this.#socket.on("close", () => clearTimeout(timer));
  }

  destroy(): void {
    this.#isOver = true;
    this.inbox.close();
    this.#socket.destroy();
  }
}

/** The connections of a testee over TCP. */
export class Connections {
  readonly transport = "tcp";
  readonly remotes = new Remotes();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => this.remotes.add(`tcp-${socket.remotePort}`, new Connection(socket)));
  }

  /** Listens on a free port. */
  static async listen(): Promise<Connections> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port: 0, host: ADDRESS, backlog: 511 }, resolve);
    });
    return new Connections(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Connects to a port; whether that was possible. */
  connect(link: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = createConnection({ port, host: ADDRESS, allowHalfOpen: true });
      const refused = (): void => {
        this.remotes.refused(link);
        resolve(false);
      };
      socket.once("error", refused);
      socket.once("connect", () => {
        socket.off("error", refused);
        this.remotes.add(link, new Connection(socket));
        resolve(true);
      });
    });
  }

  /** Listens no more. */
  close(): void {
    this.remotes.closeAll();
    this.#server.close();
  }
}
