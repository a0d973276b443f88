import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, toHex } from "../../playground/bytes.js";
import { fromFile } from "../../playground/files.js";
import { fromText } from "../../playground/pasted.js";

const DIGITS = "010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b";
const FRAME = Uint8Array.from(DIGITS.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const each = (before: string, between: string): string =>
  Array.from(FRAME, (byte) => before + byte.toString(16).padStart(2, "0")).join(between);
const XXD = `\
00000000: 0100 0000 3412 0000 0100 0000 0000 0000  ....4...........
00000010: 0100 0000 0000 0000 0400 0000 0000 0000  ................
00000020: 0001 0102 0000 0000 3c00 c0d2 2d35 3b    ........<...-5;
`;
const HEXDUMP = `\
00000000  01 00 00 00 34 12 00 00  01 00 00 00 00 00 00 00  |....4...........|
00000010  01 00 00 00 00 00 00 00  04 00 00 00 00 00 00 00  |................|
00000020  00 01 01 02 00 00 00 00  3c 00 c0 d2 2d 35 3b     |........<...-5;|
0000002f
`;
const WIRESHARK = `\
0000   01 00 00 00 34 12 00 00 01 00 00 00 00 00 00 00   ....4...........
0010   01 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00   ................
0020   00 01 01 02 00 00 00 00 3c 00 c0 d2 2d 35 3b      ........<...-5;
`;

const FORMS = {
  digits: DIGITS,
  "upper case": DIGITS.toUpperCase(),
  quoted: `"${DIGITS}"`,
  "lines of odd length": DIGITS.replace(/.{31}/g, "$&\n"),
  C: `unsigned char frame[] = {\n  ${each("0x", ", ")}\n};\nunsigned int frame_len = 47;`,
  Go: `[]byte{${Array.from(FRAME, (byte) => `0x${byte.toString(16)}`).join(", ")}}`,
  Rust: `[${each("0x", ", ")}]`,
  "Python escapes": `b'${each("\\x", "")}'`,
  base64: Buffer.from(FRAME).toString("base64"),
  "base64 in lines": Buffer.from(FRAME).toString("base64").replace(/.{20}/g, "$&\n"),
  xxd: XXD,
  "hexdump -C": HEXDUMP,
  "hexdump -C without its last row": HEXDUMP.replace("0000002f\n", ""),
  "hexdump -C with CRLF": HEXDUMP.replaceAll("\n", "\r\n"),
  Wireshark: WIRESHARK,
  tcpdump: XXD.replace(/^0{4}(....):/gm, "\t0x$1: "),
  "od -A x -t x1": HEXDUMP.replace(/^00|\|.*/gm, ""),
};

for (const [name, text] of Object.entries(FORMS)) {
  test(`bytes are read from ${name}, pasted or in a file`, async () => {
    assert.equal(toHex(fromText(text)), DIGITS);
    assert.equal(toHex(await fromFile(new Blob([text]))), DIGITS);
  });
}

const WRONG: readonly (readonly [string, RegExp])[] = [
  ["nosuch", /“n” is no hexadecimal digit/],
  ["012", /make no whole bytes/],
  ["[1, 0, 0, 52]", /“1” between commas/],
  [String.raw`b'\x01\x004\x12'`, /print its digits/],
  [Buffer.from(FRAME).toString("base64").slice(0, -3), /is cut off/],
  ["0000000 0001 0000 1234 0000\n0000008\n", /make it with hexdump -C/],
  [XXD.replace(/^00000010.*\n/m, ""), /row at 0 of the dump has 16 of 32 bytes/],
  ["0000000 01 00 00 00\n0000020 00 01\n", /od needs -A x/],
  ["00000000  01 01  |..|\n*\n00000020\n", /hexdump -v -C/],
  [`${XXD}xxd: done\n`, /is no row of the dump/],
];

test("a text that spells no bytes says why", () => {
  for (const [text, why] of WRONG)
    assert.throws(
      () => fromText(text),
      (error) => error instanceof InputError && why.test(error.message),
      text,
    );
});

test("an empty text spells no bytes, and a binary file is taken as it is", async () => {
  assert.equal(fromText(" \n").length, 0);
  assert.equal(toHex(await fromFile(new Blob([FRAME]))), DIGITS);
  assert.equal((await fromFile(new Blob([]))).length, 0);
});

test("a file that Windows wrote in UTF-16 is text", async () => {
  const text = Buffer.from(`\ufeff${DIGITS}\r\n`, "utf16le");
  assert.equal(toHex(await fromFile(new Blob([text]))), DIGITS);
});

test("a capture in a form that is not read says what to do", async () => {
  for (const [magic, why] of [
    ["28b52ffd", /zstd -d/],
    ["fd377a58", /xz -dk/],
    ["425a68", /bunzip2/],
    ["04224d18", /lz4 -d/],
    ["504b0304", /ZIP/],
    ["736e6f6f70", /snoop: let editcap/],
    ["474d4255", /Network Monitor: let editcap/],
    ["34cdb2a1", /modified pcap file: let editcap/],
    ["a1b2cd34", /modified pcap file: let editcap/],
  ] as const)
    await assert.rejects(fromFile(new Blob([Buffer.from(magic, "hex"), new Uint8Array(9)])), why);
});
