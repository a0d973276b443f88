"""Testees whose replies are wrong, from a wrong value to no JSON at all. All of them in one piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.outcome import Outcome

from .table import REPLY_S, Hostile

_WRONG = Outcome.HARNESS_ERROR
_SAY = "def reply(op, right):\n    return {}\n"

EVERYWHERE: Mapping[str, Hostile] = {
    "never answers a case": Hostile(
        "def datagrams(number, message, to):\n    return []\n",
        Outcome.TIMEOUT, "no reply within 5.0 s", always=True, waits_s=6 * REPLY_S,
    ),
    "answers late, after the request came again": Hostile(
        "def reply(op, right):\n    time.sleep(0.6)\n    return right\n", always=True
    ),
    "answers ok to everything": Hostile(
        _SAY.format("{'ok': {}}"), Outcome.FAIL, "xxhash3_64: expected", always=True
    ),
    "refuses everything": Hostile(
        _SAY.format("{'reject': {'code': 'BAD_TYPE'}}"), Outcome.FAIL, "rejected a valid input", always=True
    ),
    "supports nothing": Hostile(
        _SAY.format("{'unsupported': op}"), Outcome.UNSUPPORTED, "answered `unsupported`", always=True
    ),
    "claims every profile and supports one": Hostile(
        _SAY.format("{'unsupported': op}"), Outcome.UNSUPPORTED, "for a profile that it claims"
    ),
    "finds every request wrong": Hostile(
        _SAY.format("{'error': 'no\\n' * 15_000}"), Outcome.REQUEST_ERROR, "rejected a request that", always=True
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BadReply:
    """A reply in place of the right one: an expression for an object with `op` and `right`, or for bytes."""

    expression: str
    outcome: Outcome
    says: str


OBJECTS: Mapping[str, BadReply] = {
    "ok, at length": BadReply("{'ok': {'xxhash3_64': '0' * 50_000}}", Outcome.FAIL, "(50,018 characters)"),
    "a member with a long name": BadReply("{'ok': {**right['ok'], 'x' * 50_000: 0}}", Outcome.FAIL, "(50,0"),
    "values of wrong types": BadReply(
        "{'ok': {'xxhash3_64': [{'a': None}, True, 1e300, -1]}}", Outcome.FAIL, "xxhash3_64: expected"
    ),
    "a code of 50,000 characters": BadReply(
        "{'reject': {'code': 'X' * 50_000, 'detail': '\\x1b[2J'}}", Outcome.FAIL, "reject XXX"
    ),
    "two kinds at once": BadReply("{**right, 'error': 'no'}", _WRONG, "2 members instead of one"),
    "a kind of its own": BadReply("{'timeout': 5}", _WRONG, "not one of ok, reject"),
    "ok, which is a number": BadReply("{'ok': 5}", _WRONG, "ok is not an object: 5"),
    "the request": BadReply("{'op': op, 'case': '', 'profile': '', 'input': {}}", _WRONG, "4 members instead of one"),
}
TEXTS: Mapping[str, BadReply] = {
    "no JSON": BadReply("b'fine, thanks'", _WRONG, "not UTF-8 JSON"),
    "nothing": BadReply("b''", _WRONG, "not UTF-8 JSON"),
    "no UTF-8": BadReply('b\'{"ok": {"xxhash3_64": "\\xff"}}\'', _WRONG, "not UTF-8 JSON"),
    "half a surrogate pair": BadReply('b\'{"error": "\\\\ud800"}\'', _WRONG, "not UTF-8 JSON"),
    "a member twice": BadReply("message[:-1] + b',' + message[1:]", _WRONG, "duplicate member in an object"),
    "NaN": BadReply('b\'{"ok": {"xxhash3_64": NaN}}\'', _WRONG, "NaN is not JSON"),
    "a number beyond all numbers": BadReply('b\'{"ok": {"xxhash3_64": 1e999}}\'', _WRONG, "beyond binary64"),
    "an integer of 4,000 digits": BadReply(
        "b'{\"ok\": {\"xxhash3_64\": ' + b'7' * 4_000 + b'}}'", Outcome.FAIL, "xxhash3_64: expected"
    ),
    "an integer of 50,000 digits": BadReply(
        "b'{\"ok\": {\"xxhash3_64\": ' + b'7' * 50_000 + b'}}'", _WRONG, "not UTF-8 JSON"
    ),
    "as deep as a parser goes": BadReply(
        "b'{\"ok\": {\"xxhash3_64\": ' + b'[' * 700 + b']' * 700 + b'}}'", _WRONG, "nests deeper than 64"
    ),
    "deeper than a parser goes": BadReply("b'[' * 50_000", _WRONG, "not UTF-8 JSON"),
    "the words of a driver that gives up": BadReply("b'gave up: hangs have cost enough'", _WRONG, "gave up: hangs"),
}
BAD_REPLIES: Mapping[str, BadReply] = {**OBJECTS, **TEXTS}


def wrong_in_turn(cases: Mapping[str, str]) -> str:
    """A program that gives each bad reply to one case, by its name."""
    objects = "".join(f"    {cases[name]!r}: lambda op, right: {bad.expression},\n" for name, bad in OBJECTS.items())
    texts = "".join(f"    {cases[name]!r}: lambda message: {bad.expression},\n" for name, bad in TEXTS.items())
    return (
        f"OBJECTS = {{\n{objects}}}\nTEXTS = {{\n{texts}}}\n"
        "def reply(op, right):\n    return OBJECTS.get(now['case'], lambda op, right: right)(op, right)\n\n"
        "def datagrams(number, message, to):\n"
        "    return [HEAD.pack(b'RTP1', number, 0, 1) + TEXTS.get(now['case'], bytes)(message)]\n"
    )
