/** Bytes as people have them at hand: digits, the bytes of an array or a string, base64, and the dumps of tools. */
import { counted, fromHex, InputError } from "./bytes.js";

const ROW = /^\s*(?:0x)?([0-9a-f]{4,16})(:?)(?:\s+(.*))?$/i;
const GROUP = /((?:[0-9a-f]{2})+)( +|$)/iy;
const ARRAY = /\{([^{}]*)\}|\[([^[\]{}]+)\]/;
/** How a frame of version 1, and repair, begin in base64: Q and U are no digits, so no text is both. */
const BASE64 = /^(?:AQ|UlNGM)[0-9a-z+/\s]*={0,2}$/i;
const ESCAPED = /^b?(["']?)(?:\\x[0-9a-f]{2}|\s)*\1;?$/i;
/** A byte as programs print it that write no leading zeros. */
const LONE = /\b0x([0-9a-f])\b/gi;
const HALF_BYTES = 8;

/** The bytes that a text spells in any of these forms; none of an empty one. Throws InputError for any other text. */
export function fromText(text: string): Uint8Array {
  const plain = text.replace(/^\ufeff/, "").trim();
  const rows = plain.split(/\r?\n/).filter((row) => row.trim() !== "");
  const first = ROW.exec(rows[0] ?? "");
  // A dump begins with the offset 0, and no frame with 00.
  if (first?.[3] && /^0+$/.test(first[1])) return fromDump(rows);
  if (/^(?:AQ|UlNGM)/.test(plain) && BASE64.test(plain)) return fromBase64(plain);
  if (plain.includes("\\x") && !ESCAPED.test(plain))
    throw new InputError("a string with more in it than bytes as \\x07: print its digits, such as with .hex()");
  const array = ARRAY.exec(plain);
  return fromDigits(array === null ? plain : (array[1] ?? array[2]));
}

/** Hexadecimal digits, with what programs put between and around bytes. */
function fromDigits(text: string): Uint8Array {
  const padded = text.replace(LONE, "0x0$1").replace(/\bb(?=["'])|\\x|["'`;]/g, " ");
  const parts = padded.split(",");
  const odd = parts.map((part) => part.replace(/0x|[\s_:]/gi, "")).find(({ length }) => length % 2 !== 0);
  if (parts.length > 1 && odd !== undefined && /^[0-9a-f]*$/i.test(odd))
    throw new InputError(`“${odd.slice(0, 20)}” between commas: a byte has two hexadecimal digits, such as 0x07`);
  return fromHex(padded);
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replace(/\s/g, "")), (character) => character.charCodeAt(0));
  } catch {
    throw new InputError("this begins as a frame in base64, and is cut off: copy all of it");
  }
}

interface Row {
  readonly offset: number;
  readonly hasColon: boolean;
  readonly rest: string;
}

/** The bytes of a dump, without what stands beside them. Where a row ends is told by the offset of the next. */
function fromDump(texts: readonly string[]): Uint8Array {
  const rows = texts.map(rowFrom);
  const found: number[] = [];
  for (const [at, row] of rows.entries()) {
    const next = rows[at + 1]?.offset;
    if (row.offset !== found.length)
      throw new InputError(
        `the row ${texts[at].trim().slice(0, 8)} of the dump follows ${counted(found.length, "byte")}: copy all of it; od needs -A x`,
      );
    for (const byte of bytesIn(row, next === undefined ? undefined : next - row.offset)) found.push(byte);
  }
  return Uint8Array.from(found);
}

function rowFrom(text: string): Row {
  if (text.trim() === "*")
    throw new InputError("the dump leaves equal rows out: make it with xxd, or with hexdump -v -C");
  const row = ROW.exec(text);
  if (row === null) throw new InputError(`“${text.trim().slice(0, 40)}” is no row of the dump: copy the dump alone`);
  return { offset: Number.parseInt(row[1], 16), hasColon: row[2] !== "", rest: row[3] ?? "" };
}

/** So many bytes of a row; those of the last one, whose count is not known, end where its columns do. */
function bytesIn({ offset, hasColon, rest }: Row, count: number | undefined): Uint8Array {
  let digits = "";
  GROUP.lastIndex = 0;
  while (digits.length / 2 !== count) {
    const group = GROUP.exec(rest);
    if (group === null) break;
    const [, text, gap] = group;
    if (text.length > 2 && !hasColon)
      throw new InputError("this is a dump of words, in the order of a machine: make it with hexdump -C");
    digits += text;
    const isHalf = gap.length === 2 && digits.length === 2 * HALF_BYTES;
    if (count === undefined && gap.length > 1 && !isHalf) break;
  }
  if (count !== undefined && digits.length !== 2 * count)
    throw new InputError(
      `the row at ${offset.toString(16)} of the dump has ${digits.length / 2} of ${counted(count, "byte")}: copy all of it; od needs -A x`,
    );
  return fromHex(digits);
}
