/** Every reject code (specs/README.md), with the clause that demands it first. */
export const CODES = {
  // Of received frames, in the order in which a receiver checks (FRM-29).
  FRAME_TOO_SHORT: "FRM-25",
  FRAME_TOO_LARGE: "FRM-26",
  BAD_VERSION: "FRM-2",
  CRC_MISMATCH: "FRM-24",
  BAD_TYPE: "FRM-3",
  RESERVED_FLAGS: "FRM-39",
  BAD_SLICE_TABLE: "FRM-8",
  BAD_MODALITY: "FRM-11",
  PLAIN_TOO_LARGE: "FRM-27",
  KEY_REQUIRED: "XCH-4",
  DECRYPT_FAILED: "XCH-5",
  BAD_COMPRESSION: "ZST-1",
  BAD_DTYPE: "FRM-14",
  BAD_RANK: "FRM-15",
  LENGTH_MISMATCH: "FRM-17",
  TRUNCATED_BODY: "FRM-21",
  TRAILING_BYTES: "FRM-22",
  // Of messages, which come after those above (MSG-6).
  BAD_SLOTS: "MSG-1",
  BAD_SCALE: "MSG-8",
  BAD_INDEX: "SPR-2",
  BAD_MASK: "MSG-11",
  BAD_JSON: "MSG-13",
  // Not of received frames.
  BAD_SPACE_ID: "SPC-4",
  NON_FINITE: "QNT-3",
  FIELD_RANGE: "FRM-36",
  NOT_RECOVERABLE: "RSC-6",
  TOLERANCE: "ADA-8",
  BUDGET: "ADA-8",
  // Of peers, sent in an error.
  UNSUPPORTED_VERSION: "HSK-11",
  SPACE_MISMATCH: "HSK-11",
  HANDSHAKE_REQUIRED: "HSK-57",
  ENCRYPTION_REQUIRED: "HSK-46",
  UNSUPPORTED_FEATURE: "HSK-57",
  UNSUPPORTED_MODALITY: "HSK-57",
  BAD_MESSAGE: "HSK-11",
  UNSUPPORTED_DTYPE: "HSK-57",
  STREAM_FLAG_MISMATCH: "STM-26",
  STREAM_INCOMPLETE: "STM-12",
  STREAM_CORRUPT: "STM-16",
  STREAM_TIMEOUT: "STM-18",
  FLOW_CONTROL: "MUX-14",
  STREAM_LIMIT: "MUX-22",
  STREAM_CANCELLED: "MUX-26",
  // Of peers, never sent.
  HANDSHAKE_TIMEOUT: "HSK-21",
  CRYPTO_REQUIRED: "HSK-27",
  STREAM_RESET: "MUX-27",
  STREAM_STATE: "HSK-30",
  // Of frames that peers drop.
  REFLECTED: "HSK-32",
  DUPLICATE: "HSK-34",
  STALE: "HSK-34",
  IGNORED: "HSK-29",
  REPLY_LIMIT: "HSK-42",
  BUFFER_LIMIT: "STM-8",
  AFTER_TAIL: "STM-15",
  CLOSED: "STM-19",
  NOT_BINARY: "RTC-6",
  BAD_REPAIR: "FEC-14",
  REPAIR_MISMATCH: "FEC-16",
  // Of connections that are closed.
  TRUNCATED_FRAME: "TCP-11",
  FRAME_TIMEOUT: "TCP-8",
  CONNECTION_RESET: "TCP-12",
  STREAM_MISMATCH: "QUI-7",
  STREAM_CREATION: "QUI-11",
} as const;

/** A reject code. */
export type Code = keyof typeof CODES;

/** The one error that an input can cause: it is rejected, for the reason that `code` names. */
export class ResonantError extends Error {
  override readonly name = "ResonantError";
  readonly code: Code;
  /** The clause of specs/ that demands it. */
  readonly clause: string;

  /** An error of that code; the detail is for people. Without a clause it is the first that demands the code. */
  constructor(code: Code, detail: string, clause: string = CODES[code]) {
    super(`${code} (${clause}): ${detail}`);
    this.code = code;
    this.clause = clause;
  }
}

/** A frame needs a transform that is not loaded, which is no reject (frame.md, section 4). */
export class MissingTransformError extends Error {
  override readonly name = "MissingTransformError";
  readonly transform = "zstd";

  constructor() {
    super("Zstandard is not loaded: await loadZstd() first");
  }
}
