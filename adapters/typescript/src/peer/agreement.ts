import type { MuxLimits, PeerConfig } from "./config.js";
import type { Agreement } from "./event.js";
import { type CompressName, type CryptoName, type FecName, NEVER_AGREED } from "./names.js";
import type { Session } from "./state.js";
import type { Capability, Lists, Ping, Space } from "./sync.js";

/** The lists of a peer, or what two peers have of them in common. */
type Agreed = Pick<PeerConfig, "modality" | "compress" | "crypto" | "dtype">;

/** Whether two peers name different embedding spaces (HSK-12, HSK-24). */
export function differ(one: Space, other: Space): boolean {
  const ids = one.embeddingSpaceId !== "" && other.embeddingSpaceId !== "";
  const hashes = one.spaceHash32 !== 0 && other.spaceHash32 !== 0;
  return (ids && one.embeddingSpaceId !== other.embeddingSpaceId) || (hashes && one.spaceHash32 !== other.spaceHash32);
}

/** What a client's ping lists as its crypto (HSK-20). */
export function offeredCrypto(config: PeerConfig): readonly CryptoName[] {
  return config.crypto.filter((name) => config.key !== undefined || name !== "xchacha20poly1305");
}

/** What of a peer's own lists the other peer lists, too; a list that it lacks removes nothing (HSK-14, HSK-25). */
export function inCommon(config: PeerConfig, lists: Lists): Agreed {
  return {
    modality: shared(config.modality, lists.modality),
    compress: shared(config.compress, lists.compress),
    crypto: shared(offeredCrypto(config), lists.crypto),
    dtype: shared(config.dtype, lists.dtype),
  };
}

function shared<Name extends string>(own: readonly Name[], others: readonly string[] | undefined): readonly Name[] {
  const names = others === undefined ? undefined : new Set(others);
  return own.filter((name) => !NEVER_AGREED.has(name) && (names === undefined || names.has(name)));
}

/** What of a peer's own list `fec` the other lists, too; undefined unless both have one (FEC-7). */
export function fecInCommon(config: PeerConfig, fec: readonly string[] | undefined): readonly FecName[] | undefined {
  return config.fec && fec && config.fec.filter((name) => fec.includes(name));
}

/** What a server agrees on with the client of a ping. */
export function serverSession(config: PeerConfig, ping: Ping, streamId: number): Session {
  const agreed = inCommon(config, ping.lists);
  const extras = extrasOf(config, ping);
  return session(agreed, extras, config.critique && ping.critique, config.requireCrypto, ping.spaceHash32, streamId);
}

/** What a client agrees on with the server of a capability. */
export function clientSession(config: PeerConfig, capability: Capability, streamId: number): Session {
  const agreed = inCommon(config, capability.lists);
  const extras = extrasOf(config, capability);
  const seal = config.requireCrypto || capability.requireCrypto;
  return session(agreed, extras, config.critique && capability.critique, seal, capability.spaceHash32, streamId);
}

/** What is agreed only where both peers have a value for it (MUX-3, FEC-7). */
interface Extras {
  /** The limits of the other peer. */
  readonly mux: MuxLimits | undefined;
  readonly fec: readonly FecName[] | undefined;
}

function extrasOf(config: PeerConfig, { mux, fec }: Pick<Ping, "mux" | "fec">): Extras {
  return {
    mux: config.mux && mux && { streams: mux.streams, frames: mux.frames },
    fec: fecInCommon(config, fec),
  };
}

function session(
  agreed: Agreed,
  { mux, fec }: Extras,
  critique: boolean,
  seal: boolean,
  otherSpaceHash32: number,
  streamId: number,
): Session {
  const compress: CompressName = agreed.compress[0] ?? "none";
  const sealing = seal ? agreed.crypto.find((name) => name !== "none") : undefined; // HSK-26
  const crypto: CryptoName = sealing ?? agreed.crypto[0] ?? "none";
  const agreement: Agreement = {
    agreedProto: 1,
    compress,
    crypto,
    dtype: agreed.dtype,
    modality: agreed.modality,
    critique,
    ...(mux && { mux }), // MUX-5
    ...(fec && { fec: fec[0] ?? "none" }), // FEC-8
  };
  return {
    agreement,
    knowsMux: mux !== undefined,
    compress: new Set(agreed.compress),
    crypto: new Set(agreed.crypto),
    takesRepair: fec?.includes("rs8") ?? false,
    otherSpaceHash32,
    streamId,
  };
}
