"""JSON slices: strictness and explanations (specs/message.md section 4)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..model import Case, Group
from ..writer.raw_frame import I8
from ..writer.tensors import CRITIQUE, KINDS, SYNC, bad, json_slice, reads

F = KINDS["f16"]
M = 2**53 - 1


def groups() -> Iterator[Group]:
    """Objects that are to be read, text that is to be refused, explanations."""
    yield Group("message", "read/json", "read_message", "JSON objects at the edge of what is allowed.", list(_good()))
    yield Group(
        "message", "read/bad-json", "read_message", "JSON slices that are not strictly one object.", list(_bad())
    )
    yield Group("message", "read/explanation", "read_message", "Explanations, right and wrong.", list(_explanations()))


def nested(depth: int, kind: str) -> str:
    """An object nested `depth` deep, its own level counted."""
    inner = depth - 1
    return '{"a":' + ("[" * inner + "]" * inner if kind == "array" else '{"a":' * inner + "1" + "}" * inner) + "}"


def _good() -> Iterator[Case]:
    texts = {
        "empty-object": ("{}", "MSG-14"),
        "white-space-inside": ('{ "a" :\t[ 1 ,\r\n 2 ] }', "MSG-14"),
        "every-kind": ('{"a":null,"b":true,"c":false,"d":"x","e":[],"f":{},"g":-1,"h":0.5}', "MSG-14 MSG-19"),
        "escapes": (r'{"a":"\"\\\/\b\f\n\r\t\u0041"}', "MSG-14"),
        "surrogate-pair": (r'{"a":"\ud83c\udf00"}', "MSG-15"),
        "utf-8-of-four-bytes": ('{"a":"🌀"}', "MSG-15"),
        "nul-escaped": (r'{"a":"\u0000"}', "MSG-14"),
        "same-name-in-two-objects": ('{"a":{"x":1},"b":{"x":2}}', "MSG-16"),
        "names-that-differ-in-case": ('{"a":1,"A":2}', "MSG-16"),
        "name-empty": ('{"":1}', "MSG-14"),
        "depth-16-objects": (nested(16, "object"), "MSG-17"),
        "depth-16-arrays": (nested(16, "array"), "MSG-17"),
        "brackets-in-a-string": ('{"a":"' + "[{" * 40 + '"}', "MSG-17"),
        "integer-max": (f'{{"a":{M}}}', "MSG-18"),
        "integer-min": (f'{{"a":{-M}}}', "MSG-18"),
        "fraction-beyond": ('{"a":9007199254740993.5}', "MSG-18"),
        "exponent": ('{"a":1.5e-7}', "MSG-18"),
        "largest-binary64": ('{"a":1.7976931348623157e308}', "MSG-18"),
        "underflow-to-zero": ('{"a":1.5e-400}', "MSG-18"),
        "unknown-method": ('{"method":"dance","with":["me"]}', "MSG-19"),
    }
    for case_id, (text, clauses) in texts.items():
        message = {"kind": "sync", "json": json.loads(text)}
        yield reads(case_id, f"The object {text[:60]}", clauses, SYNC, (json_slice(text),), message)


def _bad() -> Iterator[Case]:
    big = "1" + "0" * 400
    texts: dict[str, tuple[str | bytes, str]] = {
        "empty-payload": ("", "MSG-14"),
        "array": ("[]", "MSG-14"),
        "string": ('"a"', "MSG-14"),
        "number": ("1", "MSG-14"),
        "brace-only": ("{", "MSG-14"),
        "closing-missing": ('{"a":1', "MSG-14"),
        "two-objects": ("{}{}", "MSG-14"),
        "space-before": (" {}", "MSG-14"),
        "space-after": ("{} ", "MSG-14"),
        "line-feed-after": ("{}\n", "MSG-14"),
        "nul-after": ("{}\0", "MSG-14"),
        "byte-order-mark": (b"\xef\xbb\xbf{}", "MSG-14"),
        "utf-16": ("{}".encode("utf-16-le"), "MSG-14"),
        "comment": ('{"a":1/*b*/}', "MSG-14"),
        "trailing-comma": ('{"a":1,}', "MSG-14"),
        "comma-missing": ('{"a":1 "b":2}', "MSG-14"),
        "colon-missing": ('{"a" 1}', "MSG-14"),
        "single-quotes": ("{'a':1}", "MSG-14"),
        "name-without-quotes": ("{a:1}", "MSG-14"),
        "nan": ('{"a":NaN}', "MSG-14"),
        "infinity": ('{"a":Infinity}', "MSG-14"),
        "minus-infinity": ('{"a":-Infinity}', "MSG-14"),
        "true-in-capitals": ('{"a":True}', "MSG-14"),
        "leading-zero": ('{"a":01}', "MSG-14"),
        "plus-sign": ('{"a":+1}', "MSG-14"),
        "point-without-digit": ('{"a":1.}', "MSG-14"),
        "point-first": ('{"a":.5}', "MSG-14"),
        "exponent-without-digit": ('{"a":1e}', "MSG-14"),
        "hexadecimal": ('{"a":0x10}', "MSG-14"),
        "tab-in-a-string": ('{"a":"\t"}', "MSG-14"),
        "line-feed-in-a-string": ('{"a":"\n"}', "MSG-14"),
        "unknown-escape": (r'{"a":"\x41"}', "MSG-14"),
        "short-escape": (r'{"a":"\u41"}', "MSG-14"),
        "sign-in-an-escape": (r'{"a":"\u+041"}', "MSG-14"),
        "space-in-an-escape": (r'{"a":"\u 041"}', "MSG-14"),
        "latin-1": ('{"a":"é"}'.encode("latin-1"), "MSG-15"),
        "overlong-utf-8": (b'{"a":"\xc0\xaf"}', "MSG-15"),
        "surrogate-in-utf-8": (b'{"a":"\xed\xa0\x80"}', "MSG-15"),
        "beyond-unicode": (b'{"a":"\xf4\x90\x80\x80"}', "MSG-15"),
        "utf-8-cut": (b'{"a":"\xe2\x82"}', "MSG-15"),
        "bad-utf-8-in-a-name": (b'{"\xff":1}', "MSG-15"),
        "lone-high-surrogate": (r'{"a":"\ud800"}', "MSG-15"),
        "lone-low-surrogate": (r'{"a":"\udc00"}', "MSG-15"),
        "surrogates-swapped": (r'{"a":"\udf00\ud83c"}', "MSG-15"),
        "high-surrogate-before-letter": (r'{"a":"\ud83cx"}', "MSG-15"),
        "lone-surrogate-in-a-name": (r'{"\ud800":1}', "MSG-15"),
        "name-twice": ('{"a":1,"a":2}', "MSG-16"),
        "name-twice-same-value": ('{"a":1,"a":1}', "MSG-16"),
        "name-twice-by-escape": (r'{"a":1,"\u0061":2}', "MSG-16"),
        "name-twice-inside": ('{"b":{"a":1,"a":2}}', "MSG-16"),
        "name-twice-in-an-array": ('{"b":[{"a":1,"a":2}]}', "MSG-16"),
        "depth-17-objects": (nested(17, "object"), "MSG-17"),
        "depth-17-arrays": (nested(17, "array"), "MSG-17"),
        "depth-20000": ('{"a":' + "[" * 20_000, "MSG-17"),  # not closed: who descends meets the limit first
        "integer-above-max": (f'{{"a":{M + 1}}}', "MSG-18"),
        "integer-below-min": (f'{{"a":{-M - 1}}}', "MSG-18"),
        "integer-2-pow-64": (f'{{"a":{2**64}}}', "MSG-18"),
        "integer-of-401-digits": (f'{{"a":{big}}}', "MSG-18"),
        "integer-in-an-array": (f'{{"a":[{M + 1}]}}', "MSG-18"),
        "number-beyond-binary64": ('{"a":1e400}', "MSG-18"),
        "minus-number-beyond-binary64": ('{"a":-1.5e400}', "MSG-18"),
    }
    for case_id, (text, clauses) in texts.items():
        about = f"The payload {text[:40]!r}."
        yield bad(case_id, about, clauses, SYNC, (json_slice(text),), "BAD_JSON")
    for name, dims in {"rank-2": (1, 2), "rank-3": (2, 1, 1)}.items():
        about = f"A JSON slice of dims {list(dims)}."
        yield bad(name, about, "MSG-13", SYNC, ((I8, dims, b"{}"),), "BAD_JSON")


def _explanations() -> Iterator[Case]:
    good = {
        "empty": "{}",
        "note-only": '{"note":""}',
        "magnitude-zero": '{"magnitude":0}',
        "magnitude-minus-zero": '{"magnitude":-0.0}',
        "magnitude-minus-zero-integer": '{"magnitude":-0}',
        "magnitude-integer": '{"magnitude":3}',
        "magnitude-fraction": '{"magnitude":0.042}',
        "correction-only": '{"suggested_correction":"увеличить внимание к токену 15"}',
        "unknown-members": '{"note":"x","severity":"high","dims":[3,17]}',
    }
    for case_id, text in good.items():
        message = {"kind": "critique", "divergence": F.json, "mask": None, "explanation": json.loads(text)}
        clauses = "MSG-20 MSG-23" if "minus" in case_id else "MSG-19" if case_id == "unknown-members" else "MSG-20"
        yield reads(case_id, f"The explanation {text}.", clauses, CRITIQUE, (*F.slices, json_slice(text)), message)
    wrong = {
        "note-number": '{"note":1}',
        "note-null": '{"note":null}',
        "note-array": '{"note":["x"]}',
        "correction-object": '{"suggested_correction":{}}',
        "correction-true": '{"suggested_correction":true}',
        "magnitude-string": '{"magnitude":"0.5"}',
        "magnitude-true": '{"magnitude":true}',
        "magnitude-null": '{"magnitude":null}',
        "magnitude-negative": '{"magnitude":-0.5}',
        "magnitude-negative-integer": '{"magnitude":-1}',
    }
    for case_id, text in wrong.items():
        yield bad(case_id, f"The explanation {text}.", "MSG-20", CRITIQUE, (*F.slices, json_slice(text)), "BAD_JSON")
    mask = (I8, (2, 2), bytes(4))
    slices = (*F.slices, mask, (I8, (2, 2), bytes(4)))
    yield bad("second-mask", "Behind the mask, a slice that is no JSON.", "MSG-13", CRITIQUE, slices, "BAD_JSON")
    slices = (*F.slices, mask, (I8, (4,), bytes(4)))
    yield bad("explanation-of-zeros", "Behind the mask, zeros.", "MSG-14", CRITIQUE, slices, "BAD_JSON")
    slices = (*F.slices, json_slice('{"note":1'))
    yield bad(
        "brace-but-no-json",
        "A first byte 0x7B makes it an explanation, and it is a bad one.",
        "MSG-5 MSG-14",
        CRITIQUE,
        slices,
        "BAD_JSON",
    )
