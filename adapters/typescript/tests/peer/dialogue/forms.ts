import type { Slice } from "../../../src/frame.js";
import type { PeerConfig } from "../../../src/peer/config.js";
import type { PeerEvent } from "../../../src/peer/event.js";
import type { Json, JsonMembers } from "./expand.js";

// The forms of vectors/dialogues.md and specs/ops, as what the library takes and gives.

export function configOf(config: JsonMembers): PeerConfig {
  const key = config.key === undefined ? {} : { key: Buffer.from(config.key as string, "hex") };
  return {
    embeddingSpaceId: config.embedding_space_id as string,
    spaceHash32: config.space_hash32 as number,
    dModel: config.d_model as number,
    modality: config.modality as never,
    compress: config.compress as never,
    crypto: config.crypto as never,
    dtype: config.dtype as never,
    critique: config.critique as boolean,
    requireCrypto: config.require_crypto as boolean,
    mux: config.mux as never,
    fec: config.fec as never,
    repair: config.repair as never,
    ...key,
  };
}

export function slicesOf(slices: Json[]): Slice[] {
  return slices.map((slice) => {
    const { dtype, dims, payload } = slice as { dtype: number; dims: number[]; payload: string };
    return { dtype, dims, payload: Uint8Array.from(Buffer.from(payload, "hex")) };
  });
}

export function slicesJson(slices: readonly Slice[]): Json[] {
  return slices.map(({ dtype, dims, payload }) => ({
    dtype,
    dims: [...dims],
    payload: Buffer.from(payload).toString("hex"),
  }));
}

/** An event in the form of specs/ops/peer_poll.json, without `link`. */
export function eventJson({ kind, ...members }: PeerEvent): JsonMembers {
  return { event: kind, ...(written(members) as JsonMembers) };
}

const NAMES: { [name: string]: string } = {
  agreedProto: "agreed_proto",
  streamId: "stream_id",
  frameSeq: "frame_seq",
  totalLen: "total_len",
};

function written(value: unknown): Json {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== "object" || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [NAMES[name] ?? name, written(member)]));
}
