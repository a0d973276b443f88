const DIGITS = new TextEncoder().encode("0123456789abcdef");
const LATIN = new TextDecoder("latin1");
const NO_DIGIT = 0x80;
const VALUES = new Uint8Array(256).fill(NO_DIGIT);
DIGITS.forEach((digit, value) => {
  VALUES[digit] = value;
});

/** Bytes as lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  const text = new Uint8Array(2 * bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    text[2 * at] = DIGITS[bytes[at] >> 4];
    text[2 * at + 1] = DIGITS[bytes[at] & 15];
  }
  return LATIN.decode(text);
}

/** The bytes of lower-case hexadecimal; undefined where it is none. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = new TextEncoder().encode(text);
  if (digits.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  let wrong = 0;
  for (let at = 0; at < bytes.length; at++) {
    const high = VALUES[digits[2 * at]];
    const low = VALUES[digits[2 * at + 1]];
    wrong |= high | low;
    bytes[at] = (high << 4) | low;
  }
  return wrong < NO_DIGIT ? bytes : undefined;
}
