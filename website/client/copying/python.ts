/** Tests in Python, of the package `resonant`. */
import {
  bytesIn,
  type Call,
  FORMS,
  fieldsOf,
  indented,
  isZstd,
  type Json,
  type Lines,
  lines,
  type Members,
  membersOf,
  named,
  numbers,
  type Ops,
  quoted,
  said,
  type Taken,
  tensorOf,
  texts,
} from "./taken.js";

const bytes = (hex: Json | undefined): string => `bytes.fromhex(${quoted(hex)})`;
const orNone = (hex: string | null): string => (hex === null ? "None" : bytes(hex));
const tuple = (all: readonly (string | number)[]): string => `(${all.map((one) => `${one},`).join(" ")})`;
const many = (all: Json | undefined): string => `[${texts(all).map(orNone).join(", ")}]`;
const json = (value: Json | undefined): string => `json.loads(${quoted(JSON.stringify(value))})`;
const keyed = (input: Members): string => ("key" in input ? `, key=${bytes(input.key)}` : "");
const python = (value: Json): string => (value === true ? "True" : value === false ? "False" : String(value));

/** Keyword arguments, a comma before each, of those members that there are. */
function options(input: Members, names: readonly string[]): string {
  const given = names.filter((name) => name in input);
  const told = (value: Json | undefined) => (typeof value === "string" ? bytes(value) : String(value));
  return given.map((name) => `, ${name}=${told(input[name])}`).join("");
}

/** The bytes of a result are those of these expressions, by their names. */
const same =
  (of: Readonly<Record<string, string>>) =>
  (ok: Members): Lines =>
    bytesIn(ok).map(([name, hex, hashed]) =>
      hashed
        ? `assert hashlib.sha256(${of[name]}).hexdigest() == ${quoted(hex)}`
        : `assert ${of[name]} == ${bytes(hex)}`,
    );
const each =
  (name: string) =>
  (ok: Members): Lines =>
    `assert list(found) == ${many(ok[name])}`;

function frame(value: Json | undefined): Lines {
  const fields = fieldsOf(value);
  return [
    "resonant.Frame(",
    `    type=${fields.type}, flags=${fields.flags}, stream_id=${fields.stream_id}, frame_seq=${fields.frame_seq},`,
    `    space_hash32=${fields.space_hash32}, modality=${fields.modality},`,
    "    slices=(",
    ...fields.slices.map((one) => `        resonant.Slice(${one.dtype}, ${tuple(one.dims)}, ${bytes(one.payload)}),`),
    "    ),",
    ")",
  ];
}

function decoded(value: Json | undefined): Lines {
  const fields = fieldsOf(value);
  const names = ["type", "flags", "stream_id", "frame_seq", "space_hash32", "modality"] as const;
  const slices = fields.slices.map((one) => `(${one.dtype}, ${tuple(one.dims)}, ${quoted(one.payload)})`);
  return [
    ...names.map((name) => `assert found.${name} == ${fields[name]}`),
    `assert [(one.dtype, one.dims, one.payload.hex()) for one in found.slices] == [${slices.join(", ")}]`,
  ];
}

function tensor(value: Json | undefined): string {
  if (!value) return "None";
  const { dtype, dims, payload, scale, index } = tensorOf(value);
  return `resonant.Tensor(${dtype}, ${tuple(dims)}, ${bytes(payload)}, ${orNone(scale)}, ${orNone(index)})`;
}

const MESSAGES: Readonly<Record<string, (message: Members) => string>> = {
  think: ({ hidden }) => `Think(${tensor(hidden)})`,
  cache: ({ keys, values }) => `Cache(${tensor(keys)}, ${tensor(values)})`,
  ask: ({ query, context }) => `Ask(${tensor(query)}, ${tensor(context)})`,
  sync: (message) => `Sync(${json(message.json)})`,
  heart: () => "Heart()",
  critique: ({ divergence, mask, explanation }) => {
    const why = explanation ? json(explanation) : "None";
    return `Critique(${tensor(divergence)}, ${orNone(mask as string | null)}, ${why})`;
  },
};

function message(ok: Members): Lines {
  const told = membersOf(ok.message);
  return `assert found == resonant.${MESSAGES[String(told.kind)]?.(told)}`;
}

function source({ source, data }: Members): string {
  const elements: Readonly<Record<string, string>> = {
    f16: `resonant.elements_of(${bytes(data)}, "<f2", 2)`,
    f32: `resonant.elements_of(${bytes(data)}, "<f4", 4)`,
    bf16: `resonant.from_bfloat16(resonant.elements_of(${bytes(data)}, "<u2", 2))`,
  };
  return elements[String(source)] ?? "";
}

const sealing = ({ key, nonce, aad }: Members): string => `key=${bytes(key)}, nonce=${bytes(nonce)}, aad=${bytes(aad)}`;

