import { type Cursor, fault, inBytes } from "./fields.js";
import { wrong } from "./words.js";

const SALT_BYTES = 16;
const COUNTER_BYTES = 8;
const TAG_BYTES = 16;
const TOO_SHORT = fault("DECRYPT_FAILED");

/** Take nonce, ciphertext and tag (transform.md, section 2). `tag`: whether it is right under the key, if one is known. */
export function sealedFields(body: Cursor, frameSeq: bigint, tag: "right" | "wrong" | "unknown"): void {
  const headerBytes = body.offset;
  body.take(SALT_BYTES, "nonce", () => ({ meaning: "its first 16 bytes: salt and stream_id" }));
  if (!body.cut) body.takeUint(COUNTER_BYTES, "nonce", (value) => ({ meaning: counterText(value, frameSeq) }));
  if (body.cut) return;
  const cipherBytes = Math.max(0, body.left - TAG_BYTES);
  const meaning = `${inBytes(cipherBytes)}, associated data = bytes 0 to ${headerBytes - 1}`;
  body.take(cipherBytes, "ciphertext", () => ({ meaning }));
  body.take(TAG_BYTES, "tag", () => {
    if (tag === "wrong") return wrong("not right under this key", TOO_SHORT);
    return tag === "right"
      ? { meaning: "right under this key" }
      : { meaning: "not checked without a key", fault: fault("KEY_REQUIRED") };
  });
}

function counterText(value: bigint, frameSeq: bigint): string {
  return value === frameSeq ? "its last 8 bytes: frame_seq" : `its last 8 bytes: ${value}, not this frame's frame_seq`;
}
