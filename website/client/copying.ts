/** A case to take along: its bytes, its data, and a test of it in four languages. */
import { el } from "./dom.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Members = { readonly [name: string]: Json };

export interface Taken {
  readonly id: string;
  readonly op: string;
  readonly about: string;
  readonly clauses: readonly string[];
  readonly input: Members;
  readonly expect: Members;
  /** A vector file that holds this case alone. */
  readonly file: object;
}

interface Slice {
  readonly dtype: number;
  readonly dims: readonly number[];
  readonly payload: string;
}

/** A frame that `decode` takes, and what it is to give. */
interface Decoded {
  readonly name: string;
  readonly said: string;
  readonly hex: string;
  readonly key: string;
  readonly code: string;
  readonly stream: number;
  readonly seq: string;
  readonly slices: readonly Slice[];
}

const HEX_FIRST = ["frame", "data", "plain", "zstd", "sealed", "codes", "dense", "values"];
const quoted = (text: string): string => JSON.stringify(text);

/** Label -> text, in the order of the buttons. */
export function copies(taken: Taken): Map<string, string> {
  const found = new Map<string, string>();
  const name = HEX_FIRST.find((one) => typeof taken.input[one] === "string");
  if (name) found.set("hex", String(taken.input[name]));
  found.set("JSON", JSON.stringify(taken.file, undefined, 1));
  if (taken.op === "dialogue") return found;
  const tests = taken.op === "decode" ? DECODING : undefined;
  for (const [language, any] of Object.entries(ANSWERING)) {
    found.set(`${language} test`, tests?.[language]?.(decoded(taken)) ?? any(taken));
  }
  return found;
}

function decoded(taken: Taken): Decoded {
  const fields = Object(Object(taken.expect.ok).fields);
  return {
    name: named(taken.id),
    said: said(taken),
    hex: String(taken.input.frame),
    key: String(taken.input.key ?? ""),
    code: String(taken.expect.reject ?? ""),
    stream: fields.stream_id,
    seq: fields.frame_seq,
    slices: fields.slices ?? [],
  };
}

const named = (id: string): string => id.replace(/[^A-Za-z0-9]+/g, "_");
const camel = (name: string): string => name.replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
const said = (taken: Taken): string => `${taken.id}: ${taken.about} (${taken.clauses.join(", ")})`;
const lines = (...all: readonly (string | readonly string[])[]): string => `${all.flat().join("\n")}\n`;

/** Tests of `decode`, by the names of our packages. */
const DECODING: Readonly<Record<string, (of: Decoded) => string>> = {
  Python: (of) =>
    lines(
      of.code ? "import pytest\nimport resonant" : "import resonant",
      "\n",
      `def test_${of.name}() -> None:`,
      `    """${of.said}"""`,
      `    frame = bytes.fromhex(${quoted(of.hex)})`,
      of.key ? [`    key = bytes.fromhex(${quoted(of.key)})`] : [],
      of.code
        ? [
            "    with pytest.raises(resonant.ResonantError) as caught:",
            `        resonant.decode(frame${of.key ? ", key=key" : ""})`,
            `    assert caught.value.code == ${quoted(of.code)}`,
          ]
        : [
            `    decoded = resonant.decode(frame${of.key ? ", key=key" : ""})`,
            `    assert (decoded.stream_id, decoded.frame_seq) == (${of.stream}, ${of.seq})`,
            "    slices = [(one.dtype, list(one.dims), one.payload.hex()) for one in decoded.slices]",
            `    assert slices == [${of.slices.map((one) => `(${one.dtype}, ${list(one.dims)}, ${quoted(one.payload)})`).join(", ")}]`,
          ],
    ),
  Rust: (of) =>
    lines(
      of.slices.length > 0 || of.hex ? "use resonant_protocol::VFrame;\n" : "",
      "fn bytes(hex: &str) -> Vec<u8> {",
      "    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()",
      "}\n",
      `/// ${of.said}`,
      "#[test]",
      `fn ${of.name.toLowerCase()}() {`,
      `    let frame = bytes(${quoted(of.hex)});`,
      of.key
        ? `    let answer = VFrame::decode_with_key(&frame, &bytes(${quoted(of.key)}).try_into().unwrap());`
        : "    let answer = VFrame::decode(&frame);",
      of.code
        ? `    assert_eq!(answer.unwrap_err().code().as_str(), ${quoted(of.code)});`
        : [
            "    let decoded = answer.unwrap();",
            `    assert_eq!((decoded.hdr.stream_id, decoded.hdr.frame_seq), (${of.stream}, ${of.seq}));`,
            `    assert_eq!(decoded.slices.len(), ${of.slices.length});`,
            ...of.slices.map(
              (one, at) =>
                `    assert_eq!((&decoded.slices[${at}].0.shape, &decoded.slices[${at}].1), (&vec![${one.dims.join(", ")}], &bytes(${quoted(one.payload)})));`,
            ),
          ],
      "}",
    ),
  Go: (of) =>
    lines(
      "package resonant_test\n",
      `import (\n\t"encoding/hex"${of.code ? '\n\t"errors"' : ""}\n\t"testing"\n\n\t"resonant"\n)\n`,
      `// ${of.said}`,
      `func Test${camel(of.name)}(t *testing.T) {`,
      `\tframe, _ := hex.DecodeString(${quoted(of.hex)})`,
      "\tvar decoder resonant.Decoder",
      of.key ? [`\tkey, _ := hex.DecodeString(${quoted(of.key)})`, "\tdecoder.Key = (*resonant.Key)(key)"] : [],
      "\tvar decoded resonant.Frame",
      "\terr := decoder.Decode(&decoded, frame)",
      of.code
        ? [`\tif !errors.Is(err, resonant.Code(${quoted(of.code)})) {`, "\t\tt.Fatal(err)", "\t}"]
        : [
            `\tif err != nil || decoded.StreamID != ${of.stream} || decoded.FrameSeq != ${of.seq} || len(decoded.Slices) != ${of.slices.length} {`,
            "\t\tt.Fatal(err, decoded)",
            "\t}",
            ...of.slices.map(
              (one, at) =>
                `\tif got := hex.EncodeToString(decoded.Slices[${at}].Payload); got != ${quoted(one.payload)} {\n\t\tt.Fatal(got)\n\t}`,
            ),
          ],
      "}",
    ),
  TypeScript: (of) =>
    lines(
      'import assert from "node:assert/strict";',
      'import { test } from "node:test";',
      `import { ${zstd(of) ? "decode, loadZstd" : "decode"} } from "resonant-protocol";\n`,
      zstd(of) ? "await loadZstd();" : [],
      `test(${quoted(of.said)}, () => {`,
      `  const frame = Uint8Array.from(Buffer.from(${quoted(of.hex)}, "hex"));`,
      of.key ? [`  const key = Uint8Array.from(Buffer.from(${quoted(of.key)}, "hex"));`] : [],
      of.code
        ? `  assert.throws(() => decode(frame${of.key ? ", { key }" : ""}), { code: ${quoted(of.code)} });`
        : [
            `  const decoded = decode(frame${of.key ? ", { key }" : ""});`,
            `  assert.deepEqual([decoded.streamId, decoded.frameSeq], [${of.stream}, ${of.seq}n]);`,
            '  const slices = decoded.slices.map((one) => [one.dtype, [...one.dims], Buffer.from(one.payload).toString("hex")]);',
            `  assert.deepEqual(slices, ${JSON.stringify(of.slices.map((one) => [one.dtype, one.dims, one.payload]))});`,
          ],
      "});",
    ),
};

