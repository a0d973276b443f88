import { KEY_BYTES } from "../seal.js";
import {
  COMPRESS,
  type CompressName,
  CRYPTO,
  type CryptoName,
  DTYPES,
  type DtypeName,
  MODALITIES,
  type ModalityName,
} from "./names.js";

/** Which end of a connection a peer is: the client starts it. */
export type Role = "client" | "server";

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
}

/** Everything that this library can do, to start from: `{ ...ALL_FEATURES, spaceHash32, dModel, key }`. */
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
  return {
    ...config,
    modality: known(config.modality, MODALITIES),
    compress: known(config.compress, COMPRESS),
    crypto: known(config.crypto, CRYPTO),
    dtype: known(config.dtype, DTYPES),
    ...(key === undefined ? {} : { key: key.slice() }),
  };
}

function known<Name extends string>(own: readonly Name[], names: readonly Name[]): readonly Name[] {
  return [...new Set(own)].filter((name) => names.includes(name));
}
