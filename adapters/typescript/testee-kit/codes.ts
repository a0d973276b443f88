import { toHex } from "./hex.js";
import { type Implementation, Unsupported } from "./implementation.js";
import type { Op } from "./ops.js";

const SOURCES = ["f16", "f32", "bf16"] as const;
const DTYPES = ["f16", "i8", "q4", "sparse"] as const;

/** The ops rs_encode, rs_decode, repair_encode, repair_decode and adapt over an implementation. */
export function codeOps(yours: Implementation): Map<string, Op> {
  return new Map<string, Op>([
    [
      "rs_encode",
      (input) => {
        const given = [input.u32("k"), input.u32("r"), input.bytesEach("shards")] as const;
        input.done();
        if (yours.rsEncode === undefined) throw new Unsupported("rs_encode");
        return { parity: yours.rsEncode(...given).map(toHex) };
      },
    ],
    [
      "rs_decode",
      (input) => {
        const given = [input.u32("k"), input.u32("r"), input.bytesOrNulls("shards")] as const;
        input.done();
        if (yours.rsDecode === undefined) throw new Unsupported("rs_decode");
        return { shards: yours.rsDecode(...given).map(toHex) };
      },
    ],
    [
      "repair_encode",
      (input) => {
        const group = {
          streamId: input.u32("stream_id"),
          base: input.u64("base"),
          r: input.u32("r"),
          step: input.u32("step"),
        };
        const frames = input.bytesEach("frames");
        input.done();
        if (yours.repairEncode === undefined) throw new Unsupported("repair_encode");
        return { repair: yours.repairEncode(group, frames).map(toHex) };
      },
    ],
    [
      "repair_decode",
      (input) => {
        const given = [input.bytesEach("repair", 1), input.bytesEach("frames")] as const;
        input.done();
        if (yours.repairDecode === undefined) throw new Unsupported("repair_decode");
        return { frames: yours.repairDecode(...given).map(toHex) };
      },
    ],
    [
      "adapt",
      (input) => {
        const safe = (name: string) => input.integer(name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
        const given = {
          source: input.oneOf("source", SOURCES),
          data: input.bytes("data"),
          dims: input.u32s("dims", 1, 255),
          allow: input.oneOfEach("allow", DTYPES),
          tolerance: safe("tolerance"),
          budget: input.optional("budget", safe),
        };
        input.done();
        if (yours.adapt === undefined) throw new Unsupported("adapt");
        const members = Object.entries(yours.adapt(given));
        return Object.fromEntries(
          members.map(([name, value]) => [name, typeof value === "string" ? value : toHex(value)]),
        );
      },
    ],
  ]);
}
