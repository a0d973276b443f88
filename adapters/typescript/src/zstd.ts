import * as library from "@bokuweb/zstd-wasm";
import { viewOf } from "./binary.js";
import { MissingTransformError, ResonantError } from "./errors.js";
import { MAX_PLAIN_BYTES, MIN_FRAME_BYTES } from "./frame.js";
import { checkModule, fetchModule, inTime } from "./zstd-module.js";

const MAGIC = 0xfd2fb528;
/** Descriptor -> bytes of its content size field, and what the field has to be increased by (ZST-2, ZST-3). */
const DESCRIPTORS: ReadonlyMap<number, readonly [bytes: number, more: number]> = new Map([
  [0x20, [1, 0]],
  [0x60, [2, 256]],
  [0xa0, [4, 0]],
  [0xe0, [8, 0]],
]);
const BLOCK_HEADER_BYTES = 3;
const Block = { raw: 0, rle: 1, compressed: 2 } as const;
const DEFAULT_LEVEL = 3;

/** Only its build for browsers takes the address, or the bytes, of the module. */
const init: (from?: Uint8Array) => Promise<void> = library.init;
const isForBrowsers = library.init.length > 0;
let loaded = false;
let loading: Promise<void> | undefined;

/**
 * Load Zstandard, which is WebAssembly. Until then a frame with ZSTD is neither read nor written.
 *
 * In a browser `from` is the address of the library's `zstd.wasm`, where it is not beside the script, or its bytes, of which
 * a bundle is made that asks for nothing. Throws an Error where it has not come from there in 30 s, or something else has;
 * with a `from` it can be called again.
 */
export function loadZstd(from?: string | Uint8Array<ArrayBuffer>): Promise<void> {
  loading ??= load(from).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(from: string | Uint8Array<ArrayBuffer> | undefined): Promise<void> {
  await inTime(isForBrowsers && from !== undefined ? init(await moduleFrom(from)) : init());
  loaded = true;
}

async function moduleFrom(from: string | Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (typeof from === "string") return fetchModule(from);
  await checkModule(from, "the bytes given");
  return from;
}

/** One Zstandard frame of the permitted form for a plain body (ZST-9). Throws `PLAIN_TOO_LARGE` by ZST-10. */
export function compress(plain: Uint8Array, level: number = DEFAULT_LEVEL): Uint8Array {
  if (plain.length > MAX_PLAIN_BYTES - MIN_FRAME_BYTES) {
    throw new ResonantError("PLAIN_TOO_LARGE", `a plain body of ${plain.length} bytes`, "ZST-10");
  }
  return compressBody(plain, level);
}

/** The plain body of a Zstandard frame (ZST-10). Throws `BAD_COMPRESSION` and `PLAIN_TOO_LARGE`. */
export function decompress(zstd: Uint8Array): Uint8Array {
  return decompressBody(zstd, 0);
}

/** Compress without a look at the size, which the encoder of a frame has checked. */
export function compressBody(plain: Uint8Array, level: number = DEFAULT_LEVEL): Uint8Array {
  requireLibrary();
  if (!Number.isInteger(level) || level < 1 || level > 22) {
    throw new ResonantError("FIELD_RANGE", `a level of ${level}, not 1 to 22`);
  }
  return library.compress(plain, level);
}

/** Decompress the body of a frame with so many slices. */
export function decompressBody(body: Uint8Array, numSlices: number): Uint8Array {
  requireLibrary();
  const { contentBytes, blocksAt } = readZstdHeader(body);
  if (MIN_FRAME_BYTES + 4 * numSlices + contentBytes > MAX_PLAIN_BYTES) {
    throw new ResonantError("PLAIN_TOO_LARGE", `a content size of ${contentBytes}`, "ZST-4");
  }
  const stored = walkBlocks(body, blocksAt);
  if (stored > contentBytes) throw bad(`${stored} bytes or more, not ${contentBytes}`, "ZST-5");
  let plain: Uint8Array;
  try {
    plain = library.decompress(body);
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error), "ZST-8");
  }
  if (plain.length !== contentBytes) throw bad(`${plain.length} bytes, not ${contentBytes}`, "ZST-5");
  return plain;
}

/** The content size, and where the blocks begin. A size over 2^53 may be inexact, and is far over the limit. */
function readZstdHeader(body: Uint8Array): { contentBytes: number; blocksAt: number } {
  const view = viewOf(body);
  if (body.length < 5 || view.getUint32(0, true) !== MAGIC) throw bad("no magic number", "ZST-1");
  const form = DESCRIPTORS.get(body[4]);
  if (form === undefined) throw bad(`the descriptor 0x${body[4].toString(16)}`, "ZST-2");
  const [bytes, more] = form;
  if (body.length < 5 + bytes) throw bad("it ends inside the content size", "ZST-8");
  let contentBytes = 0;
  for (let at = 4 + bytes; at > 4; at--) contentBytes = contentBytes * 256 + body[at];
  return { contentBytes: contentBytes + more, blocksAt: 5 + bytes };
}

/**
 * Follow the blocks to the end of the frame, which has to be that of the body: the library would read on behind it. Gives
 * how many bytes those make that are not compressed.
 */
function walkBlocks(body: Uint8Array, from: number): number {
  let at = from;
  let stored = 0;
  for (let last = false; !last; ) {
    if (at + BLOCK_HEADER_BYTES > body.length) throw bad("it ends before its last block", "ZST-8");
    const header = body[at] | (body[at + 1] << 8) | (body[at + 2] << 16);
    const kind = (header >>> 1) & 3;
    if (kind > Block.compressed) throw bad("a block of the reserved type", "ZST-8");
    at += BLOCK_HEADER_BYTES + (kind === Block.rle ? 1 : header >>> 3);
    if (kind !== Block.compressed) stored += header >>> 3;
    last = (header & 1) === 1;
  }
  if (at > body.length) throw bad("it ends inside a block", "ZST-8");
  if (at < body.length) throw bad(`${body.length - at} bytes after its end`, "ZST-6");
  return stored;
}

function requireLibrary(): void {
  if (!loaded) throw new MissingTransformError();
}

function bad(detail: string, clause: string): ResonantError {
  return new ResonantError("BAD_COMPRESSION", detail, clause);
}
