import {
  decode,
  decodeMessage,
  type Frame,
  isRepair,
  MissingTransformError,
  ResonantError,
  readRepair,
} from "../src/index.js";
import { annotate } from "./annotate.js";
import { counted } from "./bytes.js";
import { type Fault, type Field, inBytes } from "./fields.js";
import { dtypeSaid, typeSaid } from "./words.js";

/** What there is to say about some bytes. */
export interface Explanation {
  readonly fields: readonly Field[];
  /** The frame where it is valid. */
  readonly frame?: Frame;
  /** Why it is rejected, if it is: the first fault in the order of the checks. */
  readonly rejected?: Fault & { readonly detail: string };
  /** One line for people. */
  readonly verdict: string;
  /** What its slices mean, or why they mean nothing; where the frame is valid. */
  readonly message?: string;
}

/** Explain any bytes. `key`: the 32 bytes under which a frame may be sealed. */
export function explain(bytes: Uint8Array, key?: Uint8Array): Explanation {
  const fields = annotate(bytes, key);
  try {
    if (isRepair(bytes)) {
      const { k, r, index, base, streamId } = readRepair(bytes);
      return {
        fields,
        verdict: `valid repair: ${index} of ${r} for ${counted(k, "frame")} from ${base} of stream ${streamId}`,
      };
    }
    const frame = decode(bytes, { key });
    return { fields, frame, verdict: `valid frame: ${frameText(frame)}`, message: messageText(bytes, key) };
  } catch (error) {
    const rejected = toldOf(error);
    return { fields, rejected, verdict: `rejected: ${rejected.code} (${rejected.clause}): ${rejected.detail}` };
  }
}

function frameText({ type, streamId, frameSeq, slices }: Frame): string {
  const each = slices.map(({ dtype, dims, payload }) => {
    return `${dtypeSaid(BigInt(dtype)).meaning} [${dims.join(", ")}] in ${inBytes(payload.length)}`;
  });
  const listed = each.length === 0 ? "no slices" : each.join("; ");
  return `${typeSaid(BigInt(type)).meaning}, stream 0x${streamId.toString(16)}, frame_seq ${frameSeq}: ${listed}`;
}

/** The message of a valid frame in words: such a frame may still be a message that is rejected. */
function messageText(bytes: Uint8Array, key: Uint8Array | undefined): string {
  try {
    const message = decodeMessage(bytes, { key });
    const parts = Object.entries(message).filter(([name, value]) => name !== "kind" && value !== null);
    const names = parts.map(([name]) => name).join(", ");
    return names === "" ? message.kind : `${message.kind} with ${names}`;
  } catch (error) {
    const { code, clause, detail } = toldOf(error);
    return `no message: ${code} (${clause}): ${detail}`;
  }
}

function toldOf(error: unknown): Fault & { readonly detail: string } {
  if (error instanceof ResonantError) {
    const { code, clause, message } = error;
    return { code, clause, detail: message.slice(message.indexOf(": ") + 2) };
  }
  if (error instanceof MissingTransformError) throw new Error("Zstandard is still loading: try again in a moment");
  throw error;
}
