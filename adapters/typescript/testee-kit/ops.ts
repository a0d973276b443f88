import { codeOps } from "./codes.js";
import { readFields, showFields } from "./fields.js";
import { framingOps } from "./framing.js";
import { toHex } from "./hex.js";
import { type Fields, type Implementation, Refusal, type Sealing, Unsupported } from "./implementation.js";
import type { Input } from "./input.js";

/** Performs one kind of request. Gives its `ok`, or throws Refusal, Unsupported or BadRequest. */
export type Op = (input: Input) => object;

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const SOURCES = ["f16", "f32", "bf16"] as const;

/** The ops over an implementation by their names, but for those on peers. */
export function opsOf(yours: Implementation): ReadonlyMap<string, Op> {
  return new Map([
    ...frameOps(yours),
    ...transformOps(yours),
    ...tensorOps(yours),
    ...framingOps(yours),
    ...codeOps(yours),
  ]);
}

function frameOps(yours: Implementation): Map<string, Op> {
  const call = callerOf(yours);
  return new Map<string, Op>([
    [
      "decode",
      (input) => {
        const given = [input.bytes("frame"), keyOf(input)] as const;
        input.done();
        return { fields: showFields(decoded(yours, ...given)) };
      },
    ],
    [
      "encode",
      (input) => {
        const options = { key: keyOf(input), nonce: nonceOf(input), level: levelOf(input) };
        const fields = input.within("fields", readFields);
        input.done();
        needClaimed(yours, fields.flags);
        return { frame: toHex(call("encode", fields, options)) };
      },
    ],
    [
      "space_hash",
      (input) => {
        const given = [input.text("space_id"), input.text("arch"), input.text("data_sig")] as const;
        input.done();
        return { space_hash32: call("spaceHash", ...given) };
      },
    ],
    [
      "tail_hash",
      (input) => {
        const data = input.bytes("data");
        input.done();
        return { xxhash3_64: call("tailHash", data).toString(16).padStart(16, "0") }; // FRM-38
      },
    ],
    [
      "read_message",
      (input) => {
        const given = [input.bytes("frame"), keyOf(input)] as const;
        input.done();
        return { message: call("readMessage", ...given) };
      },
    ],
  ]);
}

function transformOps(yours: Implementation): Map<string, Op> {
  const call = callerOf(yours);
  return new Map<string, Op>([
    [
      "compress",
      (input) => {
        const given = [input.bytes("plain"), levelOf(input)] as const;
        input.done();
        return { zstd: toHex(call("compress", ...given)) };
      },
    ],
    [
      "decompress",
      (input) => {
        const zstd = input.bytes("zstd");
        input.done();
        return { plain: toHex(call("decompress", zstd)) };
      },
    ],
    [
      "seal",
      (input) => {
        const given = [sealingOf(input), input.bytes("plain")] as const;
        input.done();
        return { sealed: toHex(call("seal", ...given)) };
      },
    ],
    [
      "open",
      (input) => {
        const given = [sealingOf(input), input.bytes("sealed")] as const;
        input.done();
        return { plain: toHex(call("open", ...given)) };
      },
    ],
  ]);
}

function tensorOps(yours: Implementation): Map<string, Op> {
  const call = callerOf(yours);
  return new Map<string, Op>([
    [
      "sparse_encode",
      (input) => {
        const given = [input.u32s("dims", 1, 255), input.bytes("dense")] as const;
        input.done();
        const { values, index } = call("sparseEncode", ...given);
        return { values: toHex(values), index: toHex(index) };
      },
    ],
    [
      "sparse_decode",
      (input) => {
        const dims = input.u32s("dims", 1, 255);
        const tensor = { dims, values: input.bytes("values"), indexDims: input.u32s("index_dims") };
        const index = input.bytes("index");
        input.done();
        return { dense: toHex(call("sparseDecode", { ...tensor, index })) };
      },
    ],
    [
      "quantize",
      (input) => {
        const given = [bitsOf(input), input.oneOf("source", SOURCES), input.bytes("data")] as const;
        input.done();
        const { codes, scale } = call("quantize", ...given);
        return { codes: toHex(codes), scale: toHex(scale) };
      },
    ],
    [
      "dequantize",
      (input) => {
        const given = [bitsOf(input), input.u32("count"), input.bytes("codes")] as const;
        const scale = input.optional("scale", (name) => input.bytes(name));
        input.done();
        return { data: toHex(call("dequantize", ...given, scale)) };
      },
    ],
  ]);
}

function keyOf(input: Input): Uint8Array | undefined {
  return input.optional("key", (name) => input.bytes(name, KEY_BYTES));
}

function nonceOf(input: Input): Uint8Array | undefined {
  return input.optional("nonce", (name) => input.bytes(name, NONCE_BYTES));
}

function levelOf(input: Input): number | undefined {
  return input.optional("level", (name) => input.integer(name, 1, 22));
}

function bitsOf(input: Input): 4 | 8 {
  return input.oneOf("bits", [4, 8] as const);
}

function sealingOf(input: Input): Sealing {
  return { key: input.bytes("key", KEY_BYTES), nonce: input.bytes("nonce", NONCE_BYTES), aad: input.bytes("aad") };
}

type Functions = Omit<Implementation, "hello">;
type Called<Name extends keyof Functions> = NonNullable<Functions[Name]>;

/** Calls a function of the implementation by its name, or says that there is none. */
function callerOf(yours: Implementation) {
  return <Name extends keyof Functions>(name: Name, ...given: Parameters<Called<Name>>): ReturnType<Called<Name>> => {
    const found: unknown = yours[name];
    if (typeof found !== "function")
      throw new Unsupported(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    return found.apply(yours, given);
  };
}

/** Codes of checks that come before the transforms (FRM-29). */
const EARLIER: readonly string[] = [
  "FRAME_TOO_SHORT",
  "FRAME_TOO_LARGE",
  "BAD_VERSION",
  "CRC_MISMATCH",
  "BAD_TYPE",
  "RESERVED_FLAGS",
  "BAD_SLICE_TABLE",
  "BAD_MODALITY",
];
/** Bits of flags, each with the profile whose transform it is. */
const TRANSFORMS: readonly (readonly [bit: number, profile: string])[] = [
  [1, "zstd"],
  [2, "xchacha"],
];

function decoded(yours: Implementation, frame: Uint8Array, key: Uint8Array | undefined): Fields {
  let fields: Fields;
  try {
    fields = callerOf(yours)("decode", frame, key);
  } catch (error) {
    if (error instanceof Refusal && !EARLIER.includes(error.code) && isWhole(frame)) needClaimed(yours, frame[2]);
    throw error;
  }
  needClaimed(yours, fields.flags);
  return fields;
}

/** Refuse a frame with a transform whose profile is not claimed (TST-10). */
function needClaimed(yours: Implementation, flags: number): void {
  for (const [bit, profile] of TRANSFORMS) {
    if ((flags & bit) !== 0 && !yours.hello.profiles.includes(profile)) throw new Unsupported(profile);
  }
}

/** Whether nothing is wrong with a frame before its transforms, as far as its header and its CRC tell. */
function isWhole(frame: Uint8Array): boolean {
  if (frame.length < 33 || frame[0] !== 1 || (frame[2] & ~7) !== 0 || frame[3] !== 0) return false;
  const end = frame.length - 4;
  return new DataView(frame.buffer, frame.byteOffset).getUint32(end, true) === crc32(frame.subarray(0, end));
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