const OPS: Ops = {
  decode: (input) => ({
    call: `found = resonant.decode(${bytes(input.frame)}${keyed(input)})`,
    holds: (ok) => decoded(ok.fields),
  }),
  encode: (input) => ({
    call: [
      "frame = ",
      frame(input.fields),
      `found = resonant.encode(frame${options(input, ["key", "nonce", "level"])})`,
    ],
    holds: (ok) =>
      isZstd(fieldsOf(input.fields).flags)
        ? [`assert found.startswith(${bytes(ok.header)})`, `assert resonant.decode(found${keyed(input)}) == frame`]
        : same({ frame: "found" })(ok),
  }),
  read_message: (input) => ({
    call: `found = resonant.read_message(resonant.decode(${bytes(input.frame)}${keyed(input)}))`,
    holds: message,
  }),
  space_hash: ({ space_id, arch, data_sig }) => ({
    call: `found = resonant.space_hash32(${quoted(space_id)}, ${quoted(arch)}, ${quoted(data_sig)})`,
    holds: (ok) => `assert found == ${ok.space_hash32}`,
  }),
  tail_hash: ({ data }) => ({
    call: `found = resonant.tail_hash_hex(${bytes(data)})`,
    holds: (ok) => `assert found == ${quoted(ok.xxhash3_64)}`,
  }),
  compress: (input) => ({
    call: `found = resonant.compress(${bytes(input.plain)}${options(input, ["level"])})`,
    holds: same({ plain: "resonant.decompress(found)" }),
  }),
  decompress: ({ zstd }) => ({
    call: `found = resonant.decompress(${bytes(zstd)})`,
    holds: same({ plain: "found" }),
  }),
  seal: (input) => ({
    call: `found = resonant.seal(${bytes(input.plain)}, ${sealing(input)})`,
    holds: same({ sealed: "found" }),
  }),
  open: (input) => ({
    call: `found = resonant.open_sealed(${bytes(input.sealed)}, ${sealing(input)})`,
    holds: same({ plain: "found" }),
  }),
  sparse_encode: ({ dims, dense }) => ({
    call: `values, index = resonant.sparse_encode(${tuple(numbers(dims))}, ${bytes(dense)})`,
    holds: same({ values: "values", index: "index" }),
  }),
  sparse_decode: ({ dims, values, index_dims, index }) => ({
    call: `found = resonant.sparse_decode(${tuple(numbers(dims))}, ${bytes(values)}, ${tuple(numbers(index_dims))}, ${bytes(index)})`,
    holds: same({ dense: "found.tobytes()" }),
  }),
  quantize: (input) => ({
    call: `found = resonant.quantize(${source(input)}, ${input.bits})`,
    holds: same({ codes: "found.codes", scale: "found.scale" }),
  }),
  dequantize: (input) => ({
    call: `found = resonant.dequantize(${bytes(input.codes)}, bits=${input.bits}, count=${input.count}${options(input, ["scale"])})`,
    holds: same({ data: "found.tobytes()" }),
  }),
  adapt: (input) => ({
    call: `found = resonant.adapt(${quoted(input.source)}, ${bytes(input.data)}, ${tuple(numbers(input.dims))}, allow=${JSON.stringify(input.allow)}, tolerance=${input.tolerance}${options(input, ["budget"])})`,
    holds: ({ dtype, ...payloads }) => [
      `assert found.form == ${quoted(dtype)}`,
      `assert found.payloads == ${tuple((FORMS[String(dtype)] ?? []).map((name) => bytes(payloads[name])))}`,
    ],
  }),
  rs_encode: ({ k, r, shards }) => ({
    call: `found = resonant.rs_encode(${k}, ${r}, ${many(shards)})`,
    holds: each("parity"),
  }),
  rs_decode: ({ k, r, shards }) => ({
    call: `found = resonant.rs_decode(${k}, ${r}, ${many(shards)})`,
    holds: each("shards"),
  }),
  repair_encode: ({ stream_id, base, r, step, frames }) => ({
    call: `found = resonant.repair_encode(${stream_id}, ${base}, ${r}, ${step}, ${many(frames)})`,
    holds: each("repair"),
  }),
  repair_decode: ({ repair, frames }) => ({
    call: `found = resonant.repair_decode(${many(repair)}, ${many(frames)})`,
    holds: each("frames"),
  }),
  tcp_join: ({ frames }) => ({
    uses: ["from resonant.transport import join_all"],
    call: `found = join_all(${many(frames)})`,
    holds: same({ bytes: "found" }),
  }),
  tcp_split: ({ chunks, ended }) => ({
    uses: ["from resonant.transport import split"],
    call: `found = split(${many(chunks)}, ended=${python(ended ?? false)})`,
    holds: (ok) => [
      `assert list(found.frames) == ${many(ok.frames)}`,
      `assert (found.end, found.held) == (${quoted(ok.end)}, ${ok.held})`,
    ],
  }),
};

/** A test in Python; undefined where the package has no function for the op. */
export function pythonTest(taken: Taken): string | undefined {
  const made = OPS[taken.op]?.(taken.input);
  if (!made) return undefined;
  const body = bodyOf(taken, made);
  const needs = (name: string) => body.some((line) => line.includes(`${name}.`));
  return lines(
    ["hashlib", "json"].filter(needs).map((name) => `import ${name}`),
    ["pytest", "resonant"].filter(needs).map((name) => `import ${name}`),
    made.uses ?? [],
    ["", "", `def test_${named(taken.id)}() -> None:`],
    indented("    ", [`"""${quoted(said(taken)).slice(1, -1)}"""`, body]),
  );
}

function bodyOf(taken: Taken, made: Call): string[] {
  const call = joined(made.call);
  if (!("reject" in taken.expect)) return [...call, ...indented("", made.holds(membersOf(taken.expect.ok)))];
  return [
    "with pytest.raises(resonant.ResonantError) as caught:",
    ...indented(
      "    ",
      call.map((line) => line.replace(/^(found|values, index) = /, "")),
    ),
    `assert caught.value.code == ${quoted(taken.expect.reject)}`,
  ];
}

/** Lines of a call, one that ends with " = " together with the next. */
const joined = (call: Lines): string[] => lines(call).replaceAll(" = \n", " = ").trimEnd().split("\n");
