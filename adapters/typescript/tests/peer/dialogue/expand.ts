import { crc32 } from "node:zlib";

/** JSON as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonMembers = { [name: string]: Json };

/** A file of dialogues (vectors/dialogues.md). */
export interface DialogueFile {
  readonly profile: string;
  readonly group: string;
  readonly op: string;
  /** Those over which they can be played; any where it is left out. */
  readonly transports?: string[];
  readonly config?: JsonMembers;
  readonly frame?: JsonMembers;
  readonly parts?: { [name: string]: Json[] };
  readonly cases: { id: string; input: { role: string; config?: JsonMembers; stream_id?: number; steps: Json[] } }[];
}

interface Counter {
  from: number;
  by: number;
}

/** The parts of a file by their names, with repeats and joined pieces written out. */
export type Parts = ReadonlyMap<string, JsonMembers[]>;

export function partsOf(file: DialogueFile): Parts {
  const parts = new Map<string, JsonMembers[]>();
  for (const [name, part] of Object.entries(file.parts ?? {})) parts.set(name, expand(part, parts));
  return parts;
}

/** The steps of a case with its parts, repeats and joined pieces written out. */
export function expand(steps: Json[], parts: Parts): JsonMembers[] {
  return elements(steps).flatMap((step) => {
    const { part } = step as JsonMembers;
    return part === undefined ? [step as JsonMembers] : (parts.get(part as string) as JsonMembers[]);
  });
}

function elements(list: Json[]): Json[] {
  return list.flatMap((element) => {
    const { repeat, of, counts } = isMembers(element) ? element : {};
    if (repeat === undefined) return [whole(element)];
    const copies = elements(of as Json[]);
    return Array.from({ length: repeat as number }, (_, turn) =>
      counts === undefined ? copies : copies.map((copy) => counted(copy, counts as never, turn)),
    ).flat();
  });
}

function whole(value: Json): Json {
  if (Array.isArray(value)) return elements(value);
  if (!isMembers(value)) return value;
  if (value.join !== undefined) return joined(value.join as Json[]);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, whole(member)]));
}

/** Pieces of hex in one: some are 16 MiB, whose repeats are not written out one by one. */
function joined(pieces: Json[]): string {
  return pieces
    .map((piece) => {
      const { repeat, of } = isMembers(piece) ? piece : {};
      return repeat === undefined ? whole(piece) : joined(of as Json[]).repeat(repeat as number);
    })
    .join("");
}

function counted(value: Json, counts: { [name: string]: Counter }, turn: number): Json {
  if (Array.isArray(value)) return value.map((element) => counted(element, counts, turn));
  if (!isMembers(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const counter = counts[name];
      if (counter !== undefined && !isMembers(member)) {
        const number = counter.from + counter.by * turn;
        return [name, typeof member === "string" ? String(number) : number];
      }
      if (name === "send") return [name, renumbered(member as string, counts, turn)];
      return [name, counted(member, counts, turn)];
    }),
  );
}

function renumbered(frame: string, counts: { [name: string]: Counter }, turn: number): string {
  const at = (name: string): number | undefined => {
    const counter = counts[name];
    return counter && counter.from + counter.by * turn;
  };
  return withNumbers(Buffer.from(frame, "hex"), at("stream_id"), at("frame_seq")).toString("hex");
}

/** A frame with other numbers and the CRC that they need. */
export function withNumbers(frame: Uint8Array, streamId: number | undefined, frameSeq: number | undefined): Buffer {
  const bytes = Buffer.from(frame);
  if (streamId !== undefined) bytes.writeUInt32LE(streamId, 4);
  if (frameSeq !== undefined) bytes.writeBigUInt64LE(BigInt(frameSeq), 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

export function isMembers(value: Json | undefined): value is JsonMembers {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
