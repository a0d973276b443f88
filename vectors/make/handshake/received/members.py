"""Each member of ping, capability and error in each wrong form, one after the other (HSK-8, HSK-10, HSK-63)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM
from ...dialogue.events import dropped, error_received, established
from ...dialogue.frames import CAPABILITY, PING, capable, ping, sync, wrong
from ...dialogue.sessions import ROLES, dialogue, session
from ...dialogue.steps import Steps, advance, capability, client, events, expect, first_ping, refusal, send, server
from ...model import Case, Group
from ..server.malformed import BRIEF, SMALL, with_text

OF_TYPE = {
    "null": "null",
    "boolean": "false",
    "integer": "1",
    "fraction": "1.5",
    "string": '"x"',
    "list": "[]",
    "object": "{}",
}
NO_INTEGERS = ("1.0", "1e0", "10e-1", "-1.5")
DECIMALS = (
    *('""', '"-1"', '"+1"', '"01"', '"00"', '" 1"', '"1 "', '"1.0"', '"1e0"', '"0x1"', '"1_0"'),
    *('"18446744073709551616"', '"18446744073709551617"', '"99999999999999999999"'),
    *('"\u0661"', '"1\\u0000"'),
)
"""Texts that are no u64 in decimal."""
HASHES = ('""', '"0x00"', '"' + "g" * 16 + '"', '"' + "0" * 15 + ' "', '"' + "A" * 16 + '"', '"' + "\u0660" * 16 + '"')
"""Texts that are no hash in lower-case hex of any length that a hash has."""
FURTHER: Mapping[str, Any] = {
    "later-null": None,
    "later-boolean": True,
    "later-integer": -1,
    "later-fraction": 0.5,
    "later-string": "ping",
    "later-list": [{"method": "error"}],
    "later-object": {"code": 1, "ref": None},
    "": "no name at all",
    "TS": None,
    "Frames": 7,
}
"""Members that there are not, some of them nearly."""
INTEGERS = ("ts", "v", "agreed_proto", "d_model", "space_hash32")
LISTS = ("modality", "compress", "crypto", "supports.dtype")
CODES = (
    *("HANDSHAKE_REQUIRED", "SPACE_MISMATCH", "ENCRYPTION_REQUIRED", "UNSUPPORTED_VERSION", "UNSUPPORTED_FEATURE"),
    *("UNSUPPORTED_MODALITY", "UNSUPPORTED_DTYPE", "BAD_MESSAGE", "STREAM_FLAG_MISMATCH", "STREAM_INCOMPLETE"),
    *("STREAM_CORRUPT", "STREAM_TIMEOUT", "X_LATER", "Z9"),
)
CODE_ADDS: Mapping[str, Mapping[str, Any]] = {
    "STREAM_INCOMPLETE": {"missing": ["1"]},
    "STREAM_CORRUPT": {"what": "md5"},
}
A_SECOND = 8


def of_type(*right: str) -> tuple[str, ...]:
    """A value of each type of JSON but these."""
    return tuple(text for name, text in OF_TYPE.items() if name not in right)


def with_further(members: Mapping[str, Any], inside: str = "") -> str:
    """The object's JSON with members that there are not, in the object `inside` as well."""
    nested = {inside: {**members[inside], **FURTHER}} if inside else {}
    return json.dumps({**FURTHER, **members, **nested}, separators=(",", ":"))


def groups() -> Iterator[Group]:
    """A group a method."""
    about = "Each member of a ping in each wrong form, and then a good ping."
    yield Group("handshake", "members/ping", "dialogue", about, list(_pings()))
    about = "Each member of a capability in each wrong form, and then a good one."
    yield Group("handshake", "members/capability", "dialogue", about, list(_capabilities()))
    about = "Each member of an error in each wrong form, and then a good one."
    yield Group("handshake", "members/error", "dialogue", about, [c for role in ROLES for c in _errors(role)])


def _texts(path: str) -> tuple[str, ...]:
    if path in INTEGERS:
        return (*of_type("integer"), *NO_INTEGERS)
    if path in LISTS:
        return (*of_type("list"), "[1]", "[null]", '["none",false]', "[[]]", '["none",{}]')
    return of_type({"embedding_space_id": "string", "supports": "object"}.get(path, "boolean"))


