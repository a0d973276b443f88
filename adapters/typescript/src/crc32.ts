const POLYNOMIAL = 0xedb88320;
const STRIDE = 16;

/** Sixteen tables of 256: table t has what a byte does to the CRC when t more bytes follow it. */
const TABLES = tables();

function tables(): Uint32Array {
  const all = new Uint32Array(STRIDE * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    all[byte] = crc;
  }
  for (let at = 256; at < all.length; at++) {
    const before = all[at - 256];
    all[at] = (before >>> 8) ^ all[before & 0xff];
  }
  return all;
}

/** The CRC-32 of IEEE 802.3 (FRM-24), as a u32, of the bytes before `end`. */
export function crc32(bytes: Uint8Array, end: number = bytes.length): number {
  const t = TABLES;
  let crc = 0xffffffff;
  let at = 0;
  for (const last = end - STRIDE; at <= last; at += STRIDE) {
    crc =
      t[0xf00 + (bytes[at] ^ (crc & 0xff))] ^
      t[0xe00 + (bytes[at + 1] ^ ((crc >>> 8) & 0xff))] ^
      t[0xd00 + (bytes[at + 2] ^ ((crc >>> 16) & 0xff))] ^
      t[0xc00 + (bytes[at + 3] ^ (crc >>> 24))] ^
      t[0xb00 + bytes[at + 4]] ^
      t[0xa00 + bytes[at + 5]] ^
      t[0x900 + bytes[at + 6]] ^
      t[0x800 + bytes[at + 7]] ^
      t[0x700 + bytes[at + 8]] ^
      t[0x600 + bytes[at + 9]] ^
      t[0x500 + bytes[at + 10]] ^
      t[0x400 + bytes[at + 11]] ^
      t[0x300 + bytes[at + 12]] ^
      t[0x200 + bytes[at + 13]] ^
      t[0x100 + bytes[at + 14]] ^
      t[bytes[at + 15]];
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t[(crc ^ bytes[at]) & 0xff];
  return ~crc >>> 0;
}
