import { type Cursor, fault, grouped, inBytes, uint } from "./fields.js";
import { wrong } from "./words.js";

const MAGIC = 0xfd2fb528n;
const HEADER_BYTES = 3;
/** How many blocks have fields of their own. */
const SHOWN_BLOCKS = 10;
const KINDS = ["raw", "RLE", "compressed", "reserved"] as const;
/** Descriptor -> bytes of the content size, and what is added to it (ZST-2, ZST-3). */
const SIZES: ReadonlyMap<number, readonly [bytes: number, more: bigint]> = new Map([
  [0x20, [1, 0n]],
  [0x60, [2, 256n]],
  [0xa0, [4, 0n]],
  [0xe0, [8, 0n]],
]);

/** Take a Zstandard frame of the permitted form (transform.md, section 1). `most`: the greatest content size. */
export function zstdFields(body: Cursor, most: number): void {
  let isZstd = false;
  body.takeUint(4, "magic", (value) => {
    isZstd = value === MAGIC;
    return isZstd ? { meaning: "0xFD2FB528" } : wrong("not 28b52ffd", fault("BAD_COMPRESSION", "ZST-1"));
  });
  const size = isZstd && !body.cut ? takeDescriptor(body) : undefined;
  if (size !== undefined) {
    const [bytes, more] = size;
    body.takeUint(bytes, "content size", (value) => {
      const content = value + more;
      return content > most
        ? wrong(grouped(content), fault("PLAIN_TOO_LARGE", "ZST-4"))
        : { meaning: grouped(content) };
    });
    if (!body.cut) takeBlocks(body);
  }
  body.takeRest("not understood", (rest) => ({ meaning: `${inBytes(rest.length)} of no permitted Zstandard frame` }));
}

function takeDescriptor(body: Cursor): readonly [bytes: number, more: bigint] | undefined {
  const descriptor = body.takeUint(1, "descriptor", (value) => {
    const bytes = SIZES.get(Number(value))?.[0];
    if (bytes !== undefined) return { meaning: `a content size of ${inBytes(bytes)}, single segment` };
    return wrong(
      `0x${value.toString(16).padStart(2, "0")}, not 0x20, 0x60, 0xa0 or 0xe0`,
      fault("BAD_COMPRESSION", "ZST-2"),
    );
  });
  return body.cut ? undefined : SIZES.get(Number(descriptor));
}

interface Block {
  readonly isLast: boolean;
  readonly kind: (typeof KINDS)[number];
  readonly size: number;
  /** The bytes behind its header. */
  readonly stored: number;
}

function blockOf(header: Uint8Array): Block {
  const value = Number(uint(header));
  const kind = KINDS[(value >>> 1) & 3];
  const size = value >>> 3;
  return { isLast: (value & 1) === 1, kind, size, stored: kind === "RLE" ? 1 : kind === "reserved" ? 0 : size };
}

function takeBlocks(body: Cursor): void {
  let block: Block | undefined;
  for (let shown = 0; shown < SHOWN_BLOCKS && block?.isLast !== true; shown++) {
    body.take(HEADER_BYTES, "block header", (bytes) => {
      block = blockOf(bytes);
      const text = `${block.isLast ? "last" : "not last"}, ${block.kind}, ${blockSize(block)}`;
      return block.kind === "reserved" ? wrong(text, fault("BAD_COMPRESSION", "ZST-8")) : { meaning: text };
    });
    if (body.cut || block === undefined || block.kind === "reserved") return;
    const { kind, stored, size } = block;
    if (stored > 0) body.take(stored, kind, () => ({ meaning: kind === "RLE" ? "the byte repeated" : inBytes(size) }));
    if (body.cut) return;
  }
  if (block?.isLast !== true) takeMoreBlocks(body);
  body.takeRest("not understood", (rest) =>
    wrong(`${inBytes(rest.length)} after the end of the Zstandard frame`, fault("BAD_COMPRESSION", "ZST-6")),
  );
}

const blockSize = ({ kind, size }: Block): string => (kind === "RLE" ? `${grouped(size)} times` : inBytes(size));

/** Take the blocks that have no fields of their own as one, to the last one or to where they break off. */
function takeMoreBlocks(body: Cursor): void {
  let at = 0;
  let count = 0;
  for (let isLast = false; !isLast; count++) {
    const header = body.peek(HEADER_BYTES, at);
    if (header.length < HEADER_BYTES) break;
    const block = blockOf(header);
    const end = at + HEADER_BYTES + block.stored;
    if (block.kind === "reserved" || end > body.left) break;
    at = end;
    isLast = block.isLast;
  }
  if (at > 0) body.take(at, "blocks", () => ({ meaning: `… ${grouped(count)} more` }));
}
