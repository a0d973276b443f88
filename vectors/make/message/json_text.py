"""The elements of JSON slices, one by one: escapes, control characters, white space, bytes of UTF-8, numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..model import Case, Group
from ..writer.tensors import SYNC, bad, json_slice, reads

M = 2**53 - 1
ESCAPES = '"\\/bfnrt'
WORDS = {
    "true-cut": "tru", "true-last-capital": "truE", "true-capitals": "TRUE", "false-cut": "fals",
    "false-capital": "False", "null-cut": "nul", "null-capital": "Null", "null-capitals": "NULL", "none": "none",
    "undefined": "undefined", "true-and-false": "truefalse", "null-twice": "nullnull",
}  # fmt: skip
NO_NUMBERS = (
    *("00", "-", "-01", "+0", "0x0", "1e", "1e+", "1.e1", ".1", "1.", "--1", "1_0", "1,0", "0b1", "0o7", "1f"),
    *("Inf", "-Inf", "nan", "\u0661", "1 0", "1e1.0", "e1", "- 1", "\uff11"),
)
NUMBERS = (
    *("0", "-0", "0.0", "-0.0", "1e0", "1E0", "1e+2", "1E-2", "1.5e3", "0e9", "0.5e-3", "0e999", "0.1", "1e308"),
    *("9007199254740993e0", "9007199254740992.0", "-1e308", "5e-324", "4e-324", "2e-324", "1e-400"),
    *("123456789.125", "1.7976931348623158e308"),
)
TOO_LARGE = ("1e309", "-1e309", "1.8e308", "1e1000", "10e308", "1797693134862315900e290", "1" + "0" * 309 + ".0")
HALVES = {
    "high-at-the-end": r"x\ud83c", "low-at-the-end": r"x\udf00", "high-high-low": r"\ud83c\ud83c\udf00",
    "low-high": r"\udf00\ud83c", "capitals": r"\uD83C", "high-and-escape": r"\ud83c\n", "first-high": r"\ud800",
    "last-high": r"\udbff", "first-low": r"\udc00", "last-low": r"\udfff", "high-and-nul": r"\ud83c\u0000",
    "high-and-letter-of-four-bytes": r"\ud83c🌀", "pair-and-low": r"\ud83c\udf00\udf00",
    "high-and-backslash-u": r"\ud83c\\udf00",
}  # fmt: skip
NO_UTF8 = {
    "continuation-alone": "80", "continuation-bf": "bf", "overlong-2-c0": "c080", "overlong-2-c1": "c1bf",
    "overlong-3": "e09fbf", "overlong-3-nul": "e08080", "overlong-4": "f08fbfbf", "surrogate-first": "eda080",
    "surrogate-last": "edbfbf", "pair-as-6-bytes": "eda0bcedbc80", "above-10ffff": "f4908080", "f5": "f5808080",
    "f8-five-bytes": "f888808080", "fe": "fe", "ff": "ff", "cut-2": "c3", "cut-3": "e282", "cut-4": "f09f8c",
    "second-not-continuation": "c341", "third-not-continuation": "e28241", "fourth-not-continuation": "f09f8c41",
    "second-too-high": "c3c0", "e2-second-c0": "e2c082", "f0-fourth-c0": "f09f8cc0",
}  # fmt: skip
ENDS = (
    *(0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF),
    *(0x10000, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000, 0x10FFFF),
)
"""The first and last letters of each lead byte's range."""


def groups() -> Iterator[Group]:
    """Letters, bytes and numbers."""
    rows = {
        "read/json-letters": ("Escapes, control characters and white space, one by one.", [*_letters(), *_spaces()]),
        "read/json-escapes": ("Escapes of four digits, right and wrong.", list(_escapes())),
        "read/json-utf-8": ("Every length of UTF-8 at its ends, and what is none.", list(_utf8())),
        "read/json-numbers": ("Numbers by their digits, signs and exponents.", [*_integers(), *_numbers()]),
    }
    for name, (about, cases) in rows.items():
        yield Group("message", name, "read_message", about, cases)


def accepted(case_id: str, about: str, clauses: str, text: str) -> Case:
    """A Sync with this JSON is to be read."""
    message = {"kind": "sync", "json": json.loads(text)}
    return reads(case_id, about, clauses, SYNC, (json_slice(text),), message)


def refused(case_id: str, about: str, clauses: str, text: str | bytes) -> Case:
    """And one with this is to be refused."""
    return bad(case_id, about, clauses, SYNC, (json_slice(text),), "BAD_JSON")


def _letters() -> Iterator[Case]:
    for code in range(0x20, 0x7F):
        letter = chr(code)
        text = f'{{"a":"x\\{letter}y"}}'
        if letter in ESCAPES:
            yield accepted(f"escape-{code:02x}", f"The escape \\{letter}.", "MSG-14", text)
        elif letter != "u":
            yield refused(f"no-escape-{code:02x}", f"A backslash before 0x{code:02x}.", "MSG-14", text)
    for code in range(0x20):
        about = f"0x{code:02x} in a string."
        yield refused(f"control-{code:02x}", about, "MSG-14", b'{"a":"x' + bytes([code]) + b'y"}')
        if code not in (9, 10, 13):
            about = f"0x{code:02x} between tokens."
            yield refused(f"control-{code:02x}-outside", about, "MSG-14", b'{"a":' + bytes([code]) + b"1}")


