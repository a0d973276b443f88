import { createConnection, createServer, type Server, type Socket } from "node:net";
import { BadRequest } from "./implementation.js";
import type { Input } from "./input.js";

const ADDRESS = "127.0.0.1";
/** How long to wait for what the runner has sent (TST-29). */
const PATIENCE_MS = 5000;
/** How long a connection that was ended reads on without looking (TCP-13). */
const LINGER_MS = 5000;
const LINK = /^[A-Za-z0-9-]{1,64}$/;

/** What the runner has sent on a connection, all in all. */
export interface Arrived {
  readonly link: string;
  readonly bytes: number;
  readonly ended: boolean;
}

/** Reads the member `arrived` of an input. */
export function readArrived(input: Input): Arrived {
  const found = {
    link: readLink(input, "link"),
    bytes: input.integer("bytes", 0, Number.MAX_SAFE_INTEGER),
    ended: input.optional("ended", (name) => input.boolean(name)) ?? false,
  };
  return found;
}

/** Reads the name of a remote end. */
export function readLink(input: Input, name: string): string {
  const link = input.text(name);
  if (!LINK.test(link)) throw new BadRequest(`${name} is no name of a link`);
  return link;
}

/** How the other end has ended a connection, if it has. */
type Ended = "no" | "end" | "reset";

/** What is to be handled of a connection: its bytes, and then its end. */
export interface Taken {
  readonly chunks: readonly Uint8Array[];
  readonly ended: Ended;
}

const NOTHING: Taken = { chunks: [], ended: "no" };

/** One connection: what has come on it waits until the runner says that it has arrived. */
class Connection {
  /** The bytes that were sent on it since it was made. */
  sent = 0;
  readonly #socket: Socket;
  #chunks: Uint8Array[] = [];
  /** How many bytes wait in the chunks, and how many were taken. */
  #waiting = 0;
  #taken = 0;
  #ended: Ended = "no";
  #isOver = false;
  #changed: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket.setNoDelay();
    socket.on("data", (chunk) => {
      if (this.#isOver) return;
      this.#chunks.push(chunk);
      this.#waiting += chunk.length;
      this.#changed();
    });
    socket.on("end", () => this.#end("end"));
    socket.on("error", () => this.#end("reset"));
  }

  get writableLength(): number {
    return this.#socket.writableLength;
  }

  /** Takes the bytes up to so many since it was made, and its end, when they have come; false after the patience. */
  async take({ bytes, ended }: Arrived): Promise<Taken | undefined> {
    const isThere = () => this.#isOver || this.#ended === "reset" || this.#has(bytes, ended);
    const late = Date.now() + PATIENCE_MS;
    while (!isThere() && Date.now() < late) await this.#change(late - Date.now());
    if (this.#isOver) return { chunks: [], ended: "no" };
    if (!isThere()) return undefined;
    return { chunks: this.#splice(bytes - this.#taken), ended: ended ? this.#ended : "no" };
  }

  send(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.sent += bytes.length;
    this.#socket.write(bytes);
  }

  /** Stops sending, and lets go of it when the other end does, or soon. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#chunks = [];
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
    this.#socket.on("close", () => clearTimeout(timer));
  }

  destroy(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  #has(bytes: number, ended: boolean): boolean {
    return this.#taken + this.#waiting >= bytes && (!ended || this.#ended !== "no");
  }

  #splice(bytes: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    for (let left = bytes; left > 0; ) {
      const first = this.#chunks.shift();
      if (first === undefined) break;
      if (first.length > left) this.#chunks.unshift(first.subarray(left));
      const part = first.subarray(0, left);
      taken.push(part);
      left -= part.length;
      this.#waiting -= part.length;
      this.#taken += part.length;
    }
    return taken;
  }

  #end(how: Ended): void {
    if (this.#ended !== "reset") this.#ended = how;
    this.#changed();
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#changed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The connections of a testee by their links, those that the runner made and the one of a client. */
export class Connections {
  readonly #server: Server;
  readonly #byLink = new Map<string, Connection>();
  readonly #changed = new Set<string>();
  /** Links whose connection could not be made: there is nothing to take of them (TST-28). */
  readonly #unmade = new Set<string>();
  #accepted: () => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#add(`tcp-${socket.remotePort}`, socket);
      this.#accepted();
    });
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
        this.#unmade.add(link);
        resolve(false);
      };
      socket.once("error", refused);
      socket.once("connect", () => {
        socket.off("error", refused);
        this.#add(link, socket);
        resolve(true);
      });
    });
  }

  /** What has arrived of a link. Throws BadRequest where it has not come in time (TST-29). */
  async take(arrived: Arrived): Promise<Taken> {
    if (this.#unmade.has(arrived.link)) return NOTHING;
    const late = Date.now() + PATIENCE_MS;
    while (!this.#byLink.has(arrived.link) && Date.now() < late) await this.#change(late - Date.now());
    const taken = await this.#byLink.get(arrived.link)?.take(arrived);
    if (taken === undefined) throw new BadRequest(`not all of link ${arrived.link} has come in ${PATIENCE_MS} ms`);
    return taken;
  }

  /** How many bytes wait until the system takes them. */
  unsent(link: string): number {
    return this.#byLink.get(link)?.writableLength ?? 0;
  }

  /** The same of every link. */
  allUnsent(): [string, number][] {
    return [...this.#byLink].map(([link, { writableLength }]) => [link, writableLength]);
  }

  send(link: string, bytes: Uint8Array): void {
    const connection = this.#byLink.get(link);
    if (connection === undefined) return;
    connection.send(bytes);
    this.#changed.add(link);
  }

  end(link: string): void {
    this.#byLink.get(link)?.end();
  }

  /** The bytes sent on each link that something was sent on since the last call (TST-30). */
  takeSent(): Record<string, number> {
    const links = [...this.#changed];
    this.#changed.clear();
    return Object.fromEntries(links.map((link) => [link, this.#byLink.get(link)?.sent ?? 0]));
  }

  closeAll(): void {
    for (const connection of this.#byLink.values()) connection.destroy();
    this.#byLink.clear();
    this.#changed.clear();
    this.#unmade.clear();
  }

  /** Listens no more. */
  close(): void {
    this.closeAll();
    this.#server.close();
  }

  #add(link: string, socket: Socket): void {
    this.#byLink.get(link)?.destroy();
    this.#byLink.set(link, new Connection(socket));
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#accepted = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
