import { createSocket, type Socket } from "node:dgram";
import { stderr } from "node:process";
import { setImmediate } from "node:timers/promises";
import { Channels } from "./channels.js";
import { Connections } from "./connections.js";
import type { Association, Peers, Transport } from "./peers.js";
import { type ConnectionWire, type DatagramWire, Performer } from "./performer.js";

const ADDRESS = "127.0.0.1";
const MOST_BUFFER_BYTES = 4 << 20;
const LEAST_BUFFER_BYTES = 1 << 17;

/** Binds a socket for each transport of the peers that has one; `associate` is for peers over WebRTC (see `Channels`). */
export async function bindWires(peers: Peers, associate?: () => Association): Promise<Performer> {
  const has = (name: Transport) => peers.transports.includes(name);
  const connections: ConnectionWire[] = [];
  if (has("tcp")) connections.push(await Connections.listen());
  if (has("webrtc")) {
    if (associate === undefined) throw new TypeError("peers over webrtc need what makes an RTCPeerConnection");
    connections.push(new Channels(peers, associate));
  }
  return new Performer(peers, has("udp") ? new Datagrams(await bind()) : undefined, connections);
}

/** The wire of UDP: a socket between the peers and the runner. */
class Datagrams implements DatagramWire {
  readonly #socket: Socket;
  readonly #waiting: { port: number; datagram: Uint8Array }[] = [];
  /** The link of a client, and its port. */
  #remote: { link: string; port: number } | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (datagram, { port }) => this.#waiting.push({ port, datagram }));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  connect(link: string, port: number): void {
    this.#remote = { link, port };
  }

  /** Waits until there are so many, or a turn of node's loop brings nothing. */
  async settle(most: number): Promise<{ link: string; datagram: Uint8Array }[]> {
    let before = -1;
    while (this.#waiting.length > before && this.#waiting.length < most) {
      before = this.#waiting.length;
      await setImmediate(); // the end of this turn
      await setImmediate(); // and of a whole one
    }
    return this.#waiting.splice(0, most).map(({ port, datagram }) => ({
      link: this.#remote?.port === port ? this.#remote.link : `udp-${port}`,
      datagram,
    }));
  }

  async send(link: string, datagram: Uint8Array): Promise<boolean> {
    const port = this.#remote?.link === link ? this.#remote.port : Number(/^udp-([0-9]+)$/.exec(link)?.[1]);
    if (!(port > 0)) return false;
    await send(this.#socket, datagram, port);
    return true;
  }

  forget(): void {
    this.#remote = undefined;
  }

  close(): void {
    this.#socket.close();
  }
}

/** A UDP socket on a free port, whose buffers are as large as the system grants. */
export async function bind(): Promise<Socket> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, ADDRESS, resolve);
  });
  enlarge((bytes) => socket.setRecvBufferSize(bytes));
  enlarge((bytes) => socket.setSendBufferSize(bytes));
  return socket;
}

/** Make a buffer as large as the system grants: some grant less, some refuse. */
function enlarge(set: (bytes: number) => void): void {
  for (let bytes = MOST_BUFFER_BYTES; bytes >= LEAST_BUFFER_BYTES; bytes /= 2) {
    try {
      set(bytes);
      return;
    } catch {
      // a smaller one may do
    }
  }
}

/** Send a datagram, and wait until the system has it. One that is lost is asked for again. */
export function send(socket: Socket, datagram: Uint8Array, port: number): Promise<void> {
  return new Promise((resolve) => {
    socket.send(datagram, port, ADDRESS, (error) => {
      if (error !== null && error !== undefined) stderr.write(`a datagram was not sent: ${error.message}\n`);
      resolve();
    });
  });
}