def _spaces() -> Iterator[Case]:
    for code in (9, 10, 13, 0x20):
        places = ('{%s"a":1}', '{"a"%s:1}', '{"a":%s1}', '{"a":1%s}', '{"a":[%s]}', "{%s}", '{"a":1%s,"b":2}')
        for number, text in enumerate(places):
            about = f"0x{code:02x} between tokens, in place {number}."
            yield accepted(f"space-{code:02x}-{number}", about, "MSG-14", text % chr(code))
    for code in (0x85, 0xA0, 0x2028, 0x2029, 0x3000, 0xFEFF, 0x180E):
        about = f"U+{code:04X} between tokens."
        yield refused(f"no-space-{code:04x}", about, "MSG-14", f'{{"a":{chr(code)}1}}')
        about = f"U+{code:04X} in a string."
        yield accepted(f"in-a-string-{code:04x}", about, "MSG-14", f'{{"a":"{chr(code)}"}}')


def _escapes() -> Iterator[Case]:
    for digit in "0123456789abcdefABCDEF":
        first = "0" if digit in "dD" else digit  # U+Dxxx would be half a pair
        text = f'{{"a":"\\u{first}0{digit}{digit}","b":"\\u0{digit}{digit}1"}}'
        about = f"The places of an escape are {digit}."
        yield accepted(f"hex-digit-{ord(digit):02x}", about, "MSG-14", text)
    for digit in ("g", "G", "/", ":", "@", "`", "x", " "):
        for place in range(4):
            escape = "0041"[:place] + digit + "0041"[place + 1 :]
            case_id = f"no-hex-digit-{ord(digit):02x}-{place}"
            yield refused(case_id, f"The escape \\u{escape}.", "MSG-14", f'{{"a":"\\u{escape}"}}')
    for case_id, text in HALVES.items():
        yield refused(f"half-{case_id}", f"The string {text}.", "MSG-15", f'{{"a":"{text}"}}')
        if case_id in ("high-at-the-end", "low-high", "last-low"):
            yield refused(f"half-{case_id}-in-a-name", f"The name {text}.", "MSG-15", f'{{"b":[{{"{text}":0}}]}}')
    for case_id, text in {"first": r"\ud800\udc00", "last": r"\udbff\udfff", "two": r"\ud83c\udf00" * 2}.items():
        yield accepted(f"pair-{case_id}", f"The string {text}.", "MSG-15", f'{{"a":"{text}"}}')


def _utf8() -> Iterator[Case]:
    for code in ENDS:
        about = f"U+{code:04X} in name and value."
        yield accepted(f"letter-{code:x}", about, "MSG-15", f'{{"{chr(code)}":"{chr(code)}"}}')
    for case_id, digits in NO_UTF8.items():
        raw = bytes.fromhex(digits)
        yield refused(case_id, f"The bytes {digits} in a string.", "MSG-15", b'{"a":"' + raw + b'"}')
        late = b'{"a":"' + b"x" * 64 + raw + b'y"}'
        yield refused(f"{case_id}-late", f"The bytes {digits} behind 64 letters.", "MSG-15", late)
        if case_id in ("overlong-2-c0", "surrogate-first", "cut-2"):
            yield refused(f"{case_id}-in-a-name", "The same in a name.", "MSG-15", b'{"' + raw + b'":0}')


def _integers() -> Iterator[Case]:
    for digits in range(1, 16):
        number = int("9" * digits)
        text = f'{{"a":{number},"b":{-number}}}'
        yield accepted(f"integer-of-{digits}-digits", f"{number} and its negative.", "MSG-18", text)
    for step in (1, 2, 3, 7, 8):
        yield refused(f"integer-{step}-above", f"2^53 - 1 + {step}.", "MSG-18", f'{{"a":{M + step}}}')
        yield refused(f"integer-{step}-below", f"-(2^53 - 1) - {step}.", "MSG-18", f'{{"b":0,"a":{-M - step}}}')
        text = f'{{"a":{M - step},"b":{-M + step}}}'
        yield accepted(f"integer-{step}-within", f"2^53 - 1 - {step}.", "MSG-18", text)
    for digits in (17, 18, 19, 20, 21, 39, 40, 100, 309, 310):
        text = '{"a":1' + "0" * (digits - 1) + "}"
        yield refused(f"integer-of-{digits}-digits", f"An integer of {digits} digits.", "MSG-18", text)
    for power in (62, 63, 64, 127, 128):
        for name, sign in (("", ""), ("minus-", "-")):
            text = f'{{"a":[0,{sign}{2**power}]}}'
            yield refused(f"integer-{name}2-pow-{power}", f"{sign}2^{power}.", "MSG-18", text)


def _numbers() -> Iterator[Case]:
    for number, text in enumerate(NUMBERS):
        yield accepted(f"number-{number}", f"The number {text}.", "MSG-18", f'{{"a":{text}}}')
    for number, text in enumerate(TOO_LARGE):
        yield refused(f"beyond-binary64-{number}", f"The number {text[:40]}.", "MSG-18", f'{{"a":{text}}}')
    for number, text in enumerate(NO_NUMBERS):
        yield refused(f"no-number-{number}", f"The value {text}.", "MSG-14", f'{{"a":{text}}}')
    for name, word in WORDS.items():
        yield refused(f"no-word-{name}", f"The value {word}.", "MSG-14", f'{{"a":{word}}}')
