import { xxh3 } from "./xxh3.js";

/** The strong tail hash of some bytes, a u64 (FRM-37). */
export function strongTailHash(bytes: Uint8Array): bigint {
  return xxh3(bytes);
}

/** The hash as text: 16 lower-case hexadecimal digits (FRM-38). */
export function tailHashText(hash: bigint): string {
  return hash.toString(16).padStart(16, "0");
}
