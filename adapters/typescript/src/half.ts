// Numbers of binary16 are kept as their 16 bits; bit 15 is the sign.

/** The least bits, without the sign, that stand for infinity; those above are NaN. */
export const HALF_INFINITY = 0x7c00;

const FLOATS = new Float32Array(1);
const FLOAT_BITS = new Uint32Array(FLOATS.buffer);
/** Adding this to a number below 2^51 in binary64 rounds it to an integer, ties to even. */
const ROUNDS = 1.5 * 2 ** 52;
const VALUES = values();

/** The value of every binary16 by its bits. */
function values(): Float32Array {
  const all = new Float32Array(0x10000);
  for (let bits = 0; bits < 0x8000; bits++) {
    const exponent = bits >>> 10;
    const fraction = bits & 0x3ff;
    let value = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    if (exponent === 31) value = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    all[bits] = value;
    all[bits | 0x8000] = -value;
  }
  return all;
}

/** The value that bits of binary16 stand for. */
export function halfToNumber(bits: number): number {
  return VALUES[bits];
}

/** The nearest integer, ties to even, of a number below 2^51. */
export function roundEven(value: number): number {
  return value + ROUNDS - ROUNDS;
}

/** Bits of binary32 to those of binary16 by RNE, subnormals included (QNT-2); NaN is 0x7e00, whatever its sign (ADA-1). */
export function halfOfFloatBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x7e00;
  if (magnitude >= 0x477ff000) return sign | HALF_INFINITY; // halfway to 65536, and above
  if (magnitude < 0x38800000) {
    FLOAT_BITS[0] = magnitude;
    return sign | roundEven(FLOATS[0] * 2 ** 24); // below the least normal number
  }
  const rebiased = magnitude - 0x38000000;
  return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
}

/** A number that is one of binary32, or close to none of its ties, to binary16 by RNE. */
export function halfOfNumber(value: number): number {
  FLOATS[0] = value;
  return halfOfFloatBits(FLOAT_BITS[0]);
}

/** Numbers as the payload of an F16 slice: little-endian binary16, rounded by RNE. */
export function halvesOf(numbers: Float32Array): Uint8Array {
  const bytes = new Uint8Array(2 * numbers.length);
  numbers.forEach((number, index) => {
    const bits = halfOfNumber(number);
    bytes[2 * index] = bits;
    bytes[2 * index + 1] = bits >>> 8;
  });
  return bytes;
}

/** The payload of an F16 slice with these bits. */
export function halfBytes(halves: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 * halves.length);
  for (let at = 0; at < halves.length; at++) {
    bytes[2 * at] = halves[at];
    bytes[2 * at + 1] = halves[at] >>> 8;
  }
  return bytes;
}

/** The numbers of an F16 payload, which has an even number of bytes. */
export function numbersOf(halves: Uint8Array): Float32Array {
  return Float32Array.from({ length: halves.length >> 1 }, (_, index) =>
    halfToNumber(halves[2 * index] | (halves[2 * index + 1] << 8)),
  );
}
