import { isSpaceId, MAX_TOLERANCE, type PeerConfig } from "../src/index.js";
import { BadRequest } from "../testee-kit/implementation.js";
import type { Input } from "../testee-kit/input.js";

/** The own values of a peer, and its salt, as specs/ops/peer_open.json has them. */
export function readConfig(input: Input): { config: PeerConfig; salt: Uint8Array } {
  const config: PeerConfig = {
    embeddingSpaceId: input.text("embedding_space_id"),
    spaceHash32: input.u32("space_hash32"),
    dModel: input.integer("d_model", 1, Number.MAX_SAFE_INTEGER),
    // The peer ignores names that it does not know (HSK-8).
    modality: input.texts("modality") as PeerConfig["modality"][number][],
    compress: input.texts("compress") as PeerConfig["compress"][number][],
    crypto: input.texts("crypto") as PeerConfig["crypto"][number][],
    dtype: input.texts("dtype") as PeerConfig["dtype"][number][],
    critique: input.boolean("critique"),
    requireCrypto: input.boolean("require_crypto"),
    key: input.optional("key", (name) => input.bytes(name, 32)),
    mux: input.optional("mux", (name) => input.within(name, readMux)),
    // What this library does not know of fec it ignores as well.
    fec: input.optional("fec", (name) => input.texts(name) as NonNullable<PeerConfig["fec"]>[number][]),
    repair: input.optional("repair", (name) => input.within(name, readRepair)),
    adaptive: input.optional("adaptive", (name) => input.within(name, readAdaptive)),
  };
  if (!isSpaceId(config.embeddingSpaceId)) throw new BadRequest("embedding_space_id is too long");
  return { config, salt: input.bytes("salt", 16) };
}

const readMux = (input: Input) => ({
  streams: input.integer("streams", 1, 1024),
  frames: input.integer("frames", 16, 1024),
});

const readRepair = (input: Input) => ({
  k: input.integer("k", 1, 128),
  r: input.integer("r", 1, 32),
  step: input.integer("step", 1, 16),
});

const readTolerance = (input: Input) => (name: string) => input.integer(name, 0, MAX_TOLERANCE);

const readAdaptive = (input: Input) => ({
  tolerance: readTolerance(input)("tolerance"),
  keys: input.optional("keys", readTolerance(input)),
  values: input.optional("values", readTolerance(input)),
  controller: input.optional("controller", (name) => input.boolean(name)),
});
