import { isObject, type JsonObject, type JsonValue } from "../json/value.js";

/** Whether a value has the type and range of a member. */
export type Test = (value: JsonValue) => boolean;

/** What a member has to be, and whether it may be missing. Members that are not in a table are ignored (HSK-8). */
export interface Member {
  readonly test: Test;
  readonly optional: boolean;
}

/** The members of an object by their names. */
export type Table = { readonly [name: string]: Member };

/** A member that must be there. */
export const required = (test: Test): Member => ({ test, optional: false });
/** A member that may be missing. */
export const optional = (test: Test): Member => ({ test, optional: true });

/** Whether an object has the members of a table. */
export function fits(object: JsonObject, table: Table): boolean {
  return Object.entries(table).every(([name, member]) => {
    const value = object[name];
    return value === undefined ? member.optional : member.test(value);
  });
}

/** An object with the members of a table. */
export const objectOf =
  (table: Table): Test =>
  (value) =>
    isObject(value) && fits(value, table);

export const isText: Test = (value) => typeof value === "string";
export const isBoolean: Test = (value) => typeof value === "boolean";
/** A number without fraction and exponent, which the reader alone can tell. */
export const isInteger: Test = (value) => typeof value === "number";
export const isPositive: Test = (value) => typeof value === "number" && value >= 1;
export const isU32: Test = (value) => typeof value === "number" && value >= 0 && value <= 0xffff_ffff;
export const isWithin =
  (least: number, most: number): Test =>
  (value) =>
    typeof value === "number" && value >= least && value <= most;
export const isTexts: Test = (value) => Array.isArray(value) && value.every(isText);

const DECIMAL = /^(?:0|[1-9][0-9]{0,19})$/;
const MAX_U64 = 2n ** 64n - 1n;

/** A u64 as a decimal string, without zeros before it. */
export const isU64: Test = (value) => typeof value === "string" && DECIMAL.test(value) && BigInt(value) <= MAX_U64;
export const isU64s: Test = (value) => Array.isArray(value) && value.every(isU64);

const RESET_CODE = /^[A-Z0-9_]{1,64}$/;

/** The code of a reset (specs/mux.md). */
export const isResetCode: Test = (value) => typeof value === "string" && RESET_CODE.test(value);

const MD5 = /^[0-9a-f]{32}$/;
const XXH3 = /^[0-9a-f]{16}$/;
export const isMd5: Test = (value) => typeof value === "string" && MD5.test(value);
export const isXxh3: Test = (value) => typeof value === "string" && XXH3.test(value);
