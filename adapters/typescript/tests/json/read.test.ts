import assert from "node:assert/strict";
import { test } from "node:test";
import { JsonError, readObject } from "../../src/json/read.js";
import { Double, plain } from "../../src/json/value.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

const TAKEN: Record<string, [text: string, value: unknown]> = {
  "no members": ["{}", {}],
  "white space between tokens": ['{ "a" :\t[ 1 ,\n2 ] ,\r"b":{} }', { a: [1, 2], b: {} }],
  words: ['{"a":[true,false,null]}', { a: [true, false, null] }],
  escapes: [String.raw`{"a":"\"\\\/\b\f\n\r\t\u0041\u00e9"}`, { a: '"\\/\b\f\n\r\tAé' }],
  "a pair of surrogates": [String.raw`{"a":"\ud83d\uDE00"}`, { a: "😀" }],
  "characters of four bytes": ['{"😀":"😀"}', { "😀": "😀" }],
  "names of Object.prototype": ['{"__proto__":1,"constructor":2,"toString":3}', "names"],
  "the largest integers": ['{"a":[9007199254740991,-9007199254740991]}', { a: [2 ** 53 - 1, 1 - 2 ** 53] }],
  "integers of 0": ['{"a":[0,-0]}', { a: [0, 0] }],
  "numbers that are no integers": [
    '{"a":[1.0,1e2,-0.5E-1]}',
    { a: [new Double(1), new Double(100), new Double(-0.05)] },
  ],
  "what is too small for binary64": ['{"a":1e-400}', { a: new Double(0) }],
  "the same name in two objects": ['{"a":{"b":1},"c":{"b":1}}', { a: { b: 1 }, c: { b: 1 } }],
  "16 levels": [nested(16), "deep"],
};

const REFUSED: Record<string, string> = {
  nothing: "",
  "one brace": "{",
  "a brace that closes": "}",
  "an array": "[]",
  "white space before": " {}",
  "white space after": "{} ",
  "a byte order mark": "\ufeff{}",
  "two objects": "{}{}",
  "a name twice": '{"a":1,"a":1}',
  "a name twice, once escaped": String.raw`{"a":1,"\u0061":1}`,
  "a name twice deep inside": '{"a":[{"b":1,"b":2}]}',
  "__proto__ twice": '{"__proto__":1,"__proto__":2}',
  "a high surrogate alone": String.raw`{"a":"\ud83d"}`,
  "a low surrogate alone": String.raw`{"a":"\ude00"}`,
  "two high surrogates": String.raw`{"a":"\ud83d\ud83d"}`,
  "a surrogate before a letter": String.raw`{"a":"\ud83dA"}`,
  "a lone surrogate in a name": String.raw`{"\ud83d":1}`,
  "an unknown escape": String.raw`{"a":"\x41"}`,
  "an escape of Object.prototype": String.raw`{"a":"\constructor"}`,
  "three hexadecimal digits": String.raw`{"a":"\u004"}`,
  "a control character": '{"a":"\n"}',
  "a comma before the end": '{"a":1,}',
  "a comma before the end of an array": '{"a":[1,]}',
  "a comma first": '{,"a":1}',
  "no colon": '{"a" 1}',
  "no value": '{"a":}',
  "a comment": '{/**/"a":1}',
  "quotes of the other kind": "{'a':1}",
  "a name without quotes": "{a:1}",
  "a leading 0": '{"a":01}',
  "a plus": '{"a":+1}',
  "a point first": '{"a":.5}',
  "a point last": '{"a":5.}',
  "an exponent without digits": '{"a":1e}',
  NaN: '{"a":NaN}',
  Infinity: '{"a":Infinity}',
  "a word in capitals": '{"a":True}',
  "a longer word": '{"a":nulls}',
  "2 to the 53": '{"a":9007199254740992}',
  "minus 2 to the 53": '{"a":-9007199254740992}',
  "a thousand digits": `{"a":${"9".repeat(1000)}}`,
  "beyond binary64": '{"a":1e400}',
  "17 levels": nested(17),
  "a hundred thousand levels": nested(100_000),
  "a brace inside a string at the end": '{"a":"}',
};

for (const [name, [text, value]] of Object.entries(TAKEN)) {
  test(`takes ${name}`, () => {
    const object = readObject(bytes(text));
    if (value === "names") assert.deepEqual(Object.entries(object), Object.entries(JSON.parse(text)));
    else if (value === "deep") assert.equal(JSON.stringify(object), text);
    else assert.deepEqual(JSON.parse(JSON.stringify(object)), JSON.parse(JSON.stringify(value)));
  });
}

for (const [name, text] of Object.entries(REFUSED)) {
  test(`refuses ${name}`, () => assert.throws(() => readObject(bytes(text)), JsonError));
}

test("refuses bytes that are not UTF-8", () => {
  for (const wrong of [
    [0xff],
    [0xc0, 0x80],
    [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
    [0xe2, 0x82],
    [0xf4, 0x90, 0x80, 0x80],
  ]) {
    const object = Uint8Array.from([...bytes('{"a":"'), ...wrong, ...bytes('"}')]);
    assert.throws(() => readObject(object), JsonError);
  }
});

test("tells integers from other numbers", () => {
  const object = readObject(bytes('{"a":1,"b":1.0,"c":[1E0]}'));
  assert.equal(object.a, 1);
  assert.ok(object.b instanceof Double);
  assert.deepEqual({ ...plain(object) }, { a: 1, b: 1, c: [1] });
});
