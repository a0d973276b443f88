import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ResonantError } from "./errors.js";

export const KEY_BYTES = 32;
export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;

/** The inputs that sealing and opening have in common. */
export interface Sealing {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 24 bytes. */
  readonly nonce: Uint8Array;
  /** The associated data. */
  readonly aad: Uint8Array;
}

/** Ciphertext and tag of XChaCha20-Poly1305 (XCH-13). */
export function seal(by: Sealing, plain: Uint8Array): Uint8Array {
  return cipher(by).encrypt(plain);
}

/** The plain bytes of a ciphertext and its tag. Throws `DECRYPT_FAILED` where they do not authenticate (XCH-13). */
export function open(by: Sealing, sealed: Uint8Array): Uint8Array {
  return opened(by, sealed, "XCH-13");
}

/** A body of a frame, sealed: nonce, ciphertext and tag (XCH-2). */
export function sealBody(by: Sealing, body: Uint8Array): Uint8Array {
  const sealed = seal(by, body);
  const whole = new Uint8Array(NONCE_BYTES + sealed.length);
  whole.set(by.nonce);
  whole.set(sealed, NONCE_BYTES);
  return whole;
}

/** The body that was sealed, under the header as it was sent (XCH-3). */
export function openBody(key: Uint8Array, header: Uint8Array, body: Uint8Array): Uint8Array {
  if (body.length < NONCE_BYTES + TAG_BYTES) {
    throw new ResonantError("DECRYPT_FAILED", `a sealed body of ${body.length} bytes is too short`);
  }
  return opened({ key, nonce: body.subarray(0, NONCE_BYTES), aad: header }, body.subarray(NONCE_BYTES), "XCH-5");
}

function opened(by: Sealing, sealed: Uint8Array, clause: string): Uint8Array {
  const opening = cipher(by);
  if (sealed.length < TAG_BYTES) throw new ResonantError("DECRYPT_FAILED", `${sealed.length} bytes are no tag`, clause);
  try {
    return opening.decrypt(sealed);
  } catch {
    throw new ResonantError("DECRYPT_FAILED", "the tag does not fit", clause);
  }
}

function cipher(by: Sealing) {
  if (by.key.length !== KEY_BYTES) throw new ResonantError("FIELD_RANGE", `a key of ${by.key.length} bytes`);
  if (by.nonce.length !== NONCE_BYTES) throw new ResonantError("FIELD_RANGE", `a nonce of ${by.nonce.length} bytes`);
  return xchacha20poly1305(by.key, by.nonce, by.aad);
}
