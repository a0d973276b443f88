/**
 * Your implementation, as the testee calls it: fill in the four functions of the profile frame.
 *
 * Requests are checked before they come here. Return the result, or refuse the input: throw a Refusal with a code of
 * specs/README.md, or without one where your library names none. Catch what your library throws to refuse, and nothing
 * else: any other error ends the process, and the run says so. For more than frame write further functions of
 * Implementation: README.md lists them.
 */
import { type Fields, type Implementation, type Options, Unsupported } from "./testee-kit/index.js";

export const yours: Implementation = {
  hello: { name: "@NAME@", version: "0.1", profiles: ["frame"] },

  /** A frame's fields. The key, of 32 bytes, is there for frames that may be sealed. */
  decode(_frame: Uint8Array, _key?: Uint8Array): Fields {
    throw new Unsupported("decode");
  },

  /** A frame. Fields may be wrong on purpose: what your library would refuse is to be refused. */
  encode(_fields: Fields, _options: Options): Uint8Array {
    throw new Unsupported("encode");
  },

  /** The space_hash32 of an embedding space. */
  spaceHash(_spaceId: string, _arch: string, _dataSig: string): number {
    throw new Unsupported("space_hash");
  },

  /** The strong tail hash: XXH3, 64 bits, seed 0. */
  tailHash(_data: Uint8Array): bigint {
    throw new Unsupported("tail_hash");
  },
};
