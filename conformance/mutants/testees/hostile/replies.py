"""Testees whose replies are wrong, from a wrong value to no JSON at all. All of them in one piece."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from ....model.cases import load_cases
from ...engine.patches import both, replaced
from ..wrong import Reply
from .attack import Hostile, Misdeed, Says, answering, in_place, on_all, on_one

LATE_S = 0.6
"""By then the runner has sent its request again."""


def _late(_op: str, right: Reply) -> Reply:
    time.sleep(LATE_S)
    return right


def _saying(reply: Reply) -> Says:
    return lambda op, right: reply


def _not_supported(op: str, _right: Reply) -> Reply:
    return {"unsupported": op}


OBJECTS: Mapping[str, Says] = {
    "ok, at length": _saying({"ok": {"xxhash3_64": "0" * 50_000}}),
    "a member with a long name": lambda op, right: {"ok": {**right["ok"], "x" * 50_000: 0}},
    "values of wrong types": _saying({"ok": {"xxhash3_64": [{"a": None}, True, 1e300, -1]}}),
    "a code of 50,000 characters": _saying({"reject": {"code": "X" * 50_000, "detail": "\x1b[2J"}}),
    "two kinds at once": lambda op, right: {**right, "error": "no"},
    "a kind of its own": _saying({"timeout": 5}),
    "ok, which is a number": _saying({"ok": 5}),
    "the request": lambda op, right: {"op": op, "case": "", "profile": "", "input": {}},
}
"""Objects in place of the right one."""
TEXTS: Mapping[str, Callable[[bytes], bytes]] = {
    "no JSON": lambda message: b"fine, thanks",
    "nothing": lambda message: b"",
    "no UTF-8": lambda message: b'{"ok": {"xxhash3_64": "\xff"}}',
    "half a surrogate pair": lambda message: b'{"error": "\\ud800"}',
    "a member twice": lambda message: message[:-1] + b"," + message[1:],
    "NaN": lambda message: b'{"ok": {"xxhash3_64": NaN}}',
    "a number beyond all numbers": lambda message: b'{"ok": {"xxhash3_64": 1e999}}',
    "an integer of 4,000 digits": lambda message: b'{"ok": {"xxhash3_64": ' + b"7" * 4_000 + b"}}",
    "an integer of 50,000 digits": lambda message: b'{"ok": {"xxhash3_64": ' + b"7" * 50_000 + b"}}",
    "as deep as a parser goes": lambda message: b'{"ok": {"xxhash3_64": ' + b"[" * 700 + b"]" * 700 + b"}}",
    "deeper than a parser goes": lambda message: b"[" * 50_000,
    "the words of a driver that gives up": lambda message: b"gave up: hangs have cost enough",
}
"""Bytes in place of the right reply."""
BAD_REPLIES: Mapping[str, Misdeed] = {
    **{name: Misdeed(says=says) for name, says in OBJECTS.items()},
    **{name: Misdeed(sends=in_place(make)) for name, make in TEXTS.items()},
}


def in_turn() -> Mapping[str, str]:
    """The case that each bad reply is given to. A few others lie between them and after them."""
    hashes = (case.id for case in load_cases() if case.op == "tail_hash")
    return dict(zip(BAD_REPLIES, (case for at, case in enumerate(hashes) if at % 6), strict=False))


def _each_to_its_case() -> Callable[[str], Misdeed | None]:
    found: dict[str, Misdeed] = {}

    def misdeed_of(case: str) -> Misdeed | None:
        if not found:  # vectors are read by none but this one
            found.update({id: BAD_REPLIES[name] for name, id in in_turn().items()})
        return found.get(case)

    return misdeed_of


CLAIMS_NOTHING = Hostile(
    "claims-nothing",
    "Claims no profile and supports nothing, so that there is nothing to judge.",
    both(replaced("ops.PROFILES", ()), answering(lambda case: Misdeed(_not_supported))),
)
IN_TURN = Hostile(
    "bad-replies-in-turn",
    "Gives a bad reply of another kind to each of twenty cases of tail_hash, from wrong types to no UTF-8.",
    answering(_each_to_its_case()),
    always=True,
)
HOSTILE = (
    on_all("never-answers", "Never answers a case.", sends=lambda number, message, to: ()),
    on_all("answers-late", "Answers when the runner has sent its request again.", _late),
    on_all("ok-to-everything", "Answers `ok` to everything.", _saying({"ok": {}})),
    on_all("rejects-everything", "Rejects everything with one code.", _saying({"reject": {"code": "BAD_TYPE"}})),
    on_all("supports-nothing", "Claims every profile and supports none.", _not_supported),
    on_one("supports-not-all", "Claims every profile and does not support one op of one case.", _not_supported),
    on_all(
        "errors-at-length", "Answers `error` and 45,000 characters to everything.", _saying({"error": "no\n" * 15_000})
    ),
    CLAIMS_NOTHING,
    IN_TURN,
)
