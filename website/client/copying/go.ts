/** Tests in Go, of the module `resonant`. */
import { bytes, dims, dtype, each, equal, many, message, orNil, same, source, text } from "./go-values.js";
import {
  camel,
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
  type Ops,
  quoted,
  said,
  type Taken,
  texts,
} from "./taken.js";

function frame(value: Json | undefined): Lines {
  const { type, flags, stream_id, frame_seq, space_hash32, modality, slices } = fieldsOf(value);
  return [
    "frame := resonant.Frame{",
    `\tType: ${type}, Flags: ${flags}, StreamID: ${stream_id}, FrameSeq: ${frame_seq}, SpaceHash32: ${space_hash32}, Modality: ${modality},`,
    "\tSlices: []resonant.Slice{",
    ...slices.map((one) => `\t\t{DType: ${one.dtype}, Dims: ${dims(one.dims)}, Payload: ${bytes(one.payload)}},`),
    "\t},",
    "}",
  ];
}

const FIELDS = (name: string): string =>
  ["Type", "Flags", "StreamID", "FrameSeq", "SpaceHash32", "Modality", "Slices"]
    .map((one) => `${name}.${one}`)
    .join(", ");
const decoded = (value: Json | undefined): Lines => [
  frame(value),
  equal(`fmt.Sprint(${FIELDS("found")})`, `fmt.Sprint(${FIELDS("frame")})`),
];

const key = (input: Members, name: string): Lines =>
  "key" in input ? `${name}.Key = (*resonant.Key)(${bytes(input.key)})` : [];
const decoding = (input: Members, of: string): Lines => [
  "var decoder resonant.Decoder",
  key(input, "decoder"),
  "var found resonant.Frame",
  `err := decoder.Decode(&found, ${of})`,
];

const sealing = (input: Members): string =>
  `(*resonant.Key)(${bytes(input.key)}), (*resonant.Nonce)(${bytes(input.nonce)}), ${bytes(input.aad)}`;

/** A call that gives `found` and an error. */
const call =
  (to: (input: Members) => string, holds: (ok: Members) => Lines, results = "found") =>
  (input: Members) => ({ call: `${results}, err := ${to(input)}`, holds });

const coded =
  (verb: "Encode" | "Decode", member: string) =>
  ({ k, r, shards }: Members) => ({
    call: [
      `code, err := resonant.NewReedSolomon(${k}, ${r})`,
      "var found [][]byte",
      "if err == nil {",
      `\tfound, err = code.${verb}(${many(shards)})`,
      "}",
    ],
    holds: each(member),
  });

const OPS: Ops = {
  decode: (input) => ({ call: decoding(input, bytes(input.frame)), holds: (ok) => decoded(ok.fields) }),
  encode: (input) => ({
    call: [
      frame(input.fields),
      "var encoder resonant.Encoder",
      key(input, "encoder"),
      "nonce" in input ? `encoder.Nonce = (*resonant.Nonce)(${bytes(input.nonce)})` : [],
      "level" in input ? `encoder.Level = ${input.level}` : [],
      "encoded, err := encoder.Append(nil, &frame)",
    ],
    holds: (ok) =>
      isZstd(fieldsOf(input.fields).flags)
        ? [
            equal(`fmt.Sprintf("%x", encoded[:${String(ok.header).length / 2}])`, quoted(ok.header)),
            indented("", decoding(input, "encoded")).map((line) => line.replace("err := ", "err = ")),
            equal("fmt.Sprint(err, found.Slices)", "fmt.Sprint(nil, frame.Slices)"),
          ]
        : same({ frame: "encoded" })(ok),
  }),
  read_message: (input) => ({
    call: [
      decoding(input, bytes(input.frame)),
      "var message resonant.Message",
      "if err == nil {",
      "\tmessage, err = resonant.ReadMessage(&found)",
      "}",
    ],
    holds: message,
  }),
  space_hash: call(
    ({ space_id, arch, data_sig }) => `resonant.SpaceHash32(${text(space_id)}, ${text(arch)}, ${text(data_sig)})`,
    (ok) => equal("found", `uint32(${ok.space_hash32})`),
  ),
  tail_hash: ({ data }) => ({
    call: `found := resonant.TailHashText(resonant.TailHash(${bytes(data)}))`,
    holds: (ok) => equal("found", quoted(ok.xxhash3_64)),
  }),
  compress: ({ plain, level }) => ({
    call: [`body, err := resonant.Compress(${bytes(plain)}, ${level ?? 0})`],
    holds: (ok) => [
      "found, err := resonant.Decompress(body)",
      equal("err", "error(nil)"),
      same({ plain: "found" })(ok),
    ],
  }),
  decompress: call(({ zstd }) => `resonant.Decompress(${bytes(zstd)})`, same({ plain: "found" })),
  seal: call((input) => `resonant.Seal(${sealing(input)}, ${bytes(input.plain)})`, same({ sealed: "found" })),
  open: call((input) => `resonant.Open(${sealing(input)}, ${bytes(input.sealed)})`, same({ plain: "found" })),
  sparse_encode: call(
    (input) => `resonant.SparseEncode(${dims(input.dims)}, ${bytes(input.dense)})`,
    same({ values: "values", index: "index" }),
    "values, index",
  ),
  sparse_decode: call(
    (input) =>
      `resonant.SparseDecode(${dims(input.dims)}, ${bytes(input.values)}, ${dims(input.index_dims)}, ${bytes(input.index)})`,
    same({ dense: "found" }),
  ),
  quantize: call(
    (input) => `resonant.Quantize(${input.bits}, ${source(input.source)}, ${bytes(input.data)})`,
    same({ codes: "codes", scale: "scale" }),
    "codes, scale",
  ),
  dequantize: call(
    ({ bits, count, codes, scale }) => `resonant.Dequantize(${bits}, ${count}, ${bytes(codes)}, ${orNil(scale)})`,
    same({ data: "found" }),
  ),
  adapt: (input) => ({
    call: [
      `asked := resonant.Adaptation{Tolerance: ${input.tolerance}, Allow: []resonant.DType{${texts(input.allow).map(dtype).join(", ")}}}`,
      "budget" in input ? [`budget := int64(${input.budget})`, "asked.Budget = &budget"] : [],
      `found, err := resonant.Adapt(${source(input.source)}, ${bytes(input.data)}, ${dims(input.dims)}, asked)`,
    ],
    holds: ({ dtype: form, ...payloads }) => [
      equal("found.DType", dtype(form)),
      same(payloadsOf(String(form)))(payloads),
    ],
  }),
  rs_encode: coded("Encode", "parity"),
  rs_decode: coded("Decode", "shards"),
  repair_encode: ({ stream_id, base, r, step, frames }) => ({
    call: [
      `group := resonant.RepairGroup{StreamID: ${stream_id}, Base: ${base}, R: ${r}, Step: ${step}}`,
      `found, err := resonant.EncodeRepair(group, ${many(frames)})`,
    ],
    holds: each("repair"),
  }),
  repair_decode: call(
    ({ repair, frames }) => `resonant.DecodeRepair(${many(repair)}, ${many(frames)})`,
    each("frames"),
  ),
  tcp_join: ({ frames }) => ({
    call: [
      "var found []byte",
      "var err error",
      `for _, frame := range ${many(frames)} {`,
      "\tif found, err = peer.AppendFramed(found, frame); err != nil {",
      "\t\tbreak",
      "\t}",
      "}",
    ],
    holds: same({ bytes: "found" }),
  }),
  tcp_split: ({ chunks, ended }) => ({
    call: [
      "var splitter peer.Splitter",
      "found := [][]byte{}",
      "var fault error",
      `for _, chunk := range ${many(chunks)} {`,
      "\tfault = splitter.Push(chunk, func(frame []byte) { found = append(found, bytes.Clone(frame)) })",
      "}",
      ended ? ["if fault == nil {", "\tfault = splitter.End()", "}"] : [],
    ],
    holds: (ok) => [
      each("frames")(ok),
      ok.end === "open" || ok.end === "clean" ? equal("fault", "error(nil)") : refused("fault", ok.end),
      equal("splitter.Held()", String(ok.held)),
    ],
  }),
};

