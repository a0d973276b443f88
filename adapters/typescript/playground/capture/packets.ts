/** Packets of capture files, pcap and pcapng in either order of bytes. */
import { InputError } from "../bytes.js";

/** A packet as it was captured. */
export interface Packet {
  /** Seconds; of an unknown clock where a file does not say. */
  readonly seconds: number;
  readonly linkType: number;
  readonly bytes: Uint8Array;
}

const PCAPNG = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
/** Magic number of a pcap file -> parts of a second. */
const PCAP: ReadonlyMap<number, number> = new Map([
  [0xa1b2c3d4, 1e6],
  [0xa1b23c4d, 1e9],
]);
const Block = { interfaceDescription: 1, oldPacket: 2, simplePacket: 3, enhancedPacket: 6 } as const;
const RESOLUTION_OPTION = 9;

/** Whether a file is a capture. */
export function isCapture(bytes: Uint8Array): boolean {
  if (bytes.length < 24) return false;
  const view = viewOf(bytes);
  return view.getUint32(0) === PCAPNG || PCAP.has(view.getUint32(0)) || PCAP.has(view.getUint32(0, true));
}

/** The packets of a capture, as far as it is whole: a file that breaks off gives those before. */
export function packetsOf(bytes: Uint8Array): Packet[] {
  if (!isCapture(bytes)) throw new InputError("this is no pcap or pcapng file");
  return viewOf(bytes).getUint32(0) === PCAPNG ? [...ofPcapng(bytes)] : [...ofPcap(bytes)];
}

function* ofPcap(bytes: Uint8Array): Generator<Packet> {
  const view = viewOf(bytes);
  const little = PCAP.has(view.getUint32(0, true));
  const parts = PCAP.get(view.getUint32(0, little)) ?? 1e6;
  const linkType = view.getUint32(20, little) & 0xffff;
  for (let at = 24; at + 16 <= bytes.length; ) {
    const length = view.getUint32(at + 8, little);
    if (at + 16 + length > bytes.length) return;
    const seconds = view.getUint32(at, little) + view.getUint32(at + 4, little) / parts;
    yield { seconds, linkType, bytes: bytes.subarray(at + 16, at + 16 + length) };
    at += 16 + length;
  }
}

interface Interface {
  readonly linkType: number;
  readonly parts: number;
}

function* ofPcapng(bytes: Uint8Array): Generator<Packet> {
  const view = viewOf(bytes);
  let little = true;
  let interfaces: Interface[] = [];
  for (let at = 0; at + 12 <= bytes.length; ) {
    const type = view.getUint32(at);
    if (type === PCAPNG) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER;
      interfaces = [];
    }
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0 || at + length > bytes.length) return;
    const body = bytes.subarray(at + 8, at + length - 4);
    const kind = type === PCAPNG ? 0 : view.getUint32(at, little);
    if (kind === Block.interfaceDescription && body.length >= 8) interfaces.push(interfaceOf(body, little));
    const packet = packetOf(kind, body, little, interfaces);
    if (packet !== undefined) yield packet;
    at += length;
  }
}

function interfaceOf(body: Uint8Array, little: boolean): Interface {
  const view = viewOf(body);
  let parts = 1e6;
  for (let at = 8; at + 4 <= body.length; ) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === 0) break;
    if (code === RESOLUTION_OPTION && length === 1 && at + 4 < body.length) {
      const exponent = body[at + 4];
      parts = exponent & 0x80 ? 2 ** (exponent & 0x7f) : 10 ** exponent;
    }
    at += 4 + 4 * Math.ceil(length / 4);
  }
  return { linkType: view.getUint16(0, little), parts };
}

function packetOf(
  kind: number,
  body: Uint8Array,
  little: boolean,
  interfaces: readonly Interface[],
): Packet | undefined {
  const view = viewOf(body);
  if ((kind === Block.enhancedPacket || kind === Block.oldPacket) && body.length >= 20) {
    const number = kind === Block.oldPacket ? view.getUint16(0, little) : view.getUint32(0, little);
    const { linkType, parts } = interfaces[number] ?? {};
    if (linkType === undefined || parts === undefined) return undefined;
    const ticks = view.getUint32(4, little) * 2 ** 32 + view.getUint32(8, little);
    return { seconds: ticks / parts, linkType, bytes: body.subarray(20, 20 + view.getUint32(12, little)) };
  }
  if (kind === Block.simplePacket && body.length >= 4 && interfaces.length > 0) {
    const most = Math.min(view.getUint32(0, little), body.length - 4);
    return { seconds: 0, linkType: interfaces[0].linkType, bytes: body.subarray(4, 4 + most) };
  }
  return undefined;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
