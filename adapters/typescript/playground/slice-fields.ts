import { type Cursor, fault, grouped, inBytes, uint } from "./fields.js";
import { dimsText, dtypeSaid, payloadSaid, rankSaid, wrong } from "./words.js";

/** How many slices have fields of their own. */
const SHOWN_SLICES = 10;

/** Take a plain body (frame.md, section 2), whose lengths are those of the table. */
export function sliceFields(plain: Cursor, sliceLen: readonly number[]): void {
  for (let index = 0; index < Math.min(sliceLen.length, SHOWN_SLICES) && !plain.cut; index++) {
    takeSlice(plain, `slice ${index}`, sliceLen[index]);
  }
  const more = sliceLen.slice(SHOWN_SLICES);
  if (more.length > 0 && !plain.cut) {
    plain.take(skipped(plain, more), "slices", () => ({ meaning: `… ${grouped(more.length)} more` }));
  }
  plain.takeRest("not understood", (rest) =>
    plain.cut
      ? { meaning: inBytes(rest.length) }
      : wrong(`${inBytes(rest.length)} after the last slice`, fault("TRAILING_BYTES")),
  );
}

function takeSlice(plain: Cursor, name: string, length: number): void {
  const dtype = Number(plain.takeUint(1, `${name} dtype`, dtypeSaid));
  const rank = plain.cut ? 0 : Number(plain.takeUint(1, `${name} rank`, rankSaid));
  let dims: number[] = [];
  if (rank > 0) {
    plain.take(4 * rank, `${name} dims`, (bytes) => {
      dims = Array.from({ length: rank }, (_, at) => Number(uint(bytes.subarray(4 * at, 4 * at + 4))));
      return { meaning: dimsText(dims) };
    });
  }
  if (!plain.cut) plain.take(length, `${name} payload`, (payload) => payloadSaid(dtype, dims, payload));
}

/** The bytes of the slices that have no fields of their own; more than are left where they do not fit. */
function skipped(plain: Cursor, sliceLen: readonly number[]): number {
  let at = 0;
  for (const length of sliceLen) {
    if (at >= plain.left) break;
    const [, rank = 0] = plain.peek(2, at);
    at += 2 + 4 * rank + length;
  }
  return at;
}