function payloadsOf(form: string): Readonly<Record<string, string>> {
  const [first = "", second] = FORMS[form] ?? [];
  const beside = form === "sparse" ? "found.Index" : "found.Scale";
  return { [first]: "found.Payload", ...(second ? { [second]: beside } : {}) };
}

const refused = (error: string, code: Json | undefined): Lines => [
  `if !errors.Is(${error}, resonant.Code(${quoted(code)})) {`,
  `\tt.Errorf("got %v", ${error})`,
  "}",
];

const PACKAGES = ["bytes", "crypto/sha256", "encoding/hex", "encoding/json", "errors", "fmt", "reflect"];
const OURS = ["resonant", "resonant/peer"];
const base = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** A test in Go; undefined where the module has no function for the op. */
export function goTest(taken: Taken): string | undefined {
  const made = OPS[taken.op]?.(taken.input);
  if (!made) return undefined;
  const call = "reject" in taken.expect ? unread(indented("", made.call)) : indented("", made.call);
  const fails = call.some((line) => /\berr\b/.test(line));
  const then =
    "reject" in taken.expect
      ? refused("err", taken.expect.reject)
      : [fails ? ["if err != nil {", "\tt.Fatal(err)", "}"] : [], made.holds(membersOf(taken.expect.ok))];
  const body = unused([...call, ...indented("", then)]);
  const written = body.join("\n");
  const unhex = written.includes("unhex(")
    ? ["unhex := func(text string) []byte {", "\tdata, _ := hex.DecodeString(text)", "\treturn data", "}"]
    : [];
  const inside = [...unhex, ...body];
  const needs = (path: string) => inside.some((line) => new RegExp(`(^|[^.\\w"])${base(path)}\\.`).test(line));
  return lines(
    "package resonant_test",
    "",
    "import (",
    indented("\t", PACKAGES.filter(needs).map(quoted)),
    '\t"testing"',
    "",
    indented("\t", OURS.filter(needs).map(quoted)),
    ")",
    "",
    `// ${said(taken)}`,
    `func Test${camel(named(taken.id))}(t *testing.T) {`,
    indented("\t", inside),
    "}",
  );
}

/** The same without results that only a test of what is taken looks at. */
const unread = (call: readonly string[]): string[] =>
  call
    .filter((line) => !/^var (found \[\]\[\]byte|message resonant.Message)$/.test(line))
    .map((line) => line.replace(/^\t(found|message), err = /, "\t_, err = "));

/** The same with a blank for each result that nothing looks at, which Go has otherwise refused. */
function unused(body: readonly string[]): string[] {
  const whole = body.join("\n");
  const counted = (name: string) => (whole.match(new RegExp(`\\b${name}\\b`, "g")) ?? []).length;
  return body.map((line) => {
    const [names, rest] = line.split(/, err := (.*)/s) as [string, string | undefined];
    if (rest === undefined || line.startsWith("\t")) return line;
    const kept = names.split(", ").map((name) => (counted(name) > 1 ? name : "_"));
    return `${kept.join(", ")}, err := ${rest}`;
  });
}
