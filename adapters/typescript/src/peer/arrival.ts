import { decode } from "../decode.js";
import { type Code, MissingTransformError, ResonantError } from "../errors.js";
import { Flag, type Frame, MessageType } from "../frame.js";
import { type Ref, refKey } from "./event.js";
import type { State } from "./state.js";
import { readSync, type Sync } from "./sync.js";

/** What a received frame is: data, or Sync of some method. */
export type Content = { readonly kind: "data" } | Sync;

/** A received frame on its way through the checks. */
export interface Arrival {
  /** As received. */
  readonly bytes: Uint8Array;
  readonly frame: Frame;
  readonly ref: Ref;
  readonly key: string;
  readonly content: Content;
  readonly sealed: boolean;
  readonly strong: boolean;
  /** Whether its number counts: a peer that requires crypto takes no notice of those of unsealed frames (HSK-35). */
  readonly numbered: boolean;
  /** Whether it is a ping, capability, error or of multiplexing: these never wait, and are taken on closed streams. */
  readonly exempt: boolean;
}

const EXEMPT: ReadonlySet<string> = new Set(["ping", "capability", "error", "credit", "blocked", "done", "reset"]);

/** The frame that bytes are, or why they are none (HSK-31). */
export function arrivalOf(state: State, bytes: Uint8Array): Arrival | Code {
  let frame: Frame;
  try {
    frame = decode(bytes, { key: state.config.key });
  } catch (error) {
    if (error instanceof ResonantError) return error.code;
    if (error instanceof MissingTransformError) return "BAD_COMPRESSION";
    throw error;
  }
  const content: Content =
    frame.type === MessageType.Sync ? readSync(frame, state.otherRole, state.notice) : { kind: "data" };
  const ref = { streamId: frame.streamId, frameSeq: frame.frameSeq };
  const sealed = (frame.flags & Flag.XCHACHA) !== 0;
  return {
    bytes,
    frame,
    ref,
    key: refKey(ref),
    content,
    sealed,
    strong: (frame.flags & Flag.STRONG_TAIL) !== 0,
    numbered: sealed || !state.config.requireCrypto,
    exempt: EXEMPT.has(content.kind),
  };
}