/** Whether the frame has the flag ZSTD, for which the package has to load a module first. */
const zstd = (of: Decoded): boolean => (Number.parseInt(of.hex.slice(4, 6), 16) & 1) === 1;
const list = (dims: readonly number[]): string => `[${dims.join(", ")}]`;

/** Tests of any op, by a function of the reader's that answers as a testee does: {"ok": …} or {"reject": code}. */
const ANSWERING: Readonly<Record<string, (of: Taken) => string>> = {
  Python: (of) =>
    lines(
      "import json\n",
      'from yours import answer  # (op, input) -> {"ok": …} or {"reject": code}\n',
      `CASE = json.loads(${pythonText(caseText(of))})\n\n`,
      `def test_${named(of.id)}() -> None:`,
      `    """${said(of)}"""`,
      `    assert answer(${quoted(of.op)}, CASE["input"]) == CASE["expect"]`,
    ),
  Rust: (of) =>
    lines(
      'use yours::answer; // (op, &input) -> serde_json::Value, {"ok": …} or {"reject": code}\n',
      `/// ${said(of)}`,
      "#[test]",
      `fn ${named(of.id).toLowerCase()}() {`,
      `    let case: serde_json::Value = serde_json::from_str(r##"${caseText(of)}"##).unwrap();`,
      `    assert_eq!(answer(${quoted(of.op)}, &case["input"]), case["expect"]);`,
      "}",
    ),
  Go: (of) =>
    lines(
      "package yours\n",
      'import (\n\t"encoding/json"\n\t"reflect"\n\t"testing"\n)\n',
      `// ${said(of)}`,
      `func Test${camel(named(of.id))}(t *testing.T) {`,
      "\tvar vector struct{ Input, Expect map[string]any }",
      `\tif err := json.Unmarshal([]byte(${quoted(caseText(of))}), &vector); err != nil {`,
      "\t\tt.Fatal(err)",
      "\t}",
      '\t// Answer: (op, input) -> {"ok": …} or {"reject": code}',
      `\tif got := Answer(${quoted(of.op)}, vector.Input); !reflect.DeepEqual(got, vector.Expect) {`,
      "\t\tt.Fatal(got)",
      "\t}",
      "}",
    ),
  TypeScript: (of) =>
    lines(
      'import assert from "node:assert/strict";',
      'import { test } from "node:test";',
      'import { answer } from "./yours.js"; // (op, input) -> {"ok": …} or {"reject": code}\n',
      `const vector = ${caseText(of)};\n`,
      `test(${quoted(said(of))}, () => {`,
      `  assert.deepEqual(answer(${quoted(of.op)}, vector.input), vector.expect);`,
      "});",
    ),
};

const caseText = (of: Taken): string => JSON.stringify({ input: of.input, expect: of.expect });
const pythonText = (text: string): string => quoted(text);

/** Buttons that copy, and show what they copied. */
export function copyRow(taken: Taken): HTMLElement {
  const row = el("div", "copies", el("span", "about", "Copy as "));
  const shown = el("pre", "code");
  shown.tabIndex = 0;
  const told = el("span", "about");
  told.setAttribute("role", "status");
  for (const [label, text] of copies(taken)) {
    const button = el("button", "", label);
    button.type = "button";
    button.addEventListener("click", async () => {
      shown.textContent = text;
      row.append(shown);
      told.textContent = await navigator.clipboard.writeText(text).then(
        () => `${label} copied`,
        () => "this browser does not let the page copy; select the text",
      );
    });
    row.append(button);
  }
  row.append(told);
  return row;
}
