import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { isIP, SocketAddress } from "node:net";

/** How large the buffers of a socket should be; the system may grant less. */
const BUFFER_BYTES = 1 << 20;

/** An IP address, and a port of it. */
export interface Address {
  readonly address: string;
  readonly port: number;
}

/** HOST:PORT, with an address of version 6 in brackets. */
export function hostPort({ address, port }: Address): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The address of a host, of version 4 where it has one. Throws what the system says if it has none. */
export async function resolve(host: string, port: number): Promise<Address> {
  const { address, family } = await lookup(host, { verbatim: false });
  return { address: family === 6 ? shortest(address) : address, port };
}

/** An address of version 6 as the system writes it: that is what datagrams come from. */
function shortest(text: string): string {
  const [address, zone] = text.split("%");
  const { address: written } = new SocketAddress({ address: address as string, family: "ipv6" });
  return zone === undefined ? written : `${written}%${zone}`;
}

/** A socket on an address of this machine. Throws what the system says if there can be none. */
export async function bind({ address, port }: Address): Promise<Socket> {
  const socket = createSocket({
    type: isIP(address.split("%")[0] as string) === 6 ? "udp6" : "udp4",
    lookup: (name, _options, done) => done(null, name, isIP(name)), // peers are named by their addresses
  });
  try {
    const listening = once(socket, "listening");
    socket.bind(port, address);
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  for (const grow of [() => socket.setRecvBufferSize(BUFFER_BYTES), () => socket.setSendBufferSize(BUFFER_BYTES)]) {
    try {
      grow();
    } catch {
      // what the system grants is enough
    }
  }
  return socket;
}
