/** What UDP and TCP carry in packets: fragments of IP put together, and segments told by their numbers. */
import type { Packet } from "./packets.js";

/** A datagram of UDP or a segment of TCP. */
export interface Carried {
  readonly seconds: number;
  readonly protocol: "udp" | "tcp";
  readonly from: string;
  readonly to: string;
  /** The number of its first byte, of TCP. */
  readonly sequence: number;
  /** Whether the sender opens the connection, or ends its direction, with it. */
  readonly begins: boolean;
  readonly ends: boolean;
  readonly bytes: Uint8Array;
}

/** Link type -> bytes before the header of IP; those of Ethernet are counted. */
const LINK_BYTES: ReadonlyMap<number, number> = new Map([
  [0, 4],
  [12, 0],
  [14, 0],
  [101, 0],
  [108, 4],
  [113, 16],
  [228, 0],
  [229, 0],
  [276, 20],
]);
const ETHERNET = 1;
const VLAN = [0x8100, 0x88a8];
const MOST_OPEN_PACKETS = 256;
const Protocol = { tcp: 6, udp: 17, fragment: 44 } as const;
/** Headers of IPv6 that say their length, and may stand before that of UDP. */
const EXTENSIONS = [0, 43, 60];

/** Everything that packets carry, in their order. */
export function* carriedBy(packets: Iterable<Packet>): Generator<Carried> {
  const fragments = new Fragments();
  for (const { seconds, linkType, bytes } of packets) {
    const ip = ipIn(linkType, bytes);
    const whole = ip && fragments.whole(ip);
    const carried = whole && segmentIn(seconds, whole);
    if (carried !== undefined) yield carried;
  }
}

interface Ip {
  readonly from: string;
  readonly to: string;
  readonly protocol: number;
  readonly bytes: Uint8Array;
  /** Of a fragment: which packet it is of, where it belongs, and whether others come behind it. */
  readonly fragment?: { readonly id: string; readonly at: number; readonly more: boolean };
}

function ipIn(linkType: number, bytes: Uint8Array): Ip | undefined {
  const before = linkType === ETHERNET ? ethernetBytes(bytes) : LINK_BYTES.get(linkType);
  if (before === undefined || bytes.length < before + 20) return undefined;
  const packet = bytes.subarray(before);
  if (packet[0] >> 4 === 4) return ipv4(packet);
  return packet[0] >> 4 === 6 && packet.length >= 40 ? ipv6(packet) : undefined;
}

function ethernetBytes(bytes: Uint8Array): number {
  let at = 12;
  while (at + 4 <= bytes.length && VLAN.includes((bytes[at] << 8) | bytes[at + 1])) at += 4;
  return at + 2;
}

function ipv4(packet: Uint8Array): Ip | undefined {
  const view = viewOf(packet);
  const header = 4 * (packet[0] & 0xf);
  const length = Math.min(view.getUint16(2) || packet.length, packet.length);
  if (header < 20 || length < header) return undefined;
  const [from, to] = [12, 16].map((at) => [...packet.subarray(at, at + 4)].join("."));
  const ip = { from, to, protocol: packet[9], bytes: packet.subarray(header, length) };
  const place = view.getUint16(6);
  const more = (place & 0x2000) !== 0;
  const at = 8 * (place & 0x1fff);
  if (!more && at === 0) return ip;
  return { ...ip, fragment: { id: `${from} ${to} ${packet[9]} ${view.getUint16(4)}`, at, more } };
}

function ipv6(packet: Uint8Array): Ip | undefined {
  const view = viewOf(packet);
  const [from, to] = [8, 24].map((at) => `[${hextets(view, at)}]`);
  const end = Math.min(40 + view.getUint16(4), packet.length);
  let [protocol, at] = [packet[6], 40];
  while (EXTENSIONS.includes(protocol) && at + 8 <= end) [protocol, at] = [packet[at], at + 8 * (packet[at + 1] + 1)];
  if (at > end) return undefined;
  if (protocol !== Protocol.fragment) return { from, to, protocol, bytes: packet.subarray(at, end) };
  if (at + 8 > end) return undefined;
  const place = view.getUint16(at + 2);
  const fragment = { id: `${from} ${to} ${view.getUint32(at + 4)}`, at: place & 0xfff8, more: (place & 1) === 1 };
  return { from, to, protocol: packet[at], bytes: packet.subarray(at + 8, end), fragment };
}

const hextets = (view: DataView, at: number): string =>
  Array.from({ length: 8 }, (_, index) => view.getUint16(at + 2 * index).toString(16)).join(":");

/** Puts fragments together. Of the packets that are not whole, it keeps the newest. */
class Fragments {
  readonly #open = new Map<string, Ip[]>();

  /** The packet that is whole with this one, if it is. */
  whole(ip: Ip): Ip | undefined {
    if (ip.fragment === undefined) return ip;
    const { id } = ip.fragment;
    const pieces = [...(this.#open.get(id) ?? []), ip].sort((a, b) => (a.fragment?.at ?? 0) - (b.fragment?.at ?? 0));
    this.#open.delete(id);
    const bytes = joinedPieces(pieces);
    if (bytes !== undefined) return { from: ip.from, to: ip.to, protocol: pieces[0].protocol, bytes };
    this.#open.set(id, pieces);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN_PACKETS && oldest !== undefined) this.#open.delete(oldest);
    return undefined;
  }
}

/** The bytes of pieces in order, if they are all there. */
function joinedPieces(pieces: readonly Ip[]): Uint8Array | undefined {
  const last = pieces[pieces.length - 1];
  if (last.fragment?.more !== false) return undefined;
  const bytes = new Uint8Array(last.fragment.at + last.bytes.length);
  let held = 0;
  for (const { fragment, bytes: piece } of pieces) {
    if (fragment === undefined || fragment.at > held || fragment.at + piece.length > bytes.length) return undefined;
    bytes.set(piece, fragment.at);
    held = Math.max(held, fragment.at + piece.length);
  }
  return bytes;
}

function segmentIn(seconds: number, { from, to, protocol, bytes }: Ip): Carried | undefined {
  if (bytes.length < 8) return undefined;
  const view = viewOf(bytes);
  const ends = { from: `${from}:${view.getUint16(0)}`, to: `${to}:${view.getUint16(2)}` };
  const plain = { seconds, ...ends, sequence: 0, begins: false, ends: false };
  if (protocol === Protocol.udp)
    return { ...plain, protocol: "udp", bytes: bytes.subarray(8, view.getUint16(4) || bytes.length) };
  if (protocol !== Protocol.tcp || bytes.length < 20) return undefined;
  const flags = bytes[13];
  const header = 4 * (bytes[12] >> 4);
  const told = { sequence: view.getUint32(4), begins: (flags & 2) !== 0, ends: (flags & 5) !== 0 };
  return { ...plain, ...told, protocol: "tcp", bytes: bytes.subarray(header) };
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
