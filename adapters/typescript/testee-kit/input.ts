import { fromHex } from "./hex.js";
import { BadRequest } from "./implementation.js";

const U32 = 2 ** 32 - 1;
const U64 = 2n ** 64n - 1n;
const DECIMAL = /^(?:0|[1-9][0-9]{0,19})$/;

/**
 * The members of an object of JSON. Each is read once, by the method for its type; `done` says that all have been. What
 * is missing, wrong or too much throws BadRequest.
 */
export class Input {
  readonly #members: Map<string, unknown>;

  constructor(value: unknown) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new BadRequest("expected an object");
    this.#members = new Map(Object.entries(value));
  }

  /** Throw unless every member has been read. */
  done(): void {
    for (const name of this.#members.keys())
      throw new BadRequest(`nothing is known of the member ${JSON.stringify(name)}`);
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  /** A value of any type. */
  value(name: string): unknown {
    if (!this.has(name)) throw new BadRequest(`the member ${name} is missing`);
    const value = this.#members.get(name);
    this.#members.delete(name);
    return value;
  }

  /** The value that `read` gives for a member, or undefined where it is not there. */
  optional<Value>(name: string, read: (name: string) => Value): Value | undefined {
    return this.has(name) ? read(name) : undefined;
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== "string") throw new BadRequest(`${name} is not a string`);
    return value;
  }

  /** A string or a number that is one of these. */
  oneOf<Value extends string | number>(name: string, these: readonly Value[]): Value {
    const value = this.value(name);
    const found = these.find((one) => one === value);
    if (found === undefined) throw new BadRequest(`${name} is none of ${these.join(", ")}`);
    return found;
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== "boolean") throw new BadRequest(`${name} is not true or false`);
    return value;
  }

  /** Lower-case hexadecimal, of exactly so many bytes where a length is given. */
  bytes(name: string, length?: number): Uint8Array {
    const bytes = fromHex(this.text(name));
    if (bytes === undefined) throw new BadRequest(`${name} is not lower-case hexadecimal`);
    if (length !== undefined && bytes.length !== length) throw new BadRequest(`${name} is not ${length} bytes`);
    return bytes;
  }

  /** An array of texts of lower-case hexadecimal. */
  bytesEach(name: string, least = 0): Uint8Array[] {
    return this.array(name, least).map((item) => {
      const bytes = typeof item === "string" ? fromHex(item) : undefined;
      if (bytes === undefined) throw new BadRequest(`${name} has what is not lower-case hexadecimal`);
      return bytes;
    });
  }

  /** The same, where null stands for what is not there. */
  bytesOrNulls(name: string): (Uint8Array | null)[] {
    return this.array(name).map((item) => {
      const bytes = typeof item === "string" ? fromHex(item) : item;
      if (bytes === null || bytes instanceof Uint8Array) return bytes;
      throw new BadRequest(`${name} has what is neither lower-case hexadecimal nor null`);
    });
  }

  /** An integer that is at least `least` and at most `most`. */
  integer(name: string, least: number, most: number): number {
    return requireInteger(name, this.value(name), least, most);
  }

  u32(name: string): number {
    return this.integer(name, 0, U32);
  }

  /** A u64, which is a decimal string. */
  u64(name: string): bigint {
    const text = this.text(name);
    const value = DECIMAL.test(text) ? BigInt(text) : U64 + 1n;
    if (value > U64) throw new BadRequest(`${name} is not a u64 as a decimal string`);
    return value;
  }

  /** An object of which `read` reads every member. */
  within<Value>(name: string, read: (input: Input) => Value): Value {
    return wholly(this.value(name), read);
  }

  array(name: string, least = 0, most = Number.POSITIVE_INFINITY): unknown[] {
    const value = this.value(name);
    if (!Array.isArray(value)) throw new BadRequest(`${name} is not an array`);
    if (value.length < least || value.length > most) throw new BadRequest(`${name} has ${value.length} items`);
    return value;
  }

  /** An array of objects, each read by `read`. */
  objects<Value>(name: string, read: (input: Input) => Value): Value[] {
    return this.array(name).map((item) => wholly(item, read));
  }

  /** An array of u32. */
  u32s(name: string, least = 0, most = Number.POSITIVE_INFINITY): number[] {
    return this.array(name, least, most).map((item) => requireInteger(name, item, 0, U32));
  }

  /** An array of strings that are some of these, none of them twice. */
  oneOfEach<Value extends string>(name: string, these: readonly Value[]): Value[] {
    return this.texts(name).map((text) => {
      const found = these.find((one) => one === text);
      if (found === undefined) throw new BadRequest(`${name} has what is none of ${these.join(", ")}`);
      return found;
    });
  }

  /** An array of strings, none of them twice. */
  texts(name: string): string[] {
    const items = this.array(name);
    if (!items.every((item) => typeof item === "string") || new Set(items).size < items.length) {
      throw new BadRequest(`${name} is not an array of different strings`);
    }
    return items;
  }
}

function wholly<Value>(object: unknown, read: (input: Input) => Value): Value {
  const input = new Input(object);
  const value = read(input);
  input.done();
  return value;
}

function requireInteger(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BadRequest(`${name} is not an integer from ${least} to ${most}`);
}
