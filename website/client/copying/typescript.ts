/** Tests in TypeScript, of the package `resonant-protocol`. */
import {
  bytesIn,
  FORMS,
  fieldsOf,
  indented,
  isZstd,
  type Json,
  type Lines,
  lines,
  list,
  type Members,
  membersOf,
  numbers,
  type Ops,
  quoted,
  said,
  type Taken,
  tensorOf,
  texts,
} from "./taken.js";

const bytes = (hex: Json | undefined): string => `bytes(${quoted(hex)})`;
const orNull = (hex: string | null): string => (hex === null ? "null" : bytes(hex));
const many = (all: Json | undefined): string => `[${texts(all).map(orNull).join(", ")}]`;
const literal = (value: Json | undefined): string => JSON.stringify(value);
const dims = (value: Json | undefined): string => list(numbers(value));

/** An object of options with the members that there are; nothing where there is none. */
function options(input: Members, names: readonly string[]): string {
  const given = names.filter((name) => name in input);
  const told = (value: Json | undefined) => (typeof value === "string" ? bytes(value) : String(value));
  return given.length > 0 ? `, { ${given.map((name) => `${name}: ${told(input[name])}`).join(", ")} }` : "";
}

const same =
  (of: Readonly<Record<string, string>>) =>
  (ok: Members): Lines =>
    bytesIn(ok).map(([name, hex, hashed]) =>
      hashed
        ? `assert.equal(createHash("sha256").update(${of[name]}).digest("hex"), ${quoted(hex)});`
        : `assert.equal(hex(${of[name]}), ${quoted(hex)});`,
    );
const each =
  (name: string) =>
  (ok: Members): Lines =>
    `assert.deepEqual(found.map(hex), ${literal(ok[name])});`;

function frame(value: Json | undefined): Lines {
  const fields = fieldsOf(value);
  return [
    "const frame = {",
    `  type: ${fields.type}, flags: ${fields.flags}, streamId: ${fields.stream_id}, frameSeq: ${fields.frame_seq}n,`,
    `  spaceHash32: ${fields.space_hash32}, modality: ${fields.modality},`,
    "  slices: [",
    ...fields.slices.map(
      (one) => `    { dtype: ${one.dtype}, dims: ${list(one.dims)}, payload: ${bytes(one.payload)} },`,
    ),
    "  ],",
    "};",
  ];
}

function decoded(value: Json | undefined): Lines {
  const fields = fieldsOf(value);
  const slices = fields.slices.map((one) => [one.dtype, one.dims, one.payload] as unknown as Json);
  return [
    `assert.deepEqual([found.type, found.flags, found.streamId, found.frameSeq], [${fields.type}, ${fields.flags}, ${fields.stream_id}, ${fields.frame_seq}n]);`,
    `assert.deepEqual([found.spaceHash32, found.modality], [${fields.space_hash32}, ${fields.modality}]);`,
    `assert.deepEqual(found.slices.map((one) => [one.dtype, [...one.dims], hex(one.payload)]), ${literal(slices)});`,
  ];
}

function tensor(value: Json | undefined): string {
  if (!value) return "null";
  const { dtype, dims: sizes, payload, scale, index } = tensorOf(value);
  return `{ dtype: ${dtype}, dims: ${list(sizes)}, payload: ${bytes(payload)}, scale: ${orNull(scale)}, index: ${orNull(index)} }`;
}

const MEMBERS: Readonly<Record<string, (value: Json) => string>> = {
  kind: literal,
  mask: (value) => orNull(value as string | null),
};

function message(ok: Members): Lines {
  const told = membersOf(ok.message);
  const equal = Object.entries(told).map(([name, value]) =>
    name === "json" || (name === "explanation" && value !== null)
      ? `assert.deepEqual(JSON.parse(JSON.stringify(plain(found.${name}))), ${literal(value)});`
      : `assert.deepEqual(found.${name}, ${(MEMBERS[name] ?? tensor)(value)});`,
  );
  return equal;
}

