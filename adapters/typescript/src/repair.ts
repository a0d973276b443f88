import { viewOf } from "./binary.js";
import { crc32 } from "./crc32.js";
import { type Code, ResonantError } from "./errors.js";
import { MAX_DATAGRAM_BYTES, MIN_FRAME_BYTES } from "./frame.js";
import { MAX_DATA_SHARDS, MAX_PARITY_SHARDS, recoveredData, rsEncode } from "./reed-solomon.js";

/** The shortest repair datagram, of a frame of the least length, and the longest (FEC-14). */
export const MIN_REPAIR_BYTES = 59;
export const MAX_REPAIR_BYTES = MAX_DATAGRAM_BYTES;
/** The longest frame that a group has (FEC-27). */
export const MAX_PROTECTED_BYTES = 65_481;
/** From one frame of a group to the next, at most. */
export const MAX_STEP = 16;
const MAX_GROUP_FRAMES = MAX_DATA_SHARDS;

/** `RSF1`, as a u32. */
const MAGIC = 0x31465352;
const HEADER_BYTES = 20;
const CRC_BYTES = 4;
/** The bytes of the length in a symbol. */
const LENGTH_BYTES = 2;
const MAX_U64 = 2n ** 64n - 1n;

/** Names the frames of a group: base, base + step, and so on (specs/fec.md). */
export interface GroupName {
  readonly streamId: number;
  readonly base: bigint;
  readonly step: number;
}

/** A repair datagram as data. */
export interface Repair extends GroupName {
  readonly k: number;
  readonly r: number;
  readonly index: number;
  /** A view of the datagram. */
  readonly parity: Uint8Array;
}

/** The number of a frame of a group. */
export const numberOf = ({ base, step }: GroupName, at: number): bigint => base + BigInt(at * step);

/** Whether a datagram begins as repair does. */
export function isRepair(datagram: Uint8Array): boolean {
  return datagram.length >= 4 && viewOf(datagram).getUint32(0, true) === MAGIC;
}

/** Read a repair datagram. Throws ResonantError with the first code that applies of FEC-14, its CRC and FEC-15. */
export function readRepair(datagram: Uint8Array): Repair {
  const { length } = datagram;
  if (length < MIN_REPAIR_BYTES || length > MAX_REPAIR_BYTES) throw bad(`${length} bytes`, "FEC-14");
  if (!isRepair(datagram)) throw bad("it does not begin with RSF1", "FEC-36");
  const view = viewOf(datagram);
  const end = length - CRC_BYTES;
  if (view.getUint32(end, true) !== crc32(datagram, end)) {
    throw new ResonantError("CRC_MISMATCH", "the CRC is another", "FEC-13");
  }
  const [k, r, index, step] = datagram.subarray(16, HEADER_BYTES);
  const base = view.getBigUint64(8, true);
  const fault = groupFault({ base, k, r, step }) ?? (index >= r ? `index ${index} of ${r}` : undefined);
  if (fault !== undefined) throw bad(fault, "FEC-15");
  return { streamId: view.getUint32(4, true), base, k, r, index, step, parity: datagram.subarray(HEADER_BYTES, end) };
}

const bad = (detail: string, clause: string): ResonantError => new ResonantError("BAD_REPAIR", detail, clause);

interface GroupNumbers {
  readonly base: bigint;
  readonly k: number;
  readonly r: number;
  readonly step: number;
}

/** What is out of its range of a group's numbers, if something is. */
function groupFault({ base, k, r, step }: GroupNumbers): string | undefined {
  const fits = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  if (!fits(k, MAX_GROUP_FRAMES)) return `a group of ${k} frames`;
  if (!fits(r, MAX_PARITY_SHARDS)) return `${r} repair datagrams of a group`;
  if (!fits(step, MAX_STEP)) return `a step of ${step}`;
  return base + BigInt((k - 1) * step) > MAX_U64 ? "its last number is beyond all" : undefined;
}

/**
 * The r repair datagrams of a group of frames, which are in the order of their numbers (FEC-34). Throws `FIELD_RANGE`, and
 * by the first frame that has a fault `FRAME_TOO_SHORT`, `FRAME_TOO_LARGE` and `REPAIR_MISMATCH`.
 */
export function repairEncode(group: GroupName & { readonly r: number }, frames: readonly Uint8Array[]): Uint8Array[] {
  const { streamId, base, r, step } = group;
  const isU32 = Number.isInteger(streamId) && streamId >= 0 && streamId <= 0xffff_ffff;
  const fault = isU32 && base >= 0n ? groupFault({ base, k: frames.length, r, step }) : "no such frame";
  if (fault !== undefined) throw new ResonantError("FIELD_RANGE", fault, "FEC-35");
  for (const [at, frame] of frames.entries()) {
    const code = frameFault(group, at, frame);
    if (code !== undefined) throw new ResonantError(code, `frame ${at} of the group`, "FEC-35");
  }
  const size = LENGTH_BYTES + frames.reduce((most, { length }) => Math.max(most, length), 0);
  const symbols = frames.map((frame) => symbolOf(frame, size));
  return rsEncode(frames.length, r, symbols).map((parity, index) => written(group, frames.length, index, parity));
}

function frameFault(group: GroupName, at: number, frame: Uint8Array): Code | undefined {
  if (frame.length < MIN_FRAME_BYTES) return "FRAME_TOO_SHORT";
  if (frame.length > MAX_PROTECTED_BYTES) return "FRAME_TOO_LARGE";
  return isFrameOf(group, at, frame) ? undefined : "REPAIR_MISMATCH";
}

