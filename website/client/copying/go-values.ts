/** Values as Go has them, and comparisons of results with them. */
import { bytesIn, type Json, type Lines, type Members, membersOf, numbers, quoted, tensorOf, texts } from "./taken.js";

export const bytes = (hex: Json | undefined): string => `unhex(${quoted(hex)})`;
export const orNil = (hex: Json | undefined): string => (typeof hex === "string" ? bytes(hex) : "nil");
export const many = (all: Json | undefined): string => `[][]byte{${texts(all).map(orNil).join(", ")}}`;
export const dims = (value: Json | undefined): string => `[]uint32{${numbers(value).join(", ")}}`;
const SOURCES: Readonly<Record<string, string>> = { f16: "Float16", f32: "Float32", bf16: "BFloat16" };
const DTYPES: Readonly<Record<string, string>> = { f16: "F16", i8: "I8", q4: "Q4", sparse: "SparseCOO" };
export const source = (value: Json | undefined): string => `resonant.${SOURCES[String(value)]}`;
export const dtype = (value: Json | undefined): string => `resonant.${DTYPES[String(value)]}`;

/** A comparison of what is got, as text, with what is wanted. */
export const equal = (got: string, want: string): Lines => [
  `if got, want := ${got}, ${want}; got != want {`,
  '\tt.Errorf("got %v, want %v", got, want)',
  "}",
];
export const same =
  (of: Readonly<Record<string, string>>) =>
  (ok: Members): Lines =>
    bytesIn(ok).map(([name, hex, hashed]) =>
      equal(`fmt.Sprintf("%x", ${hashed ? `sha256.Sum256(${of[name]})` : of[name]})`, quoted(hex)),
    );
export const each =
  (name: string, found = "found") =>
  (ok: Members): Lines =>
    equal(`fmt.Sprintf("%x", ${found})`, `fmt.Sprintf("%x", ${many(ok[name])})`);

/** A text as Go has it: JSON but for surrogates, which no text of a case has alone. */
export const text = (value: Json | undefined): string => quoted(value).replaceAll("\\/", "/");

function tensor(value: Json | undefined): string {
  const { dtype: number, dims: sizes, payload, scale, index } = tensorOf(value);
  const parts = `DType: ${number}, Dims: ${dims(sizes)}, Payload: ${bytes(payload)}`;
  return `resonant.Tensor{${parts}, Scale: ${orNil(scale)}, Index: ${orNil(index)}}`;
}

/** An object of JSON, compared as text with its members in order, which is how the package `json` writes it. */
const object = (got: string, value: Json | undefined): Lines => [
  `text, _ := json.Marshal(${got})`,
  "var told, wanted any",
  `if json.Unmarshal(text, &told) != nil || json.Unmarshal([]byte(${text(JSON.stringify(value))}), &wanted) != nil || !reflect.DeepEqual(told, wanted) {`,
  '\tt.Errorf("got %s", text)',
  "}",
];

const whole = (want: string): Lines => [
  `if want := (${want}); !reflect.DeepEqual(message, want) {`,
  '\tt.Errorf("got %v, want %v", message, want)',
  "}",
];

const MESSAGES: Readonly<Record<string, (message: Members) => Lines>> = {
  think: ({ hidden }) => whole(`resonant.Think{Hidden: ${tensor(hidden)}}`),
  cache: ({ keys, values }) => whole(`resonant.Cache{Keys: ${tensor(keys)}, Values: ${tensor(values)}}`),
  ask: ({ query, context }) =>
    whole(`resonant.Ask{Query: ${tensor(query)}, Context: ${context ? `&${tensor(context)}` : "nil"}}`),
  sync: ({ json }) => ["sync, _ := message.(resonant.Sync)", object("sync.JSON", json)],
  heart: () => whole("resonant.Heart{}"),
  critique: ({ divergence, mask, explanation }) => [
    "critique, _ := message.(resonant.Critique)",
    object("critique.Explanation", explanation),
    "critique.Explanation, critique.ExplanationText = nil, nil",
    `if want := (resonant.Critique{Divergence: ${tensor(divergence)}, Mask: ${orNil(mask)}}); !reflect.DeepEqual(critique, want) {`,
    '\tt.Errorf("got %v, want %v", critique, want)',
    "}",
  ],
};

/** Lines that compare `message` with the one of a result. */
export function message(ok: Members): Lines {
  const told = membersOf(ok.message);
  return MESSAGES[String(told.kind)]?.(told) ?? [];
}
