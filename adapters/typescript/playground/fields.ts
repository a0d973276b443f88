import { CODES, type Code } from "../src/index.js";

/** What the offsets of a field count in: the frame as received, or a stage of its body. */
export type Part = "frame" | "compressed body" | "plain body";

/** What is wrong with a field by itself; the verdict names the first fault in the order of the checks (FRM-29). */
export interface Fault {
  readonly code: Code;
  readonly clause: string;
}

/** A named run of bytes. */
export interface Field {
  readonly part: Part;
  /** Where it begins, in bytes from the start of the part. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Its name in specs/. */
  readonly name: string;
  /** What it says, for people. */
  readonly meaning: string;
  readonly fault?: Fault;
}

/** What is said of a field. */
export interface Said {
  readonly meaning: string;
  readonly fault?: Fault | undefined;
}

/** A fault of a code, by the clause that demands it first or by another one. */
export const fault = (code: Code, clause: string = CODES[code]): Fault => ({ code, clause });

/** A count of bytes in words. */
export const inBytes = (count: number): string => `${grouped(count)} byte${count === 1 ? "" : "s"}`;

/** A whole number with commas between its thousands, whatever the language of the browser. */
export const grouped = (value: number | bigint): string => value.toLocaleString("en-US");

/** Takes fields off the front of bytes, leniently: each byte comes out once and in order, whatever it is. */
export class Cursor {
  readonly fields: Field[] = [];
  readonly part: Part;
  /** The code of a field that is not all there. */
  readonly #cutFault: Fault;
  readonly #bytes: Uint8Array;
  offset = 0;
  end: number;
  /** Whether a field was asked for that is not all there; what follows it has no known place. */
  cut = false;

  constructor(bytes: Uint8Array, part: Part, cutFault: Fault, end: number = bytes.length) {
    this.#bytes = bytes;
    this.part = part;
    this.#cutFault = cutFault;
    this.end = end;
  }

  /** The number of bytes not yet taken. */
  get left(): number {
    return this.end - this.offset;
  }

  /** The bytes not yet taken, or as many as asked for, without taking them. */
  peek(count: number = this.left, ahead = 0): Uint8Array {
    return this.#bytes.subarray(this.offset + ahead, Math.min(this.offset + ahead + count, this.end));
  }

  /** Take so many bytes as a field. Where they are not all there, what is left is the field, and the rest is cut. */
  take(count: number, name: string, say: (bytes: Uint8Array) => Said): Uint8Array {
    const bytes = this.peek(count);
    const isWhole = bytes.length === count;
    if (!isWhole) this.cut = true;
    if (isWhole || bytes.length > 0) {
      const said = isWhole
        ? say(bytes)
        : { meaning: `cut: ${bytes.length} of ${inBytes(count)}`, fault: this.#cutFault };
      this.#put(bytes, name, said);
    }
    return bytes;
  }

  /** Take a little-endian unsigned integer (FRM-1); 0 where it is not all there. */
  takeUint(count: number, name: string, say: (value: bigint) => Said): bigint {
    const bytes = this.take(count, name, (whole) => say(uint(whole)));
    return bytes.length === count ? uint(bytes) : 0n;
  }

  /** Take what is left as one field, if anything is. */
  takeRest(name: string, say: (bytes: Uint8Array) => Said): void {
    if (this.left > 0) this.take(this.left, name, say);
  }

  /** The bytes taken so far. */
  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.offset);
  }

  #put(bytes: Uint8Array, name: string, { meaning, fault }: Said): void {
    const field = { part: this.part, offset: this.offset, bytes, name, meaning };
    this.fields.push(fault === undefined ? field : { ...field, fault });
    this.offset += bytes.length;
  }
}

/** A little-endian unsigned integer of any length. */
export function uint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at]);
  return value;
}
