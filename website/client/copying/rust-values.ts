/** Values as Rust has them, and comparisons of results with them. */
import { bytesIn, type Json, type Lines, type Members, membersOf, numbers, quoted, tensorOf, texts } from "./taken.js";

export const bytes = (hex: Json | undefined): string => `bytes(${quoted(hex)})`;
export const fixed = (hex: Json | undefined): string => `&${bytes(hex)}.try_into().unwrap()`;
export const some = (hex: Json | undefined): string => (typeof hex === "string" ? `Some(${bytes(hex)})` : "None");
export const vec = (all: readonly (string | number)[]): string => `vec![${all.join(", ")}]`;
export const many = (all: Json | undefined): string =>
  texts(all).length > 0 ? vec(texts(all).map(bytes)) : "Vec::<Vec<u8>>::new()";
export const dims = (value: Json | undefined): string => `&[${numbers(value).join(", ")}]`;
const ESCAPES = /\p{Cc}|["\\]/gu;
export const text = (value: Json | undefined): string =>
  `"${String(value).replace(ESCAPES, (one) => `\\u{${one.charCodeAt(0).toString(16)}}`)}"`;
export const SOURCES: Readonly<Record<string, string>> = {
  f16: "Source::F16",
  f32: "Source::F32",
  bf16: "Source::Bf16",
};
export const DTYPES: Readonly<Record<string, string>> = {
  f16: "DType::F16",
  i8: "DType::I8",
  q4: "DType::Q4",
  sparse: "DType::SparseCoo",
};
export const quantizer = (bits: Json | undefined): string => (bits === 4 ? "Quantizer::Q4" : "Quantizer::I8");

export const same =
  (of: Readonly<Record<string, string>>) =>
  (ok: Members): Lines =>
    bytesIn(ok).map(([name, hex, hashed]) =>
      hashed
        ? `assert_eq!(Sha256::digest(&${of[name]}).to_vec(), ${bytes(hex)}); // the crate sha2`
        : `assert_eq!(${of[name]}, ${bytes(hex)});`,
    );
export const each =
  (name: string) =>
  (ok: Members): Lines =>
    `assert_eq!(found, ${many(ok[name])});`;

const VARIANTS: Readonly<Record<number, string>> = { 1: "F16", 2: "I8", 3: "Q4", 16: "Sparse" };

function tensor(value: Json | undefined): string {
  const { dtype, dims: sizes, payload, scale, index } = tensorOf(value);
  const coded = `codes: ${bytes(payload)}, scale: ${some(scale)}`;
  const data: Readonly<Record<string, string>> = {
    F16: `values: ${bytes(payload)}`,
    I8: coded,
    Q4: coded,
    Sparse: `values: ${bytes(payload)}, index: ${bytes(index ?? "")}`,
  };
  const name = VARIANTS[dtype] ?? "F16";
  return `Tensor { dims: ${vec(sizes)}, data: TensorData::${name} { ${data[name]} } }`;
}

/** A pattern that takes a message apart, and what its parts are. */
const is = (pattern: string, ...parts: Lines[]): Lines => [
  `let Message::${pattern} = found else { panic!("{found:?}") };`,
  ...parts,
];
const members = (got: string, value: Json | undefined): Lines => [
  `let (got, wanted) = (${got}, JsonObject::parse(${text(JSON.stringify(value))}.as_bytes()).unwrap());`,
  Object.values(membersOf(value)).some(Number.isInteger) ? NUMBERS : "assert_eq!(got.members(), wanted.members());",
];
/** A page cannot tell 1.0 from 1, as the crate does. */
const NUMBERS = [
  "assert_eq!(got.members().len(), wanted.members().len());",
  "for (name, value) in wanted.members() {",
  "    match (got.get(name), value) {",
  "        (Some(Json::Number(got)), Json::Integer(wanted)) => assert_eq!(*got, *wanted as f64),",
  "        (got, wanted) => assert_eq!(got, Some(wanted)),",
  "    }",
  "}",
];

const MESSAGES: Readonly<Record<string, (message: Members) => Lines>> = {
  think: ({ hidden }) => is("Think { hidden }", `assert_eq!(hidden, ${tensor(hidden)});`),
  cache: ({ keys, values }) =>
    is("Cache { keys, values }", `assert_eq!(keys, ${tensor(keys)});`, `assert_eq!(values, ${tensor(values)});`),
  ask: ({ query, context }) =>
    is(
      "Ask { query, context }",
      `assert_eq!(query, ${tensor(query)});`,
      `assert_eq!(context, ${context ? `Some(${tensor(context)})` : "None"});`,
    ),
  sync: (message) => is("Sync { json }", members("json", message.json)),
  heart: () => "assert_eq!(found, Message::Heart);",
  critique: ({ divergence, mask, explanation }) =>
    is(
      "Critique { divergence, mask, explanation }",
      `assert_eq!(divergence, ${tensor(divergence)});`,
      `assert_eq!(mask, ${some(mask)});`,
      explanation
        ? ["let explanation = explanation.unwrap();", members("explanation.object()", explanation)]
        : "assert!(explanation.is_none());",
    ),
};

/** Lines that compare `found`, a message, with the one of a result. */
export function message(ok: Members): Lines {
  const told = membersOf(ok.message);
  return MESSAGES[String(told.kind)]?.(told) ?? [];
}
