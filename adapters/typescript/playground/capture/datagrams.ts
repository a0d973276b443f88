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
  /** How many bytes behind these were not captured. */
  readonly missing: number;
}

/** Link type -> where the header of IP begins, and where the type of what follows stands, if it stands anywhere. */
const LINKS: ReadonlyMap<number, { readonly start: number; readonly type?: number }> = new Map([
  [0, { start: 4 }],
  [1, { start: 14, type: 12 }],
  [12, { start: 0 }],
  [14, { start: 0 }],
  [101, { start: 0 }],
  [108, { start: 4 }],
  [113, { start: 16, type: 14 }],
  [228, { start: 0 }],
  [229, { start: 0 }],
  [276, { start: 20, type: 0 }],
]);
const VLAN = [0x8100, 0x88a8, 0x9100, 0x9200];
const MOST_TAGS = 4;
const MOST_FRAGMENTS = 8192;
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
  /** How many of its bytes were not captured. */
  readonly missing: number;
  /** Of a fragment: which packet it is of, where it belongs, and whether others come behind it. */
  readonly fragment?: { readonly id: string; readonly at: number; readonly more: boolean };
}

function ipIn(linkType: number, bytes: Uint8Array): Ip | undefined {
  const before = startOfIp(linkType, bytes);
  if (before === undefined || bytes.length < before + 20) return undefined;
  const packet = bytes.subarray(before);
  if (packet[0] >> 4 === 4) return ipv4(packet);
  return packet[0] >> 4 === 6 && packet.length >= 40 ? ipv6(packet) : undefined;
}

/** Where IP begins: behind the header of the link and the tags of VLANs, each of which stands before a type. */
function startOfIp(linkType: number, bytes: Uint8Array): number | undefined {
  const link = LINKS.get(linkType);
  if (link?.type === undefined) return link?.start;
  let { start } = link;
  const typeAt = (at: number): number => (bytes[at] << 8) | bytes[at + 1];
  let type = typeAt(link.type);
  for (let tags = 0; tags < MOST_TAGS && VLAN.includes(type); tags++) {
    type = typeAt(start + 2);
    start += 4;
  }
  return start;
}

function ipv4(packet: Uint8Array): Ip | undefined {
  const view = viewOf(packet);
  const header = 4 * (packet[0] & 0xf);
  const total = view.getUint16(2) || packet.length;
  const missing = Math.max(0, total - packet.length);
  if (header < 20 || total - missing < header) return undefined;
  const [from, to] = [12, 16].map((at) => [...packet.subarray(at, at + 4)].join("."));
  const ip = { from, to, protocol: packet[9], missing, bytes: packet.subarray(header, total) };
  const place = view.getUint16(6);
  const more = (place & 0x2000) !== 0;
  const at = 8 * (place & 0x1fff);
  if (!more && at === 0) return ip;
  return { ...ip, fragment: { id: `${from} ${to} ${packet[9]} ${view.getUint16(4)}`, at, more } };
}

function ipv6(packet: Uint8Array): Ip | undefined {
  const view = viewOf(packet);
  const [from, to] = [8, 24].map((at) => `[${hextets(view, at)}]`);
  const total = 40 + (view.getUint16(4) || packet.length - 40);
  const missing = Math.max(0, total - packet.length);
  const end = total - missing;
  let [protocol, at] = [packet[6], 40];
  while (EXTENSIONS.includes(protocol) && at + 8 <= end) [protocol, at] = [packet[at], at + 8 * (packet[at + 1] + 1)];
  if (at > end) return undefined;
  if (protocol !== Protocol.fragment) return { from, to, protocol, missing, bytes: packet.subarray(at, end) };
  if (at + 8 > end) return undefined;
  const place = view.getUint16(at + 2);
  const fragment = { id: `${from} ${to} ${view.getUint32(at + 4)}`, at: place & 0xfff8, more: (place & 1) === 1 };
  return { from, to, protocol: packet[at], missing, bytes: packet.subarray(at + 8, end), fragment };
}

const hextets = (view: DataView, at: number): string =>
  Array.from({ length: 8 }, (_, index) => view.getUint16(at + 2 * index).toString(16)).join(":");

/** Fragments of one packet, by where they belong. */
interface Pieces {
  readonly found: Map<number, Ip>;
  length: number;
  end?: number;
}

/** Puts fragments together. Of the packets that are not whole, it keeps the newest; those that overlap are none. */
class Fragments {
  readonly #open = new Map<string, Pieces>();

  /** The packet that is whole with this one, if it is. */
  whole(ip: Ip): Ip | undefined {
    if (ip.fragment === undefined) return ip;
    const { id, at, more } = ip.fragment;
    const pieces: Pieces = this.#open.get(id) ?? { found: new Map(), length: 0 };
    if (pieces.found.has(at)) return undefined;
    pieces.found.set(at, ip);
    pieces.length += ip.bytes.length;
    if (!more) pieces.end = at + ip.bytes.length;
    this.#open.delete(id);
    if (pieces.end !== undefined && pieces.length >= pieces.end) return joinedPieces(pieces);
    if (pieces.found.size <= MOST_FRAGMENTS) this.#open.set(id, pieces);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN_PACKETS && oldest !== undefined) this.#open.delete(oldest);
    return undefined;
  }
}

/** The packet of pieces that follow each other without a gap; undefined for any others. */
function joinedPieces({ found, length, end }: Pieces): Ip | undefined {
  const pieces = [...found].sort(([one], [other]) => one - other);
  const bytes = new Uint8Array(length);
  let held = 0;
  for (const [at, piece] of pieces) {
    if (at !== held) return undefined;
    bytes.set(piece.bytes, at);
    held += piece.bytes.length;
  }
  const [[, first]] = pieces;
  return held === end ? { from: first.from, to: first.to, protocol: first.protocol, missing: 0, bytes } : undefined;
}

function segmentIn(seconds: number, { from, to, protocol, bytes, missing }: Ip): Carried | undefined {
  if (bytes.length < 8) return undefined;
  const view = viewOf(bytes);
  const ends = { from: `${from}:${view.getUint16(0)}`, to: `${to}:${view.getUint16(2)}` };
  const plain = { seconds, ...ends, missing, sequence: 0, begins: false, ends: false };
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
