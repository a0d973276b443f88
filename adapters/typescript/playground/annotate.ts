import { crc32 } from "../src/crc32.js";
import { Flag, isRepair, MAX_FRAME_BYTES, MAX_PLAIN_BYTES, MIN_FRAME_BYTES, ResonantError } from "../src/index.js";
import { openBody } from "../src/seal.js";
import { decompressBody } from "../src/zstd.js";
import { Cursor, type Field, fault, grouped, inBytes, type Said } from "./fields.js";
import { repairFields } from "./repair-fields.js";
import { sealedFields } from "./sealed-fields.js";
import { sliceFields } from "./slice-fields.js";
import { crcSaid, flagsSaid, modalitySaid, typeSaid, versionSaid, wrong } from "./words.js";
import { zstdFields } from "./zstd-fields.js";

const CRC_BYTES = 4;
/** The least that a slice takes besides its payload: slice_len, dtype, rank and one dim. */
const LEAST_SLICE_BYTES = 10;
/** How many entries of the table of slice lengths have a field of their own. */
const SHOWN_ENTRIES = 10;
const plainly = (value: bigint): Said => ({ meaning: String(value) });
const inHex = (value: bigint): Said => ({ meaning: `0x${value.toString(16)}` });

type Row = readonly [name: string, bytes: number, say: (value: bigint) => Said];
/** The fields before the table of slice lengths (frame.md, section 1), and those behind it. */
const FIXED: readonly Row[] = [
  ["version", 1, versionSaid],
  ["type", 1, typeSaid],
  ["flags", 2, flagsSaid],
  ["stream_id", 4, inHex],
  ["frame_seq", 8, plainly],
];
const BEHIND: readonly Row[] = [
  ["space_hash32", 4, (value) => ({ meaning: value === 0n ? "0: no space named" : String(value) })],
  ["modality", 1, modalitySaid],
];

/**
 * Every byte once and in order as fields, then the stages of the body as far as its transforms can be undone. Takes any
 * bytes; however long a table claims to be, the fields are few. `key` is that of a sealed frame.
 */
export function annotate(bytes: Uint8Array, key?: Uint8Array): Field[] {
  if (isRepair(bytes)) return repairFields(bytes);
  const isFrame = bytes.length >= MIN_FRAME_BYTES && bytes.length <= MAX_FRAME_BYTES;
  const end = Math.min(bytes.length, MAX_FRAME_BYTES) - (isFrame ? CRC_BYTES : 0);
  const frame = new Cursor(bytes, "frame", fault(isFrame ? "TRUNCATED_BODY" : "FRAME_TOO_SHORT"), end);
  const header = takeHeader(frame);
  const stages = frame.cut ? [] : takeBody(frame, header, isFrame ? key : undefined, isFrame);
  frame.takeRest("not understood", (rest) => ({ meaning: inBytes(rest.length) }));
  frame.end = bytes.length;
  if (isFrame) frame.takeUint(CRC_BYTES, "crc32", (sent) => crcSaid(sent, crc32(bytes, bytes.length - CRC_BYTES)));
  frame.takeRest("beyond the frame", (rest) =>
    wrong(`${grouped(rest.length)} more than a frame may have`, fault("FRAME_TOO_LARGE")),
  );
  return [frame, ...stages].flatMap(({ fields }) => fields);
}

interface Taken {
  readonly flags: number;
  readonly frameSeq: bigint;
  readonly sliceLen: readonly number[];
}

function takeHeader(frame: Cursor): Taken {
  const values = takeRows(frame, FIXED);
  const taken = { flags: Number(values.flags ?? 0n), frameSeq: values.frame_seq ?? 0n };
  if (frame.cut) return { ...taken, sliceLen: [] };
  const room = Math.floor((frame.left - 8) / 4);
  const count = frame.takeUint(8, "num_slices", (value) =>
    value > room
      ? wrong(`${grouped(value)}, with room for ${Math.max(0, room)}`, fault("BAD_SLICE_TABLE"))
      : plainly(value),
  );
  const sliceLen = takeTable(frame, count);
  if (!frame.cut) takeRows(frame, BEHIND);
  return { ...taken, sliceLen };
}