/** Whether bytes 4 to 15 of a frame are the stream_id and the number that it has to have. */
function isFrameOf(group: GroupName, at: number, frame: Uint8Array): boolean {
  const view = viewOf(frame);
  return view.getUint32(4, true) === group.streamId && view.getBigUint64(8, true) === numberOf(group, at);
}

function written(group: GroupName & { readonly r: number }, k: number, index: number, parity: Uint8Array): Uint8Array {
  const datagram = new Uint8Array(HEADER_BYTES + parity.length + CRC_BYTES);
  const view = viewOf(datagram);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, group.streamId, true);
  view.setBigUint64(8, group.base, true);
  datagram.set([k, group.r, index, group.step], 16);
  datagram.set(parity, HEADER_BYTES);
  const end = datagram.length - CRC_BYTES;
  view.setUint32(end, crc32(datagram, end), true);
  return datagram;
}

/** A frame behind its length, with as many zeros as make the size of its group (FEC-2). */
function symbolOf(frame: Uint8Array, size: number): Uint8Array {
  const symbol = new Uint8Array(size);
  viewOf(symbol).setUint16(0, frame.length, true);
  symbol.set(frame, LENGTH_BYTES);
  return symbol;
}

/** A group of which repair has come. */
export interface RepairedGroup extends GroupName {
  readonly k: number;
  readonly r: number;
  /** The bytes of a symbol, S. */
  readonly size: number;
}

/** The group of a repair datagram. */
export function groupOf({ streamId, base, step, k, r, parity }: Repair): RepairedGroup {
  return { streamId, base, step, k, r, size: parity.length };
}

/**
 * The frames of a group that are missing, in ascending order; frames and parity together are at least k. Undefined where
 * what is computed cannot be what was sent (FEC-22).
 */
export function missingFrames(
  group: RepairedGroup,
  frames: readonly (Uint8Array | undefined)[],
  parity: readonly (Uint8Array | undefined)[],
): Uint8Array[] | undefined {
  const { k, size } = group;
  if (frames.some((frame) => frame !== undefined && frame.length > size - LENGTH_BYTES)) return undefined;
  const symbols = frames.map((frame) => frame && symbolOf(frame, size));
  const found: Uint8Array[] = [];
  for (const [at, symbol] of recoveredData(k, [...symbols, ...parity]).entries()) {
    if (symbols[at] !== undefined) continue;
    const frame = frameIn(symbol);
    if (frame === undefined || !isFrameOf(group, at, frame)) return undefined;
    found.push(frame);
  }
  return found;
}

/** The frame in a symbol, if one is. */
function frameIn(symbol: Uint8Array): Uint8Array | undefined {
  const length = viewOf(symbol).getUint16(0, true);
  if (length < MIN_FRAME_BYTES || length > symbol.length - LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + length;
  return symbol.subarray(end).some((byte) => byte !== 0) ? undefined : symbol.subarray(LENGTH_BYTES, end);
}

/**
 * The frames that are missing in the group of repair datagrams, in ascending order (FEC-37). Frames that are not of the
 * group are passed over. Throws the code of the first datagram with a fault (FEC-36), and `NOT_RECOVERABLE` and
 * `REPAIR_MISMATCH`.
 */
export function repairDecode(repair: readonly Uint8Array[], frames: readonly Uint8Array[]): Uint8Array[] {
  const { group, parity } = readGroup(repair);
  const there = new Array<Uint8Array | undefined>(group.k).fill(undefined);
  for (const frame of frames) {
    const at = frame.length < MIN_FRAME_BYTES ? -1 : there.findIndex((_, place) => isFrameOf(group, place, frame));
    if (at >= 0) there[at] = frame;
  }
  const isThere = (one: Uint8Array | undefined) => one !== undefined;
  const count = there.filter(isThere).length;
  if (count === group.k) return [];
  if (count + parity.filter(isThere).length < group.k) {
    throw new ResonantError("NOT_RECOVERABLE", `fewer than ${group.k} frames and repair datagrams`, "FEC-37");
  }
  const found = missingFrames(group, there, parity);
  if (found !== undefined) return found;
  throw new ResonantError("REPAIR_MISMATCH", "what is computed is no frame of the group", "FEC-22");
}

/** The group of repair datagrams, and the parity by its index. */
function readGroup(repair: readonly Uint8Array[]): { group: RepairedGroup; parity: (Uint8Array | undefined)[] } {
  let group: RepairedGroup | undefined;
  const parity: (Uint8Array | undefined)[] = [];
  for (const datagram of repair) {
    const read = readRepair(datagram);
    group ??= groupOf(read);
    const isSame = read.streamId === group.streamId && read.base === group.base && read.step === group.step;
    if (!isSame || !fitsGroup(read, group)) throw new ResonantError("REPAIR_MISMATCH", "it is of another group");
    if (parity[read.index] !== undefined) {
      throw new ResonantError("DUPLICATE", `two repair datagrams of index ${read.index}`, "FEC-16");
    }
    parity[read.index] = read.parity;
  }
  if (group === undefined) throw bad("there is no repair", "FEC-36");
  return { group, parity: Array.from({ length: group.r }, (_, index) => parity[index]) };
}

/** Whether repair has the k, r and S of its group (FEC-16). */
export function fitsGroup({ k, r, parity }: Repair, group: RepairedGroup): boolean {
  return k === group.k && r === group.r && parity.length === group.size;
}
