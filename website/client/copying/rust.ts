/** Tests in Rust, of the crate `resonant-protocol`. */
import {
  bytes,
  DTYPES,
  dims,
  each,
  fixed,
  many,
  message,
  quantizer,
  SOURCES,
  same,
  some,
  text,
  vec,
} from "./rust-values.js";
import {
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

/** A frame that no constructor has refused: an error of one ends the call. */
function frame(value: Json | undefined): Lines {
  const { type, flags, stream_id, frame_seq, space_hash32, modality, slices } = fieldsOf(value);
  return [
    "let slices = vec![",
    ...slices.map(
      (one) =>
        `    (SliceMeta { dtype: DType::try_from(${one.dtype})?, shape: ${vec(one.dims)} }, ${bytes(one.payload)}),`,
    ),
    "];",
    `let mut frame = VFrame::new(MsgType::try_from(${type})?, Modality::try_from(${modality})?, slices)?;`,
    `frame.hdr.flags = Flags::from_bits(${flags})?;`,
    `frame.hdr.stream_id = ${stream_id};`,
    `frame.hdr.frame_seq = ${frame_seq};`,
    `frame.hdr.space_hash32 = ${space_hash32};`,
  ];
}

const FIELDS = (name: string): string =>
  `(${["flags", "stream_id", "frame_seq", "space_hash32"].map((one) => `${name}.hdr.${one}`).join(", ")})`;

/** Lines of the body in which `?` is an error that is looked at. */
const within = (call: Lines, result: string): Lines => [
  "let call = || -> Result<_, FrameError> {",
  indented("    ", call),
  `    ${result}`,
  "};",
];

function decoded(value: Json | undefined): Lines {
  return [
    within(frame(value), "Ok(frame)"),
    "let wanted = call().unwrap();",
    `assert_eq!(${FIELDS("found")}, ${FIELDS("wanted")});`,
    "assert_eq!((found.hdr.mtype, found.hdr.modality), (wanted.hdr.mtype, wanted.hdr.modality));",
    "assert_eq!(found.slices, wanted.slices);",
  ];
}

const decode = (input: Members, of: string): string =>
  "key" in input ? `VFrame::decode_with_key(${of}, ${fixed(input.key)})` : `VFrame::decode(${of})`;

const sealing = (input: Members, data: Json | undefined): string =>
  `${fixed(input.key)}, ${fixed(input.nonce)}, &${bytes(input.aad)}, &${bytes(data)}`;
const call = (to: (input: Members) => string, holds: (ok: Members) => Lines) => (input: Members) => ({
  call: to(input),
  holds,
});

function encoding(input: Members): Lines {
  const { key, nonce, level } = input;
  const by = [
    level === undefined ? "" : `.level(${level})`,
    key === undefined ? "" : `.key(${fixed(key)})`,
    nonce === undefined ? "" : `.nonce(${fixed(nonce)})`,
  ].join("");
  return [frame(input.fields), `frame.encode_with(&EncodeOptions::new()${by})`];
}

const OPS: Ops = {
  decode: (input) => ({ call: decode(input, `&${bytes(input.frame)}`), holds: (ok) => decoded(ok.fields) }),
  encode: (input) => ({
    call: encoding(input),
    holds: (ok) =>
      isZstd(fieldsOf(input.fields).flags)
        ? [
            `assert_eq!(found[..${String(ok.header).length / 2}], ${bytes(ok.header)});`,
            `let found = ${decode(input, "&found")}.unwrap();`,
            decoded(input.fields),
          ]
        : same({ frame: "found" })(ok),
  }),
  read_message: (input) => ({
    call: `Message::from_frame(&${decode(input, `&${bytes(input.frame)}`)}?)`,
    holds: message,
  }),
  space_hash: call(
    ({ space_id, arch, data_sig }) => `space_hash32(${text(space_id)}, ${text(arch)}, ${text(data_sig)})`,
    (ok) => `assert_eq!(found, ${ok.space_hash32});`,
  ),
  tail_hash: call(
    ({ data }) => `Ok(strong_tail_hash_hex(&${bytes(data)}))`,
    (ok) => `assert_eq!(found, ${quoted(ok.xxhash3_64)});`,
  ),
  compress: call(
    ({ plain, level }) => `zstd_compress(&${bytes(plain)}, ${level ?? "DEFAULT_LEVEL"})`,
    same({ plain: "zstd_decompress(&found).unwrap()" }),
  ),
  decompress: call(({ zstd }) => `zstd_decompress(&${bytes(zstd)})`, same({ plain: "found" })),
  seal: call((input) => `seal_xchacha_aad(${sealing(input, input.plain)})`, same({ sealed: "found" })),
  open: call((input) => `open_xchacha_aad(${sealing(input, input.sealed)})`, same({ plain: "found" })),
  sparse_encode: call(
    (input) => `sparse::encode(${dims(input.dims)}, &${bytes(input.dense)})`,
    same({ values: "found.values", index: "found.index" }),
  ),
  sparse_decode: call(
    (input) =>
      `sparse::decode(${dims(input.dims)}, &${bytes(input.values)}, ${dims(input.index_dims)}, &${bytes(input.index)})`,
    same({ dense: "found" }),
  ),
  quantize: call(
    (input) => `quant::quantize(${quantizer(input.bits)}, ${SOURCES[String(input.source)]}, &${bytes(input.data)})`,
    same({ codes: "found.codes", scale: "found.scale" }),
  ),
  dequantize: call(
    ({ bits, count, codes, scale }) => {
      const scales = scale === undefined ? "None" : `Some(&${bytes(scale)})`;
      return `quant::dequantize(${quantizer(bits)}, ${count}, &${bytes(codes)}, ${scales})`;
    },
    same({ data: "found" }),
  ),
  adapt: (input) => ({
    call: [
      `let allow = [${texts(input.allow)
        .map((one) => DTYPES[one] ?? "")
        .join(", ")}];`,
      `let budget = ${input.budget === undefined ? "None" : `Some(${input.budget})`};`,
      `let terms = Terms { allow: &allow, tolerance: ${input.tolerance}, budget };`,
      `adapt(${SOURCES[String(input.source)]}, ${dims(input.dims)}, &${bytes(input.data)}, &terms)`,
    ],
    holds: (ok) => chosen(ok),
  }),
  rs_encode: call(({ k, r, shards }) => `rs::encode(${k}, ${r}, &${many(shards)})`, each("parity")),
  rs_decode: call(
    ({ k, r, shards }) => `rs::decode(${k}, ${r}, ${vec((shards as readonly Json[]).map(some))})`,
    each("shards"),
  ),
  repair_encode: call(
    ({ stream_id, base, r, step, frames }) => `repair::encode(${stream_id}, ${base}, ${r}, ${step}, &${many(frames)})`,
    each("repair"),
  ),
  repair_decode: call(({ repair, frames }) => `repair::decode(&${many(repair)}, &${many(frames)})`, each("frames")),
  tcp_join: ({ frames }) => ({
    call: [
      "let mut out = Vec::new();",
      `for frame in ${many(frames)} {`,
      "    join(&frame, &mut out)?;",
      "}",
      "Ok(out)",
    ],
    holds: same({ bytes: "found" }),
  }),
  tcp_split: ({ chunks, ended }) => ({
    call: [
      "let (mut splitter, mut frames) = (Splitter::new(), Vec::new());",
      `let chunks = ${many(chunks)};`,
      "let pushed = chunks.iter().try_for_each(|chunk| splitter.push(chunk, |frame| frames.push(frame.to_vec())));",
      ended ? "let end = pushed.and_then(|()| splitter.end());" : "let end = pushed;",
      "Ok((frames, end, splitter.held()))",
    ],
    holds: (ok) => [
      `assert_eq!(found.0, ${many(ok.frames)});`,
      ok.end === "open" || ok.end === "clean"
        ? [`assert_eq!(found.1, Ok(()));`, `assert_eq!(found.2, ${ok.held});`]
        : `assert_eq!(found.1.unwrap_err().code().as_str(), ${quoted(ok.end)});`,
    ],
  }),
};

function chosen({ dtype, ...payloads }: Members): Lines {
  const [first = "", second] = FORMS[String(dtype)] ?? [];
  const variant: Readonly<Record<string, [string, string]>> = {
    f16: ["F16", `values: ${bytes(payloads[first])}`],
    i8: ["I8", `codes: ${bytes(payloads[first])}, scale: ${some(payloads[second ?? ""])}`],
    q4: ["Q4", `codes: ${bytes(payloads[first])}, scale: ${some(payloads[second ?? ""])}`],
    sparse: ["Sparse", `values: ${bytes(payloads[first])}, index: ${bytes(payloads[second ?? ""])}`],
  };
  const [name, members] = variant[String(dtype)] ?? ["", ""];
  return `assert_eq!(found.data, TensorData::${name} { ${members} });`;
}

/** Names of the crate by the path behind it. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  "adapt::": ["adapt", "Terms"],
  "compress::": ["zstd_compress", "zstd_decompress", "DEFAULT_LEVEL"],
  "crypto::": ["open_xchacha_aad", "seal_xchacha_aad"],
  "quant::": ["self", "Quantizer", "Source"],
  "transport::": ["join", "Splitter"],
  "": [
    ...["repair", "rs", "space_hash32", "sparse", "strong_tail_hash_hex"],
    ...[
      "DType",
      "EncodeOptions",
      "Flags",
      "FrameError",
      "Json",
      "JsonObject",
      "Message",
      "Modality",
      "MsgType",
      "SliceMeta",
    ],
    ...["Tensor", "TensorData", "VFrame"],
  ],
};
const BYTES = [
  "fn bytes(hex: &str) -> Vec<u8> {",
  "    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()",
  "}",
  "",
];

/** A test in Rust; undefined where the crate has no function for the op. */
export function rustTest(taken: Taken): string | undefined {
  const made = OPS[taken.op]?.(taken.input);
  if (!made) return undefined;
  const call = indented("", made.call);
  const body = [
    "let answer = (|| -> Result<_, FrameError> {",
    ...indented("    ", call),
    "})();",
    ...("reject" in taken.expect
      ? [`assert_eq!(answer.unwrap_err().code().as_str(), ${quoted(taken.expect.reject)});`]
      : ["let found = answer.unwrap();", ...indented("", made.holds(membersOf(taken.expect.ok)))]),
  ];
  const code = body.join("\n").replace(/"[^"]*"/g, '""');
  const uses = (name: string, path: string) =>
    name === "self"
      ? code.includes(path)
      : new RegExp(`(^|[^.:\\w])${name}\\b${/^(repair|rs|sparse)$/.test(name) ? "::" : "(?!:\\s)"}`).test(code);
  return lines(
    Object.entries(NAMES).flatMap(([path, names]) => {
      const used = names.filter((name) => uses(name, path));
      return used.length > 0 ? `use resonant_protocol::${path}{${used.join(", ")}};` : [];
    }),
    code.includes("Sha256") ? "use sha2::{Digest, Sha256};" : [],
    "",
    code.includes("bytes(") ? BYTES : [],
    `/// ${said(taken)}`,
    "#[test]",
    `fn ${named(taken.id).toLowerCase()}() {`,
    indented("    ", body),
    "}",
  );
}
