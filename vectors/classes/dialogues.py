"""The classes of the dialogues: accepted is what a peer takes, rejected what it refuses, drops or fails for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import permutations
from typing import Any

from .row import Row
from .talk import Talk, type_of
from .view import View

ROLES = ("server", "client")
TYPES = ("null", "boolean", "integer", "fraction", "string", "list", "object")
DATA = (0, 1, 2, 4)
ONE_BIT = (0, 1, 2**8, 2**9, 2**16, 2**24, 2**31, 2**32, 2**33, 2**40, 2**48, 2**56, 2**62, 2**63, 2**64 - 1)
STREAMS = (0, 2, 2**7, 2**8, 2**9, 2**15, 2**16, 2**23, 2**24, 2**30, 2**31, 2**32 - 1)
LENGTHS = (0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257)
MISSING = (1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64)
ORDERS = [(role, (0, *order)) for role in ROLES for order in permutations((1, 2, 3, 4))]
OFFERS: Mapping[str, str] = {
    **dict.fromkeys(("v", "d_model", "space_hash32"), "integer"),
    **dict.fromkeys(("modality", "compress", "crypto", "supports.dtype"), "list"),
    **{"embedding_space_id": "string", "supports": "object", "supports.critique": "boolean"},
}
MEMBERS: Mapping[str, Mapping[str, str]] = {
    "ping": {"ts": "integer", **OFFERS},
    "capability": {"agreed_proto": "integer", "supports.require_crypto": "boolean", **OFFERS},
    "error": {
        **{"code": "string", "message": "string", "ref": "object"},
        **{"ref.stream_id": "integer", "ref.frame_seq": "string"},
    },
    "head": dict.fromkeys(("dir", "frames", "total_len", "md5", "xxhash3_64"), "string"),
    "tail": dict.fromkeys(("frames", "total_len", "xxhash3_64"), "string"),
}
"""method -> member -> its type."""


def _wrong_types(*methods: str) -> list[tuple[str, str, str]]:
    return [
        (method, member, name)
        for method in methods
        for member, right in MEMBERS[method].items()
        for name in TYPES
        if name != right
    ]


def _right_types(*methods: str) -> list[tuple[str, str, str]]:
    return [(method, member, right) for method in methods for member, right in MEMBERS[method].items()]


def _talk(measure: Callable[[Talk, bool], Iterable[Any]]) -> Callable[[View], Iterable[Any]]:
    """A measure of a dialogue and the side that it is asked for."""
    return lambda view: measure(view.talk, bool(view.code))


def _types(talk: Talk, rejected: bool) -> Iterable[Any]:
    for sent in talk.sent:
        method = sent.content.get("method")
        members = MEMBERS.get(method, {}) if isinstance(method, str) else {}
        for path, right in members.items():
            outer, _, inner = path.partition(".")
            value = sent.content.get(outer, ...)
            if inner:
                value = value.get(inner, ...) if isinstance(value, dict) else ...
            if value is not ... and (type_of(value) != right) == rejected:
                yield method, path, type_of(value)


def _streams(talk: Talk, rejected: bool) -> Iterable[Any]:
    return ((talk.role, event["stream_id"]) for event in talk.events("message")) if not rejected else ()


def _numbers(talk: Talk, rejected: bool) -> Iterable[Any]:
    told = (event["frame_seq"] for event in talk.events("message"))
    return ((talk.role, int(number)) for number in told if isinstance(number, str)) if not rejected else ()


def _by_type(talk: Talk, rejected: bool) -> Iterable[Any]:
    if not rejected:
        yield from ((talk.role, event["type"], event["modality"]) for event in talk.events("message"))
        return
    types = {(sent.stream_id, sent.frame_seq): sent.type for sent in talk.sent}
    for event in talk.events("error_sent"):
        number = int(event["frame_seq"]) if isinstance(event["frame_seq"], str) else -1
        yield talk.role, types.get((event["stream_id"], number)), event["code"]


def _instants(talk: Talk, rejected: bool) -> Iterable[Any]:
    return ((talk.role, now_ms) for now_ms in talk.instants()) if not rejected else ()


def _dropped(talk: Talk, rejected: bool) -> Iterable[Any]:
    return ((talk.role, event["code"]) for event in talk.events("dropped")) if rejected else ()


def _frames(talk: Talk, rejected: bool) -> Iterable[Any]:
    return (int(event["frames"]) for event in talk.events("complete")) if not rejected else ()


def _missing(talk: Talk, rejected: bool) -> Iterable[Any]:
    return (len(event["missing"]) for event in talk.events("incomplete")) if not rejected else ()


def _failed(talk: Talk, rejected: bool) -> Iterable[Any]:
    return ((talk.role, event.get("what", event["code"])) for event in talk.events("failed")) if rejected else ()


def _order(talk: Talk, rejected: bool) -> Iterable[Any]:
    """The frames of one stream in the order in which each came first, if the stream was complete."""
    if rejected or not any(talk.events("complete")):
        return
    order = tuple(dict.fromkeys(sent.frame_seq for sent in talk.sent if sent.stream_id == 3))
    yield talk.role, order


def _mixture(talk: Talk, rejected: bool) -> Iterable[Any]:
    """The stream of each frame, where two are complete after three frames each."""
    turns = "".join("ab"[sent.stream_id == 5] for sent in talk.sent if sent.stream_id in (3, 5))
    if not rejected and sorted(turns) == list("aaabbb"):
        yield talk.role, turns


def _again(talk: Talk, rejected: bool) -> Iterable[Any]:
    """The frame of a stream of five that came again as the only one, and behind how many."""
    numbers = [sent.frame_seq for sent in talk.sent if sent.stream_id == 3]
    twice = [place for place, number in enumerate(numbers) if number in numbers[:place]]
    if rejected and len(numbers) == 6 and len(twice) == 1:
        yield talk.role, numbers[twice[0]], twice[0]


def _methods(talk: Talk, rejected: bool) -> Iterable[Any]:
    """The methods that the other end sends on stream_ids of streams."""
    found = (sent.content.get("method") for sent in talk.sent)
    return ((talk.role, method) for method in found if isinstance(method, str)) if not rejected else ()


def _both(*values: Any) -> list[tuple[Any, ...]]:
    return [(role, *(value if isinstance(value, tuple) else (value,))) for role in ROLES for value in values]


_REFUSED = ("HANDSHAKE_REQUIRED", "SPACE_MISMATCH", "UNSUPPORTED_MODALITY", "BAD_MESSAGE", "UNSUPPORTED_DTYPE")
_DEADLINES = (9_999, 10_000, 10_001, 14_999, 15_000, 15_001, 44_999, 45_000, 45_001)
_REPEATS = [("client", now_ms) for now_ms in (999, 1_000, 1_001, 2_999, 3_000, 6_999, 7_000, 14_999, 15_000)]

DIALOGUES: Mapping[str, tuple[Row, ...]] = {
    "handshake": (
        Row("digits", "each role: stream_ids of one bit, and the ends", _talk(_streams), _both(*STREAMS)),
        Row("digits", "each role: frame_seqs of one bit, and the ends", _talk(_numbers), _both(*ONE_BIT)),
        Row(
            "combinations",
            "role × type × modality delivered; role × type × code refused",
            _talk(_by_type),
            _both(*((one, modality) for one in DATA for modality in range(5))),
            _both(*((one, code) for one in DATA for code in _REFUSED)),
        ),
        Row(
            "combinations",
            "method × member × type in JSON",
            _talk(_types),
            _right_types("ping", "capability", "error"),
            _wrong_types("ping", "capability", "error"),
        ),
        Row(
            "combinations",
            "role × code of a drop",
            _talk(_dropped),
            (),
            _both("DUPLICATE", "STALE", "BAD_MESSAGE", "IGNORED", "REPLY_LIMIT", "CRC_MISMATCH", "BAD_VERSION"),
        ),
        Row("instants", "a client's repeats of a ping and its end", _talk(_instants), _REPEATS),
    ),
    "stream": (
        Row("counts", "data frames: 0 to 5, around 8 to 256", _talk(_frames), LENGTHS),
        Row("counts", "missing numbers: 1 to 4, around 8 to 64", _talk(_missing), MISSING),
        Row(
            "combinations",
            "method × member × type in JSON",
            _talk(_types),
            _right_types("head", "tail"),
            _wrong_types("head", "tail"),
        ),
        Row(
            "combinations",
            "role × what a stream fails for",
            _talk(_failed),
            (),
            _both("frame_seq", "frames", "total_len", "md5", "xxhash3_64", "STREAM_TIMEOUT"),
        ),
        Row(
            "combinations",
            "role × code of a drop",
            _talk(_dropped),
            (),
            _both("DUPLICATE", "CLOSED", "AFTER_TAIL", "BUFFER_LIMIT", "REPLY_LIMIT", "STALE"),
        ),
        Row("places", "each role: a stream of five frames in every order behind HEAD", _talk(_order), ORDERS),
        Row(
            "places",
            "each role: every mixture of two streams of three frames",
            _talk(_mixture),
            _both(*sorted({"".join(turns) for turns in permutations("aaabbb")})),
        ),
        Row(
            "places",
            "each role: each of five frames again behind each later one",
            _talk(_again),
            (),
            _both(*((number, place) for number in range(5) for place in range(number + 1, 6))),
        ),
        Row("instants", "each role: beside 10, 15 and 45 s", _talk(_instants), _both(*_DEADLINES)),
    ),
    "mux": (
        Row(
            "combinations", "each role: the four methods", _talk(_methods), _both("credit", "blocked", "done", "reset")
        ),
        Row(
            "combinations",
            "role × what a managed stream fails for",
            _talk(_failed),
            (),
            _both("FLOW_CONTROL", "STREAM_CANCELLED", "GIVEN_UP"),
        ),
        Row(
            "combinations",
            "role × why what comes on a managed stream is dropped",
            _talk(_dropped),
            (),
            _both("AFTER_TAIL", "CLOSED", "DUPLICATE", "REPLY_LIMIT"),
        ),
        Row("sizes", "the number of missing numbers that a blocked asks for", _talk(_missing), (1, 3, 9, 64)),
    ),
}
