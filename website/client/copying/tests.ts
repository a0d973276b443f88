/** The copies of a case: its bytes, its data, a test of it in each of our languages, and how a dialogue is run. */
import { goTest } from "./go.js";
import { pythonTest } from "./python.js";
import { rustTest } from "./rust.js";
import { type Json, lines, type Taken } from "./taken.js";
import { typescriptTest } from "./typescript.js";

const HEX_FIRST = ["frame", "data", "plain", "zstd", "sealed", "codes", "dense", "values"];
const TESTS: Readonly<Record<string, (taken: Taken) => string | undefined>> = {
  Python: pythonTest,
  Rust: rustTest,
  Go: goTest,
  TypeScript: typescriptTest,
};

/** Label -> text, in the order of the buttons. */
export function copies(taken: Taken): Map<string, string> {
  const found = new Map<string, string>();
  const name = HEX_FIRST.find((one) => typeof taken.input[one] === "string");
  if (name) found.set("hex", String(taken.input[name]));
  found.set("JSON", JSON.stringify(taken.file, undefined, 1));
  for (const [language, test] of Object.entries(TESTS)) {
    const text = test(taken);
    if (text) found.set(`${language} test`, text);
  }
  found.set("command", command(taken));
  return found;
}

/** The case by itself, against each of our implementations, and against the reader's. */
function command({ id, op, file }: Taken): string {
  const [written] = Object(file).cases as readonly { readonly transports?: readonly Json[] }[];
  const transports = op === "dialogue" ? (written?.transports ?? ["udp", "tcp", "quic", "webrtc"]).slice(1) : [];
  return lines(
    "# Python, Rust, Go, TypeScript: the implementations of this project, in a clone of it",
    ["reference", "rust", "go", "typescript"].map((name) => `make conformance IMPL=${name} ARGS='--case ${id}'`),
    "# any other: the folder of its adapter, or the address of its testee",
    `resonant-conformance run --impl path/to/adapter --case ${id}`,
    transports.map((name) => `# over ${name}, where it claims that: --case ${id}@${name}`),
  );
}