const sealing = ({ key, nonce, aad }: Members): string =>
  `{ key: ${bytes(key)}, nonce: ${bytes(nonce)}, aad: ${bytes(aad)} }`;

const OPS: Ops = {
  decode: (input) => ({
    uses: ["decode"],
    call: `const found = decode(${bytes(input.frame)}${options(input, ["key"])});`,
    holds: (ok) => decoded(ok.fields),
  }),
  encode: (input) => ({
    uses: isZstd(fieldsOf(input.fields).flags) ? ["decode", "encode"] : ["encode"],
    call: [frame(input.fields), `const found = encode(frame${options(input, ["key", "nonce", "level"])});`],
    holds: (ok) =>
      isZstd(fieldsOf(input.fields).flags)
        ? [
            `assert.ok(hex(found).startsWith(${quoted(ok.header)}));`,
            `assert.deepEqual(decode(found${options(input, ["key"])}).slices, frame.slices);`,
          ]
        : same({ frame: "found" })(ok),
  }),
  read_message: (input) => ({
    uses: ["decodeMessage", "plain"],
    call: `const found = decodeMessage(${bytes(input.frame)}${options(input, ["key"])});`,
    holds: message,
  }),
  space_hash: ({ space_id, arch, data_sig }) => ({
    uses: ["spaceHash32"],
    call: `const found = spaceHash32(${quoted(space_id)}, ${quoted(arch)}, ${quoted(data_sig)});`,
    holds: (ok) => `assert.equal(found, ${ok.space_hash32});`,
  }),
  tail_hash: ({ data }) => ({
    uses: ["strongTailHash", "tailHashText"],
    call: `const found = tailHashText(strongTailHash(${bytes(data)}));`,
    holds: (ok) => `assert.equal(found, ${quoted(ok.xxhash3_64)});`,
  }),
  compress: ({ plain, level }) => ({
    uses: ["compress", "decompress"],
    call: `const found = compress(${bytes(plain)}${level === undefined ? "" : `, ${level}`});`,
    holds: same({ plain: "decompress(found)" }),
  }),
  decompress: ({ zstd }) => ({
    uses: ["decompress"],
    call: `const found = decompress(${bytes(zstd)});`,
    holds: same({ plain: "found" }),
  }),
  seal: (input) => ({
    uses: ["seal"],
    call: `const found = seal(${sealing(input)}, ${bytes(input.plain)});`,
    holds: same({ sealed: "found" }),
  }),
  open: (input) => ({
    uses: ["open"],
    call: `const found = open(${sealing(input)}, ${bytes(input.sealed)});`,
    holds: same({ plain: "found" }),
  }),
  sparse_encode: (input) => ({
    uses: ["sparseEncode"],
    call: `const found = sparseEncode(${dims(input.dims)}, ${bytes(input.dense)});`,
    holds: same({ values: "found.values", index: "found.index" }),
  }),
  sparse_decode: ({ values, index, ...input }) => ({
    uses: ["sparseDecode"],
    call: `const found = sparseDecode(${dims(input.dims)}, { values: ${bytes(values)}, index: ${bytes(index)} }, ${dims(input.index_dims)});`,
    holds: same({ dense: "found" }),
  }),
  quantize: ({ bits, data, source }) => ({
    uses: ["quantize"],
    call: `const found = quantize(${bits}, ${bytes(data)}, ${quoted(source)});`,
    holds: same({ codes: "found.codes", scale: "found.scale" }),
  }),
  dequantize: ({ bits, count, codes, scale }) => ({
    uses: ["dequantize"],
    call: `const found = dequantize(${bits}, ${count}, ${bytes(codes)}${scale === undefined ? "" : `, ${bytes(scale)}`});`,
    holds: same({ data: "found" }),
  }),
  adapt: ({ data, ...options_ }) => ({
    uses: ["adapt"],
    call: `const found = adapt(${bytes(data)}, ${literal(options_)});`,
    holds: ({ dtype, ...payloads }) => [
      `assert.equal(found.dtype, ${quoted(dtype)});`,
      ...(FORMS[String(dtype)] ?? []).map((name) => `assert.equal(hex(found.${name}), ${quoted(payloads[name])});`),
    ],
  }),
  rs_encode: ({ k, r, shards }) => ({
    uses: ["rsEncode"],
    call: `const found = rsEncode(${k}, ${r}, ${many(shards)});`,
    holds: each("parity"),
  }),
  rs_decode: ({ k, r, shards }) => ({
    uses: ["rsDecode"],
    call: `const found = rsDecode(${k}, ${r}, ${many(shards)});`,
    holds: each("shards"),
  }),
  repair_encode: ({ stream_id, base, r, step, frames }) => ({
    uses: ["repairEncode"],
    call: `const found = repairEncode({ streamId: ${stream_id}, base: ${base}n, r: ${r}, step: ${step} }, ${many(frames)});`,
    holds: each("repair"),
  }),
  repair_decode: ({ repair, frames }) => ({
    uses: ["repairDecode"],
    call: `const found = repairDecode(${many(repair)}, ${many(frames)});`,
    holds: each("frames"),
  }),
  tcp_join: ({ frames }) => ({
    uses: ["joined"],
    call: `const found = Buffer.concat(${many(frames)}.map((frame) => joined(frame)));`,
    holds: same({ bytes: "found" }),
  }),
  tcp_split: ({ chunks, ended }) => ({
    uses: ["Splitter"],
    call: [
      "const splitter = new Splitter();",
      `const frames = ${many(chunks)}.flatMap((chunk) => [...splitter.frames(chunk)]);`,
      `const end = ${ended ? "splitter.finish()" : 'splitter.end ?? "open"'};`,
    ],
    holds: (ok) => [
      `assert.deepEqual(frames.map(hex), ${literal(ok.frames)});`,
      `assert.deepEqual([end, splitter.held], [${quoted(ok.end)}, ${ok.held}]);`,
    ],
  }),
};

