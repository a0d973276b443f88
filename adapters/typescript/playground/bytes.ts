/** What a person typed or dropped cannot be used, for a reason in words for that person. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** A number with commas between its thousands, and what is counted. */
export const counted = (count: number | bigint, what: string): string =>
  `${count.toLocaleString("en-US")} ${what}${Number(count) === 1 ? "" : "s"}`;

/** Bytes as pairs of hexadecimal digits. */
export const toHex = (bytes: Uint8Array, between = ""): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(between);

/** The bytes of hexadecimal digits; spaces, line ends, `0x`, `_`, `:` and commas between them are ignored. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/0x|[\s_:,]/gi, "");
  const stray = /[^0-9a-f]/i.exec(digits)?.[0];
  if (stray !== undefined) throw new InputError(`“${stray}” is no hexadecimal digit`);
  if (digits.length % 2 !== 0)
    throw new InputError(`${counted(digits.length, "digit")} make no whole bytes: one has two`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

/** The key that somebody typed: undefined where there is none. */
export function keyFrom(text: string): Uint8Array | undefined {
  const key = fromHex(text);
  if (key.length === 0) return undefined;
  if (key.length !== 32) throw new InputError(`the key has ${counted(key.length, "byte")}, not 32`);
  return key;
}

/** Numbers between spaces, commas or semicolons. */
export function numbersFrom(text: string): number[] {
  const words = text.split(/[\s,;[\]]+/).filter((word) => word !== "");
  return words.map((word) => {
    const value = Number(word.replace("−", "-").replace(/^(-?)inf(inity)?$/i, "$1Infinity"));
    if (Number.isNaN(value) && !/^nan$/i.test(word)) throw new InputError(`“${word}” is no number`);
    return value;
  });
}

/** Whole numbers, each from `least` to `most`. */
export function wholeNumbersFrom(text: string, least: number, most: number): number[] {
  const values = numbersFrom(text);
  const bad = values.find((value) => !Number.isInteger(value) || value < least || value > most);
  if (bad !== undefined) throw new InputError(`${bad} is no whole number from ${least} to ${most}`);
  return values;
}

/** A whole number of up to 64 bits, in decimal digits or behind 0x. */
export function wholeFrom(text: string, name: string, most: bigint): bigint {
  let value: bigint;
  try {
    value = BigInt(text.trim());
  } catch {
    throw new InputError(`${name} is a whole number, such as 7 or 0x07`);
  }
  if (value < 0n || value > most) throw new InputError(`${name} is from 0 to ${most}`);
  return value;
}
