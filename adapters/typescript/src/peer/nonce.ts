import { viewOf } from "../binary.js";
import { Flag, type Frame } from "../frame.js";
import { NONCE_BYTES } from "../seal.js";

const SALT_BYTES = 16;

/** The nonce of a frame: the salt with the stream_id in its last four bytes, and the frame_seq (XCH-10). */
export function nonceOf(salt: Uint8Array, streamId: number, frameSeq: bigint): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  nonce.set(salt);
  const view = viewOf(nonce);
  view.setUint32(SALT_BYTES - 4, view.getUint32(SALT_BYTES - 4, true) ^ streamId, true);
  view.setBigUint64(SALT_BYTES, frameSeq, true);
  return nonce;
}

/** Whether a frame, which was decoded from these bytes, was sealed with one of the salts (XCH-12). */
export function isReflected(frame: Frame, bytes: Uint8Array, salts: readonly Uint8Array[]): boolean {
  if ((frame.flags & Flag.XCHACHA) === 0) return false;
  const at = 29 + 4 * frame.slices.length;
  const received = bytes.subarray(at, at + SALT_BYTES);
  return salts.some((salt) => {
    const own = nonceOf(salt, frame.streamId, 0n);
    return received.every((byte, index) => byte === own[index]);
  });
}