const BYTES = 'const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));';
const HEX = 'const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");';

/** A test in TypeScript; undefined where the package has no function for the op. */
export function typescriptTest(taken: Taken): string | undefined {
  const made = OPS[taken.op]?.(taken.input);
  if (!made) return undefined;
  const rejected = "reject" in taken.expect;
  const call = indented("", made.call);
  const body = rejected
    ? ["assert.throws(() => {", ...indented("  ", call), `}, { code: ${quoted(taken.expect.reject)} });`]
    : [...call, ...indented("", made.holds(membersOf(taken.expect.ok)))];
  const written = body.join("\n");
  const used = (made.uses ?? []).filter((name) => written.includes(`${name}(`));
  const imported = [...used, ...(zstd(taken) ? ["loadZstd"] : [])].sort();
  return lines(
    'import assert from "node:assert/strict";',
    written.includes("createHash") ? 'import { createHash } from "node:crypto";' : [],
    'import { test } from "node:test";',
    `import { ${imported.join(", ")} } from "resonant-protocol";`,
    "",
    zstd(taken) ? "await loadZstd();" : [],
    written.includes("bytes(") ? BYTES : [],
    /\bhex\b/.test(written) ? HEX : [],
    "",
    `test(${quoted(said(taken))}, () => {`,
    indented("  ", body),
    "});",
  );
}

/** Whether the package has to load a module first: for Zstandard. */
function zstd({ op, input }: Taken): boolean {
  if (op === "compress" || op === "decompress") return true;
  if (op === "encode") return isZstd(fieldsOf(input.fields).flags);
  return typeof input.frame === "string" && isZstd(Number.parseInt(input.frame.slice(4, 6), 16));
}
