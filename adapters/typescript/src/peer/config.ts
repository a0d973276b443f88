import { MAX_TOLERANCE } from "../adapt.js";
import { KEY_BYTES } from "../seal.js";
import {
  COMPRESS,
  type CompressName,
  CRYPTO,
  type CryptoName,
  DTYPES,
  type DtypeName,
  FEC,
  type FecName,
  MODALITIES,
  type ModalityName,
} from "./names.js";

/** Which end of a connection a peer is: the client starts it. */
export type Role = "client" | "server";

/** What a peer lets the other send at once, where both have one of these (specs/mux.md). */
export interface MuxLimits {
  /** How many streams of the other peer may be open, 1 to 1,024. */
  readonly streams: number;
  /** How far each may run ahead of what is delivered of it, 16 to 1,024. */
  readonly frames: number;
}

/** The groups for which a peer sends repair (specs/fec.md). */
export interface RepairGroups {
  /** The frames of a group, 1 to 128. */
  readonly k: number;
  /** The repair datagrams of a group, 1 to 32: so many of its frames may be lost. */
  readonly r: number;
  /** From one frame of a group to the next, 1 to 16. With more than 1 a burst of losses is shared out among groups. */
  readonly step: number;
}

/**
 * How much error the tensors of adaptive messages may have (specs/adaptive.md), in 2^-24 of their energy, 0 to 16,777,216:
 * 167,772 is 20 dB below it, 16,777 is 30 dB, 0 is none.
 */
export interface AdaptiveTolerance {
  readonly tolerance: number;
  /** Those of the keys and of the values of a Cache, where they have others. */
  readonly keys?: number | undefined;
  readonly values?: number | undefined;
  /** Whether they follow the losses of this peer's streams. */
  readonly controller?: boolean | undefined;
}

/** The own values of a peer (specs/handshake.md): what it is, and what it supports in order of preference. */
export interface PeerConfig {
  /** At most 1,024 characters; empty where it names none. */
  readonly embeddingSpaceId: string;
  /** 0 where it names none. */
  readonly spaceHash32: number;
  readonly dModel: number;
  readonly modality: readonly ModalityName[];
  readonly compress: readonly CompressName[];
  readonly crypto: readonly CryptoName[];
  readonly dtype: readonly DtypeName[];
  /** Whether it takes part in Critique messages. */
  readonly critique: boolean;
  /** Whether it insists on sealed frames. */
  readonly requireCrypto: boolean;
  /** The 32 bytes that both ends share, of XCHACHA. */
  readonly key?: Uint8Array | undefined;
  /** Has streams managed: their number and lead are limited, and they can be held, reset and cancelled. */
  readonly mux?: MuxLimits | undefined;
  /** Whether lost datagrams are computed from repair, in order of preference. */
  readonly fec?: readonly FecName[] | undefined;
  /** What repair it sends, where `fec` is agreed; none where it is left out. */
  readonly repair?: RepairGroups | undefined;
  /** Lets it choose the form of tensors; without it adaptive messages are refused. */
  readonly adaptive?: AdaptiveTolerance | undefined;
}

/**
 * What every program can do with this library, to start from: `{ ...ALL_FEATURES, spaceHash32, dModel, key }`. What takes
 * a choice is for the program to add: `mux`, `fec` with `repair`, and `adaptive`.
 */
export const ALL_FEATURES: PeerConfig = {
  embeddingSpaceId: "",
  spaceHash32: 0,
  dModel: 1,
  modality: MODALITIES,
  compress: ["zstd", "none"],
  crypto: ["xchacha20poly1305", "none"],
  dtype: DTYPES,
  critique: true,
  requireCrypto: false,
};

export const SALT_BYTES = 16;
const MAX_SPACE_ID_CHARS = 1024;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Whether a text is an embedding_space_id: it has at most 1,024 code points (HSK-47). */
export function isSpaceId(text: string): boolean {
  if (text.length > 2 * MAX_SPACE_ID_CHARS) return false;
  let count = 0;
  for (const _ of text) count += 1;
  return count <= MAX_SPACE_ID_CHARS;
}

/** A copy of the configuration with the names that the specification knows. Throws RangeError for what no peer can be. */
export function checked(config: PeerConfig): PeerConfig {
  const { embeddingSpaceId, spaceHash32, dModel, key } = config;
  if (!isSpaceId(embeddingSpaceId) || LONE_SURROGATE.test(embeddingSpaceId)) {
    throw new RangeError(`embeddingSpaceId has more than ${MAX_SPACE_ID_CHARS} characters, or a lone surrogate`);
  }
  if (!Number.isInteger(spaceHash32) || spaceHash32 < 0 || spaceHash32 > 0xffff_ffff) {
    throw new RangeError(`spaceHash32 ${spaceHash32} is not a u32`);
  }
  if (!Number.isSafeInteger(dModel) || dModel < 1)
    throw new RangeError(`dModel ${dModel} is not an integer of at least 1`);
  if (key !== undefined && key.length !== KEY_BYTES)
    throw new RangeError(`key has ${key.length} bytes, not ${KEY_BYTES}`);
  checkRanges("mux", config.mux, { streams: [1, 1024], frames: [16, 1024] });
  checkAdaptive(config.adaptive);
  checkRanges("repair", config.repair, { k: [1, 128], r: [1, 32], step: [1, 16] });
  return {
    ...config,
    modality: known(config.modality, MODALITIES),
    compress: known(config.compress, COMPRESS),
    crypto: known(config.crypto, CRYPTO),
    dtype: known(config.dtype, DTYPES),
    mux: config.mux && { streams: config.mux.streams, frames: config.mux.frames },
    fec: config.fec && known(config.fec, FEC),
    adaptive: config.adaptive && { ...config.adaptive },
    ...(key === undefined ? {} : { key: key.slice() }),
  };
}

function checkAdaptive(adaptive: AdaptiveTolerance | undefined): void {
  if (adaptive === undefined) return;
  const { tolerance, keys = tolerance, values = tolerance } = adaptive;
  const range = [0, MAX_TOLERANCE] as const;
  checkRanges("adaptive", { tolerance, keys, values }, { tolerance: range, keys: range, values: range });
}

/** Checks that each member of an own value is an integer in its range. */
function checkRanges<Value extends object>(
  name: string,
  value: Value | undefined,
  ranges: Readonly<Record<keyof Value & string, readonly [least: number, most: number]>>,
): void {
  if (value === undefined) return;
  for (const [member, [least, most]] of Object.entries<readonly [number, number]>(ranges)) {
    const number = (value as Readonly<Record<string, unknown>>)[member] as number;
    if (Number.isInteger(number) && number >= least && number <= most) continue;
    throw new RangeError(`${name}.${member} is ${number}, not ${least} to ${most}`);
  }
}

function known<Name extends string>(own: readonly Name[], names: readonly Name[]): readonly Name[] {
  return [...new Set(own)].filter((name) => names.includes(name));
}
