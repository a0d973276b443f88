import type { Code } from "../errors.js";
import { Dtype, Flag, type Frame } from "../frame.js";
import { readObject } from "../json/read.js";
import type { JsonObject } from "../json/value.js";
import type { MuxLimits, Role } from "./config.js";
import type { Ref } from "./event.js";
import { fits, isXxh3, required } from "./fields.js";
import { CAPABILITY, ERROR, FEC, LIMIT, MUX, PING, QUALITY, RESET, SIZES, TAIL, URGENCY } from "./forms.js";

/** The lists of a ping or a capability; undefined where one is missing. */
export interface Lists {
  readonly modality: readonly string[] | undefined;
  readonly compress: readonly string[] | undefined;
  readonly crypto: readonly string[] | undefined;
  readonly dtype: readonly string[] | undefined;
}

/** What a ping or a capability says of an embedding space. What is missing names none. */
export interface Space {
  readonly embeddingSpaceId: string;
  readonly spaceHash32: number;
}

export interface Ping extends Space {
  readonly v: number;
  readonly lists: Lists;
  readonly critique: boolean;
  readonly mux: MuxLimits | undefined;
  readonly fec: readonly string[] | undefined;
}

export interface Capability extends Space {
  readonly agreedProto: number;
  readonly lists: Lists;
  readonly critique: boolean;
  readonly requireCrypto: boolean;
  readonly mux: MuxLimits | undefined;
  readonly fec: readonly string[] | undefined;
}

export interface SyncError {
  readonly code: string;
  readonly ref: Ref | undefined;
  readonly missing: readonly bigint[];
}

/** The sizes and hashes of a stream, as HEAD may announce them. */
export interface Sizes {
  readonly frames: bigint;
  readonly totalLen: bigint;
  /** 32 hexadecimal digits. */
  readonly md5: string;
  /** 16 hexadecimal digits. */
  readonly xxhash3_64: string;
}

export interface Head {
  readonly sizes: Sizes | undefined;
}

/** What a peer takes notice of besides what all do. */
export interface Notice {
  /** Whether it has an own value `mux`, and an own value `fec`. */
  readonly mux: boolean;
  readonly fec: boolean;
  /** Whether the methods of multiplexing are known (MUX-33), and whether it is agreed. */
  readonly knowsMux: boolean;
  readonly isManaged: boolean;
  /** Whether it has an own value `adaptive`, and a session. */
  readonly isAdaptive: boolean;
}

export interface Tail {
  readonly frames: bigint;
  readonly totalLen: bigint;
  readonly xxhash3_64: string | undefined;
}

/**
 * A Sync frame by its method. What belongs to one is undefined where it is malformed (HSK-10). `other` is a method that
 * nobody knows, `unreadable` what has none.
 */
export type Sync =
  | { readonly kind: "ping"; readonly ping: Ping | undefined }
  | { readonly kind: "capability"; readonly capability: Capability | undefined }
  | { readonly kind: "error"; readonly error: SyncError | undefined }
  | { readonly kind: "head"; readonly head: Head | undefined }
  | { readonly kind: "tail"; readonly tail: Tail | undefined }
  | { readonly kind: "credit"; readonly limit: bigint | undefined }
  | { readonly kind: "blocked"; readonly limit: bigint | undefined }
  | { readonly kind: "done" }
  | { readonly kind: "reset"; readonly code: string | undefined }
  | { readonly kind: "quality"; readonly tolerance: number | undefined }
  | { readonly kind: "heart" }
  | { readonly kind: "other" }
  | { readonly kind: "unreadable"; readonly code: Code };

/** The direction of what a role sends (STM-2). */
export const directionOf = (sender: Role): string => (sender === "client" ? "up" : "down");

const NOTHING: Notice = { mux: false, fec: false, knowsMux: false, isManaged: false, isAdaptive: false };

/** What a Sync frame says, and in which form. `sender`: the role of whoever sent it. */
export function readSync(frame: Frame, sender: Role, notice: Notice = NOTHING): Sync {
  const [slice] = frame.slices;
  if (slice === undefined) return { kind: "heart" };
  const unreadable = (code: Code): Sync => ({ kind: "unreadable", code });
  if (slice.dtype !== Dtype.I8) return unreadable("BAD_SLOTS"); // MSG-3
  if (slice.dims.length !== 1) return unreadable("BAD_JSON"); // MSG-13
  let object: JsonObject;
  try {
    object = readObject(slice.payload);
  } catch {
    return unreadable("BAD_JSON");
  }
  if (frame.slices.length > 1) return unreadable("BAD_SLOTS"); // MSG-2
  if (typeof object.method !== "string") return unreadable("BAD_JSON"); // HSK-19
  const own = { ...(notice.mux && MUX), ...(notice.fec && FEC) };
  switch (object.method) {
    case "ping":
      return { kind: "ping", ping: fits(object, { ...PING, ...own }) ? pingOf(object, notice) : undefined };
    case "capability":
      return {
        kind: "capability",
        capability: fits(object, { ...CAPABILITY, ...own }) ? capabilityOf(object, notice) : undefined,
      };
    case "error":
      return { kind: "error", error: fits(object, ERROR) ? errorOf(object) : undefined };
    case "head":
      return { kind: "head", head: headOf(frame, object, sender, notice) };
    case "tail":
      return { kind: "tail", tail: tailOf(frame, object) };
    case "quality":
      return notice.isAdaptive ? { kind: "quality", tolerance: toleranceOf(object) } : { kind: "other" };
    default:
      return notice.knowsMux ? managingOf(frame, object) : { kind: "other" };
  }
}

