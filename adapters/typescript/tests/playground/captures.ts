/** Captures put together by hand, as their formats say. */

export type Order = "big" | "little";

export const concat = (...pieces: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

/** Numbers of 16 or 32 bits behind each other: `"u16 u32"` are the widths. */
export function words(order: Order, widths: string, ...values: readonly number[]): Uint8Array {
  const pieces = widths.split(" ").map((width, index) => {
    const bytes = new Uint8Array(width === "u16" ? 2 : 4);
    const view = new DataView(bytes.buffer);
    if (width === "u16") view.setUint16(0, values[index], order === "little");
    else view.setUint32(0, values[index], order === "little");
    return bytes;
  });
  return concat(...pieces);
}

export function pcap(order: Order, linkType: number, packets: readonly Uint8Array[], magic = 0xa1b2c3d4): Uint8Array {
  const head = words(order, "u32 u16 u16 u32 u32 u32 u32", magic, 2, 4, 0, 0, 65_535, linkType);
  const records = packets.map((packet, at) =>
    concat(words(order, "u32 u32 u32 u32", at, 500_000, packet.length, packet.length), packet),
  );
  return concat(head, ...records);
}

function block(order: Order, type: number, body: Uint8Array): Uint8Array {
  const padded = concat(body, new Uint8Array((4 - (body.length % 4)) % 4));
  const length = padded.length + 12;
  return concat(words(order, "u32 u32", type, length), padded, words(order, "u32", length));
}

export function pcapng(order: Order, linkType: number, packets: readonly Uint8Array[]): Uint8Array {
  const section = block(
    order,
    0x0a0d0d0a,
    words(order, "u32 u16 u16 u32 u32", 0x1a2b3c4d, 1, 0, 0xffffffff, 0xffffffff),
  );
  const described = block(order, 1, words(order, "u16 u16 u32", linkType, 0, 0));
  const captured = packets.map((packet, at) =>
    block(
      order,
      6,
      concat(words(order, "u32 u32 u32 u32 u32", 0, 0, 1_000_000 * at, packet.length, packet.length), packet),
    ),
  );
  return concat(section, described, ...captured);
}

export function ipv4(
  protocol: number,
  payload: Uint8Array,
  fragment: { id?: number; place?: number } = {},
): Uint8Array {
  const { id = 1, place = 0 } = fragment;
  const head = words(
    "big",
    "u16 u16 u16 u16 u16 u16 u32 u32",
    0x4500,
    20 + payload.length,
    id,
    place,
    0x4000 | protocol,
    0,
    0x7f000001,
    0x7f000001,
  );
  return concat(head, payload);
}

export function ipv6(protocol: number, payload: Uint8Array): Uint8Array {
  const address = concat(new Uint8Array(15), Uint8Array.of(1));
  return concat(
    words("big", "u32 u16 u16", 0x60000000, payload.length, (protocol << 8) | 64),
    address,
    address,
    payload,
  );
}

export const udp = (payload: Uint8Array): Uint8Array =>
  concat(words("big", "u16 u16 u16 u16", 50_051, 40_000, 8 + payload.length, 0), payload);

export const tcp = (sequence: number, flags: number, payload: Uint8Array): Uint8Array =>
  concat(words("big", "u16 u16 u32 u32 u16 u16 u32", 50_051, 40_000, sequence, 0, 0x5000 | flags, 65_535, 0), payload);

export const ethernet = (type: number, payload: Uint8Array): Uint8Array =>
  concat(new Uint8Array(12), words("big", "u16", type), payload);