function takeRows(frame: Cursor, rows: readonly Row[]): Readonly<Record<string, bigint>> {
  const values: Record<string, bigint> = {};
  for (const [name, bytes, say] of rows) {
    if (!frame.cut) values[name] = frame.takeUint(bytes, name, say);
  }
  return values;
}

/** The lengths of the slices. Where the table has no room for so many, all that is left is the table's. */
function takeTable(frame: Cursor, count: bigint): number[] {
  if (frame.cut) return [];
  const room = Math.floor(frame.left / 4);
  const isThere = count <= room;
  const lengths = lengthsIn(frame.peek(), isThere ? Number(count) : room);
  const shown = Math.min(lengths.length, SHOWN_ENTRIES);
  const tooMuch = isThere ? firstTooMuch(lengths) : -1;
  for (let index = 0; index < shown; index++) {
    frame.takeUint(4, `slice_len[${index}]`, (value) => (index === tooMuch ? tooMuchSaid(value) : plainly(value)));
  }
  const more = count - BigInt(shown);
  if (!isThere) {
    const text = `… ${grouped(more)} more, with room for ${room} in all`;
    frame.take(frame.left, "slice_len", () => wrong(text, fault("BAD_SLICE_TABLE")));
    frame.cut = true;
    return [];
  }
  const meaning = `… ${grouped(more)} more`;
  if (more > 0n)
    frame.take(4 * Number(more), "slice_len", () => (tooMuch < shown ? { meaning } : tooMuchSaid(meaning)));
  return lengths;
}

const tooMuchSaid = (value: bigint | string): Said =>
  wrong(`${value}: with those before it more than a frame may have`, fault("PLAIN_TOO_LARGE"));

function lengthsIn(table: Uint8Array, count: number): number[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  return Array.from({ length: count }, (_, index) => view.getUint32(4 * index, true));
}

/** The first length with which the plain size is too large, whatever the slices are (FRM-27); -1 where none is. */
function firstTooMuch(lengths: readonly number[]): number {
  let sum = MIN_FRAME_BYTES + LEAST_SLICE_BYTES * lengths.length;
  return lengths.findIndex((length) => {
    sum += length;
    return sum > MAX_PLAIN_BYTES;
  });
}

/** Take the body, and give the stages behind its transforms. `isFrame`: whether they can be undone at all. */
function takeBody(frame: Cursor, { flags, frameSeq, sliceLen }: Taken, key: Uint8Array | undefined, isFrame: boolean) {
  const stages: Cursor[] = [];
  let here = frame;
  if ((flags & Flag.XCHACHA) !== 0) {
    const opened = key && rejectedAs(() => openBody(key, frame.taken(), frame.peek()));
    sealedFields(frame, frameSeq, key === undefined ? "unknown" : opened === undefined ? "wrong" : "right");
    if (opened === undefined) return stages;
    here = behind(opened, (flags & Flag.ZSTD) !== 0);
    stages.push(here);
  }
  if ((flags & Flag.ZSTD) !== 0) {
    const body = here.peek();
    zstdFields(here, MAX_PLAIN_BYTES - MIN_FRAME_BYTES - 4 * sliceLen.length);
    const plain = isFrame ? rejectedAs(() => decompressBody(body, sliceLen.length)) : undefined;
    if (plain === undefined) return stages;
    here = behind(plain, false);
    stages.push(here);
  }
  sliceFields(here, sliceLen);
  return stages;
}

const behind = (bytes: Uint8Array, isCompressed: boolean): Cursor =>
  new Cursor(
    bytes,
    isCompressed ? "compressed body" : "plain body",
    fault(isCompressed ? "BAD_COMPRESSION" : "TRUNCATED_BODY", isCompressed ? "ZST-8" : undefined),
  );

/** What a call gives, or undefined where it rejects its input. */
function rejectedAs<Value>(call: () => Value): Value | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof ResonantError) return undefined;
    throw error;
  }
}