/** A message about a managed stream (MUX-6); a HEAD has number 0, so neither a blocked nor a reset can. */
function managingOf(frame: Frame, object: JsonObject): Sync {
  const limit = fits(object, LIMIT) ? BigInt(object.limit as string) : undefined;
  const isBehindHead = frame.frameSeq > 0n;
  switch (object.method) {
    case "credit":
      return { kind: "credit", limit };
    case "blocked":
      return { kind: "blocked", limit: isBehindHead ? limit : undefined };
    case "done":
      return { kind: "done" };
    case "reset":
      return { kind: "reset", code: isBehindHead && fits(object, RESET) ? (object.code as string) : undefined };
    default:
      return { kind: "other" };
  }
}

// The functions below read members that fit their tables.

type Fitting = { readonly [name: string]: never } & JsonObject;

function toleranceOf(object: JsonObject): number | undefined {
  return fits(object, QUALITY) ? (object as Fitting).tolerance : undefined; // ADA-15
}

function spaceOf(object: JsonObject): Space {
  const { embedding_space_id: id = "", space_hash32: hash = 0 } = object as Fitting;
  return { embeddingSpaceId: id, spaceHash32: hash };
}

function listsOf(object: JsonObject, supports: JsonObject): Lists {
  const { modality, compress, crypto } = object as Fitting;
  return { modality, compress, crypto, dtype: (supports as Fitting).dtype };
}

/** What only peers with own values of their own read. */
function extrasOf(object: JsonObject, notice: Notice): Pick<Ping, "mux" | "fec"> {
  const { mux, fec } = object as Fitting;
  return { mux: notice.mux ? mux : undefined, fec: notice.fec ? fec : undefined };
}

function pingOf(object: JsonObject, notice: Notice): Ping {
  const { v = 1, supports = {} } = object as Fitting;
  const { critique = false } = supports as Fitting;
  return { v, ...spaceOf(object), lists: listsOf(object, supports), critique, ...extrasOf(object, notice) };
}

function capabilityOf(object: JsonObject, notice: Notice): Capability {
  const { agreed_proto: agreedProto, supports } = object as Fitting;
  const { critique, require_crypto: requireCrypto = false } = supports as Fitting;
  return {
    agreedProto: agreedProto as number,
    ...spaceOf(object),
    lists: listsOf(object, supports as JsonObject),
    critique: critique as boolean,
    requireCrypto,
    ...extrasOf(object, notice),
  };
}

function errorOf(object: JsonObject): SyncError {
  const { code, ref, missing = [] } = object as Fitting;
  return {
    code: code as string,
    ref: ref === undefined ? undefined : refOf(ref),
    missing: (missing as string[]).map(BigInt),
  };
}

function refOf(object: JsonObject): Ref {
  const { stream_id: streamId, frame_seq: frameSeq } = object as Fitting;
  return { streamId: streamId as number, frameSeq: BigInt(frameSeq as string) };
}

function headOf(frame: Frame, object: JsonObject, sender: Role, { isManaged }: Notice): Head | undefined {
  if (frame.frameSeq !== 0n || object.dir !== directionOf(sender)) return undefined; // STM-2
  if (isManaged && !fits(object, URGENCY)) return undefined; // MUX-6
  if (!Object.keys(SIZES).some((name) => name in object)) return { sizes: undefined };
  if (!fits(object, SIZES)) return undefined;
  const { md5, xxhash3_64 } = object as Fitting;
  return { sizes: { ...countsOf(object), md5: md5 as string, xxhash3_64: xxhash3_64 as string } };
}

function tailOf(frame: Frame, object: JsonObject): Tail | undefined {
  if (frame.frameSeq === 0n || !fits(object, TAIL)) return undefined; // STM-2
  const strong = (frame.flags & Flag.STRONG_TAIL) !== 0;
  if (strong !== "xxhash3_64" in object || (strong && !fits(object, { xxhash3_64: required(isXxh3) })))
    return undefined;
  return { ...countsOf(object), xxhash3_64: object.xxhash3_64 as string | undefined };
}

function countsOf(object: JsonObject): { frames: bigint; totalLen: bigint } {
  return { frames: BigInt(object.frames as string), totalLen: BigInt(object.total_len as string) };
}
