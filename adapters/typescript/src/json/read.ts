import { Double, type JsonObject, type JsonValue } from "./value.js";

/** Says that bytes are not one object by the strict rules of specs/message.md, section 4. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

/** How deep objects and arrays may nest, the outermost object counted (MSG-17). */
const MAX_LEVELS = 16;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WHITE_SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: those may not stand in a string (RFC 8259)
const UNESCAPED = /[^"\\\u0000-\u001f]*/y;
const HEX4 = /[0-9a-fA-F]{4}/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const WORDS: readonly (readonly [string, JsonValue])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

/**
 * The one object that the bytes are. Throws JsonError for everything that two parsers could read in two ways: bytes that
 * are not UTF-8, white space around the object, names that occur twice, lone surrogates, deep nesting, integers that a
 * binary64 cannot keep apart, numbers that are not finite (MSG-14 to MSG-18).
 */
export function readObject(bytes: Uint8Array): JsonObject {
  if (bytes[0] !== 0x7b || bytes[bytes.length - 1] !== 0x7d)
    throw new JsonError("it does not begin with { and end with }");
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw new JsonError("it is not UTF-8");
  }
  const reader = new Reader(text);
  const object = reader.object(1);
  if (reader.at !== text.length) throw reader.fault("something follows the object");
  return object;
}

class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  fault(what: string): JsonError {
    return new JsonError(`${what}, at ${this.at}`);
  }

  object(level: number): JsonObject {
    const members: { [name: string]: JsonValue } = Object.create(null);
    this.list("}", level, () => {
      const name = this.string();
      if (name in members) throw this.fault("a name occurs twice");
      this.skipSpace();
      this.expect(":");
      this.skipSpace();
      members[name] = this.value(level + 1);
    });
    return members;
  }

  array(level: number): JsonValue[] {
    const elements: JsonValue[] = [];
    this.list("]", level, () => elements.push(this.value(level + 1)));
    return elements;
  }

  /** Reads from the bracket that opens to the one that closes, with `element` for each that commas separate. */
  list(end: string, level: number, element: () => void): void {
    if (level > MAX_LEVELS) throw this.fault("it nests too deep");
    this.at += 1;
    this.skipSpace();
    if (this.text[this.at] === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      element();
      this.skipSpace();
      if (this.text[this.at] !== ",") break;
      this.at += 1;
      this.skipSpace();
    }
    this.expect(end);
  }

  value(level: number): JsonValue {
    switch (this.text[this.at]) {
      case "{":
        return this.object(level);
      case "[":
        return this.array(level);
      case '"':
        return this.string();
    }
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  number(): number | Double {
    const found = this.match(NUMBER);
    if (found === null) throw this.fault("a value is missing");
    const value = Number(found[0]);
    if (found[1] !== undefined || found[2] !== undefined) {
      if (!Number.isFinite(value)) throw this.fault("a number is too large");
      return new Double(value);
    }
    if (!Number.isSafeInteger(value)) throw this.fault("an integer is too large");
    return value + 0; // -0 is the integer 0
  }

  string(): string {
    this.expect('"');
    let text = "";
    for (;;) {
      text += this.match(UNESCAPED)?.[0] ?? "";
      const end = this.text[this.at];
      if (end !== "\\") break;
      this.at += 1;
      text += this.escaped();
    }
    this.expect('"');
    return text;
  }

  escaped(): string {
    const letter = this.text[this.at] ?? "";
    this.at += 1;
    if (letter !== "u") {
      const meant = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
      if (meant === undefined) throw this.fault("an escape is unknown");
      return meant;
    }
    const first = this.codeUnit();
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    if (first > 0xdbff || !this.text.startsWith("\\u", this.at)) throw this.fault("a surrogate is alone");
    this.at += 2;
    const second = this.codeUnit();
    if (second < 0xdc00 || second > 0xdfff) throw this.fault("a surrogate is alone");
    return String.fromCharCode(first, second);
  }

  codeUnit(): number {
    const found = this.match(HEX4);
    if (found === null) throw this.fault("four hexadecimal digits are missing");
    return Number.parseInt(found[0], 16);
  }

  expect(token: string): void {
    if (this.text[this.at] !== token) throw this.fault(`${token} is missing`);
    this.at += 1;
  }

  skipSpace(): void {
    this.match(WHITE_SPACE);
  }

  /** What the sticky pattern matches here, if it does; what it matches is read. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }
}
