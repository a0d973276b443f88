import { crc32 } from "../src/crc32.js";
import { Cursor, type Field, fault, inBytes, type Said } from "./fields.js";
import { crcSaid, wrong } from "./words.js";

const CRC_BYTES = 4;
const BAD = fault("BAD_REPAIR");

type Row = readonly [name: string, bytes: number, say: (value: bigint) => Said];
const within =
  (most: bigint) =>
  (value: bigint): Said =>
    value >= 1n && value <= most ? { meaning: String(value) } : wrong(`${value}, not 1 to ${most}`, BAD);
/** The fields behind the magic number (fec.md, section 1). */
const ROWS: readonly Row[] = [
  ["stream_id", 4, (value) => ({ meaning: `0x${value.toString(16)}` })],
  ["base", 8, (value) => ({ meaning: String(value) })],
  ["k", 1, within(128n)],
  ["r", 1, within(32n)],
  ["index", 1, (value) => ({ meaning: String(value) })],
  ["step", 1, within(16n)],
];

/** Every byte of a datagram that begins with RSF1, once and in order. */
export function repairFields(bytes: Uint8Array): Field[] {
  const repair = new Cursor(bytes, "frame", BAD);
  repair.take(4, "magic", () => ({ meaning: "RSF1, repair" }));
  for (const [name, size, say] of ROWS) {
    if (!repair.cut) repair.takeUint(size, name, say);
  }
  if (repair.left > CRC_BYTES) {
    repair.end -= CRC_BYTES;
    repair.takeRest("parity", (parity) => ({ meaning: `${inBytes(parity.length)}, as long as each symbol` }));
    repair.end = bytes.length;
  }
  if (repair.left === CRC_BYTES) {
    repair.takeUint(CRC_BYTES, "crc32", (sent) => crcSaid(sent, crc32(bytes, bytes.length - CRC_BYTES)));
  }
  repair.takeRest("not understood", () => wrong("no parity and CRC", BAD));
  return repair.fields;
}
