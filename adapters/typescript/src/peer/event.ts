import type { Code } from "../errors.js";
import type { Frame, Slice } from "../frame.js";
import type { MuxLimits } from "./config.js";
import type { CompressName, CryptoName, DtypeName, FecName, ModalityName } from "./names.js";

/** Names a frame by its two numbers. */
export interface Ref {
  readonly streamId: number;
  readonly frameSeq: bigint;
}

/** A frame's two numbers as a key. */
export const refKey = ({ streamId, frameSeq }: Ref): string => `${streamId}/${frameSeq}`;

/** What the two peers of a session agreed on: lists in own order, and what this one chose for its own frames. */
export interface Agreement {
  readonly agreedProto: number;
  readonly compress: CompressName;
  readonly crypto: CryptoName;
  readonly dtype: readonly DtypeName[];
  readonly modality: readonly ModalityName[];
  readonly critique: boolean;
  /** The other peer's limits, where multiplexing is agreed. */
  readonly mux?: MuxLimits;
  /** Where both peers said something of it. */
  readonly fec?: FecName;
}

/** A session begins, or is renegotiated. */
export interface Established extends Agreement {
  readonly kind: "established";
}

/** An error of the other peer (with its ref, if it has one), or the failure of this peer's handshake (without). */
export interface ErrorReceived {
  readonly kind: "error_received";
  /** Of the registry as a rule; the other peer may send any text. */
  readonly code: string;
  readonly ref?: Ref;
}

/** A frame was answered with an error. */
export interface ErrorSent extends Ref {
  readonly kind: "error_sent";
  readonly code: Code;
}

/** A data frame is delivered. `readMessage` says what its slices mean. */
export interface Delivered extends Ref {
  readonly kind: "message";
  readonly type: number;
  readonly modality: number;
  readonly slices: readonly Slice[];
}

/** A stream begins. */
export interface Opened {
  readonly kind: "opened";
  readonly streamId: number;
  /** Whether its HEAD gives sizes and hashes. */
  readonly sized: boolean;
}

/** A TAIL came before all of its stream had. */
export interface Incomplete {
  readonly kind: "incomplete";
  readonly streamId: number;
  /** The first 64 numbers that are missing. */
  readonly missing: readonly bigint[];
}

/** A stream is complete, and verified. */
export interface Complete {
  readonly kind: "complete";
  readonly streamId: number;
  readonly frames: bigint;
  readonly totalLen: bigint;
  /** 16 hexadecimal digits (FRM-38). */
  readonly xxhash3_64: string;
}

/** A stream failed. */
export interface Failed {
  readonly kind: "failed";
  readonly streamId: number;
  readonly code: Code;
  /** What differs, of STREAM_CORRUPT; the sender's code, of STREAM_RESET. */
  readonly what?: string;
}

/** The other peer has a stream of this one's, whole and verified. */
export interface Done {
  readonly kind: "done";
  readonly streamId: number;
}

/** A lost frame was computed from repair; what comes of it follows. */
export interface Recovered extends Ref {
  readonly kind: "recovered";
}

/** The other peer is lost, and the session with it. */
export interface Lost {
  readonly kind: "lost";
}

/** A frame was dropped. */
export interface Dropped {
  readonly kind: "dropped";
  readonly code: Code;
}

/** The connection has ended; nothing comes on it any more. */
export interface Closed {
  readonly kind: "closed";
  /** Why, unless one of the two ends closed it between two frames. */
  readonly code?: Code;
}

/** What a peer reports to its application (specs/handshake.md, section 5). */
export type PeerEvent =
  | Established
  | ErrorReceived
  | ErrorSent
  | Delivered
  | Opened
  | Incomplete
  | Complete
  | Failed
  | Done
  | Lost
  | Recovered
  | Dropped
  | Closed;

/** The event of a data frame. */
export function delivered({ streamId, frameSeq, type, modality, slices }: Frame): Delivered {
  return { kind: "message", streamId, frameSeq, type, modality, slices };
}
