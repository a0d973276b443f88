import { toHex } from "./hex.js";
import { type Implementation, Unsupported } from "./implementation.js";
import type { Op } from "./ops.js";

/** The ops tcp_split and tcp_join over an implementation. */
export function framingOps(yours: Implementation): Map<string, Op> {
  return new Map<string, Op>([
    [
      "tcp_split",
      (input) => {
        const given = [input.bytesEach("chunks"), input.boolean("ended")] as const;
        input.done();
        if (yours.tcpSplit === undefined) throw new Unsupported("tcp_split");
        const { frames, end, held } = yours.tcpSplit(...given);
        return { frames: frames.map(toHex), end, held };
      },
    ],
    [
      "tcp_join",
      (input) => {
        const frames = input.bytesEach("frames");
        input.done();
        if (yours.tcpJoin === undefined) throw new Unsupported("tcp_join");
        return { bytes: toHex(yours.tcpJoin(frames)) };
      },
    ],
  ]);
}
