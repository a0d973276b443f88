import { MAX_TOLERANCE } from "../adapt.js";
import { isSpaceId } from "./config.js";
import {
  isBoolean,
  isInteger,
  isMd5,
  isPositive,
  isResetCode,
  isText,
  isTexts,
  isU32,
  isU64,
  isU64s,
  isWithin,
  isXxh3,
  objectOf,
  optional,
  required,
  type Table,
} from "./fields.js";

// The members of Sync objects by their methods.

const SPACE: Table = {
  d_model: optional(isPositive),
  embedding_space_id: optional((value) => typeof value === "string" && isSpaceId(value)),
  space_hash32: optional(isU32),
};
const SUPPORTS: Table = {
  critique: optional(isBoolean),
  dtype: optional(isTexts),
  require_crypto: optional(isBoolean),
};
const LISTS: Table = { modality: optional(isTexts), compress: optional(isTexts), crypto: optional(isTexts) };

const all = (table: Table, ...names: string[]): Table =>
  Object.fromEntries(
    Object.entries(table).map(([name, member]) => [name, names.includes(name) ? required(member.test) : member]),
  );

const { require_crypto: _, ...PING_SUPPORTS } = SUPPORTS;
export const PING: Table = {
  ts: required(isInteger),
  v: optional(isInteger),
  ...SPACE,
  ...LISTS,
  supports: optional(objectOf(PING_SUPPORTS)),
};
export const CAPABILITY: Table = {
  v: required(isInteger),
  agreed_proto: required(isInteger),
  ...all(SPACE, "d_model", "embedding_space_id", "space_hash32"),
  ...all(LISTS, "compress", "crypto"),
  supports: required(objectOf(all(SUPPORTS, "critique", "dtype"))),
};
const REF: Table = { stream_id: required(isU32), frame_seq: required(isU64) };
export const ERROR: Table = {
  code: required(isText),
  message: required(isText),
  ref: optional(objectOf(REF)),
  missing: optional(isU64s),
};
export const SIZES: Table = {
  frames: required(isU64),
  total_len: required(isU64),
  md5: required(isMd5),
  xxhash3_64: required(isXxh3),
};
export const MUX: Table = {
  mux: optional(objectOf({ streams: required(isWithin(1, 1024)), frames: required(isWithin(16, 1024)) })),
};
export const FEC: Table = { fec: optional(isTexts) };
export const LIMIT: Table = { limit: required(isU64) };
export const QUALITY: Table = { tolerance: required(isWithin(0, MAX_TOLERANCE)) };
export const RESET: Table = { code: required(isResetCode) };
export const URGENCY: Table = { urgency: optional(isWithin(0, 7)) };
export const TAIL: Table = { frames: required(isU64), total_len: required(isU64) };
