import { sha256 } from "@noble/hashes/sha2.js";
import { viewOf } from "./binary.js";
import { ResonantError } from "./errors.js";

/** The space_hash32 of an embedding space (SPC-1 to SPC-3). Throws `BAD_SPACE_ID` for an empty part or one with `:`. */
export function spaceHash32(spaceId: string, arch: string, dataSig: string): number {
  const parts = { spaceId, arch, dataSig };
  for (const [name, part] of Object.entries(parts)) {
    if (part === "" || part.includes(":"))
      throw new ResonantError("BAD_SPACE_ID", `${name} is ${JSON.stringify(part)}`);
    if (/\p{Surrogate}/u.test(part)) throw new ResonantError("FIELD_RANGE", `${name} has half of a surrogate pair`);
  }
  const digest = sha256(new TextEncoder().encode(`${spaceId}:${arch}:${dataSig}`));
  return viewOf(digest).getUint32(0, true) || 1; // 0 in a frame means that no space is named
}