def _pings() -> Iterator[Case]:
    clauses = "HSK-10 HSK-11 HSK-53"
    for path in ("ts", "v", "d_model", "embedding_space_id", "space_hash32", "supports", "supports.critique", *LISTS):
        steps: list[Mapping[str, Any]] = []
        texts = _texts(path)
        for number, text in enumerate(texts):
            steps += advance(1_000) if number % A_SECOND == 0 else []
            bad = sync(with_text(SMALL, path, text), number, HANDSHAKE_STREAM)
            steps += [*send(bad), *refusal(bad, "BAD_MESSAGE", number, detail="BAD_JSON")]
        count = len(texts)
        good = [*advance(1_000), *send(ping(count)), *expect(capability(count)), *events(established())]
        yield server(_name(path), f"{path} of a ping in {count} wrong forms.", clauses, steps, good)
    more = sync(with_further(PING, "supports"), 0, HANDSHAKE_STREAM)
    about = "A ping with members that there are not, of every type, in supports as well."
    yield server("further", about, "HSK-8", send(more), expect(capability()), events(established()))
    escaped = json.dumps(PING).replace('"ts"', r'"\u0074\u0073"').replace('"ping"', r'"p\u0069ng"')
    about = "A ping with escapes in a name and in its method."
    frame = sync(escaped, 0, HANDSHAKE_STREAM)
    yield server("escapes", about, "HSK-10 MSG-15", send(frame), expect(capability()), events(established()))


def _capabilities() -> Iterator[Case]:
    paths = ("v", "agreed_proto", "d_model", "embedding_space_id", "space_hash32", "supports", "supports.critique")
    for path in (*paths, "supports.require_crypto", *LISTS):
        texts = _texts(path)
        bad = [sync(with_text(BRIEF, path, text), number, HANDSHAKE_STREAM) for number, text in enumerate(texts)]
        steps = [*send(*bad), *events(*[dropped("BAD_MESSAGE")] * len(bad)), *send(capable()), *events(established())]
        about = f"{path} of a capability in {len(bad)} wrong forms: each is dropped, and its number is not taken."
        yield client(_name(path), about, "HSK-10 HSK-23", expect(first_ping()), steps)
    more = sync(with_further(CAPABILITY, "supports"), 0, HANDSHAKE_STREAM)
    about = "A capability with members that there are not, of every type, in supports as well."
    yield client("further", about, "HSK-8", expect(first_ping()), send(more), events(established()))


def _errors(role: str) -> Iterator[Case]:
    ref = {"stream_id": 9, "frame_seq": "1"}
    members = {"method": "error", "code": "ENCRYPTION_REQUIRED", "message": "no", "ref": ref}
    told = events(error_received("ENCRYPTION_REQUIRED", (9, 1)))
    forms: Mapping[str, Sequence[str]] = {
        "code": of_type("string"),
        "message": of_type("string"),
        "ref": (*of_type("object"), '{"stream_id":9}', '{"frame_seq":"1"}', '{"STREAM_ID":9,"frame_seq":"1"}'),
        "ref.stream_id": (*of_type("integer"), *NO_INTEGERS, "-1", "4294967296", '"9"'),
        "ref.frame_seq": (*of_type("string"), *DECIMALS),
    }
    for path, texts in forms.items():
        bad = [sync(with_text(members, path, text), number, DATA_STREAM) for number, text in enumerate(texts)]
        steps: Steps = [*send(*bad), *events(*[dropped("BAD_MESSAGE")] * len(bad))]
        about = f"{path} of an error in {len(bad)} wrong forms: each is dropped, and its number is not taken."
        good = [*send(sync(members, 0, DATA_STREAM)), *told]
        yield dialogue(role, _name(path), about, "HSK-10 HSK-63 HSK-39", session(role), steps, good)
    more = sync(with_further(members, "ref"), 0, DATA_STREAM)
    about = "An error with members that there are not, of every type, in ref as well."
    yield dialogue(role, "further", about, "HSK-8", session(role), send(more), told)
    every = [wrong(code, number, DATA_STREAM, **CODE_ADDS.get(code, {})) for number, code in enumerate(CODES)]
    about = "An error of every code, and of two that there are not: each is told as it is."
    heard = events(*(error_received(code) for code in CODES))
    yield dialogue(role, "codes", about, "HSK-10 HSK-44", session(role), send(*every), heard)
    for number in (0, 2**32, 2**63, 2**64 - 1):
        largest = members | {"ref": {"stream_id": 2**32 - 1, "frame_seq": str(number)}}
        heard = events(error_received("ENCRYPTION_REQUIRED", (2**32 - 1, number)))
        about = f"An error with a ref to number {number}: as it is, no binary64."
        steps = [*send(sync(largest, 0, DATA_STREAM)), *heard]
        yield dialogue(role, f"ref-to-{number}", about, "HSK-10 HSK-44", session(role), steps)


def _name(path: str) -> str:
    return path.replace(".", "-").replace("_", "-")
