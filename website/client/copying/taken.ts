/** A case as it is taken along, and what tests in every language are written with. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type Members = { readonly [name: string]: Json };

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

/** A slice as requests have it. */
export interface Slice {
  readonly dtype: number;
  readonly dims: readonly number[];
  readonly payload: string;
}

/** The fields of a frame as requests have them. */
export interface Fields {
  readonly type: number;
  readonly flags: number;
  readonly stream_id: number;
  readonly frame_seq: string;
  readonly space_hash32: number;
  readonly modality: number;
  readonly slices: readonly Slice[];
}

/** A tensor as the result of read_message has it. */
export interface Tensor extends Slice {
  readonly scale: string | null;
  readonly index: string | null;
}

/** What a language writes for an op: the call, and what is to hold for its result. */
export interface Call {
  /** What the test imports besides what each test does. */
  readonly uses?: readonly string[];
  readonly call: Lines;
  /** Lines that compare a result with the one expected. */
  readonly holds: (ok: Members) => Lines;
}

export type Lines = string | readonly Lines[];
export type Ops = Readonly<Record<string, (input: Members) => Call>>;

export const quoted = (text: Json | undefined): string => JSON.stringify(text ?? "");
export const named = (id: string): string => id.replace(/[^A-Za-z0-9]+/g, "_");
export const camel = (name: string): string =>
  name.replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
export const said = (taken: Taken): string => `${taken.id}: ${taken.about} (${taken.clauses.join(", ")})`;
export const lines = (...all: Lines[]): string => `${all.flat(9).join("\n")}\n`;
export const indented = (by: string, all: Lines): string[] => [all].flat(9).map((line) => by + line);

export const texts = (value: Json | undefined): readonly string[] => (value ?? []) as readonly string[];
export const numbers = (value: Json | undefined): readonly number[] => (value ?? []) as readonly number[];
export const fieldsOf = (value: Json | undefined): Fields => value as unknown as Fields;
export const tensorOf = (value: Json | undefined): Tensor => value as unknown as Tensor;
export const membersOf = (value: Json | undefined): Members => Object(value);
export const list = (all: readonly (string | number)[]): string => `[${all.join(", ")}]`;

/** Whether a frame has the flag ZSTD, which leaves open how its body is compressed. */
export const isZstd = (flags: number): boolean => (flags & 1) === 1;

/** The bytes of a result that a case gives, or their hash where they are long: name, hex, and whether it is the hash. */
export function bytesIn(ok: Members): [name: string, hex: string, hashed: boolean][] {
  return Object.entries(ok)
    .filter(([, value]) => typeof value === "string")
    .map(([name, value]) => [name.replace(/_sha256$/, ""), String(value), name.endsWith("_sha256")]);
}

/** The members of a form that adapt chooses, in the order of its slices. */
export const FORMS: Readonly<Record<string, readonly string[]>> = {
  f16: ["data"],
  i8: ["codes", "scale"],
  q4: ["codes", "scale"],
  sparse: ["values", "index"],
};
