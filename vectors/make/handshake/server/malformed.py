"""Sync frames with members missing or wrong, or that cannot be read at all (HSK-10, HSK-19, HSK-23, HSK-40)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM
from ...dialogue.events import dropped, established
from ...dialogue.frames import CAPABILITY, HALF, PING, Frame, capable, ping, sync, without
from ...dialogue.steps import JOIN, Steps, capability, client, events, expect, first_ping, refusal, send, server
from ...model import Case, Group
from ...writer.raw_frame import F16, I8, Q4
from ...writer.tensors import SYNC, Slice, json_slice

LISTS = ("modality", "compress", "crypto", "supports.dtype")
NO_LIST = {"string": '"none"', "of-a-number": "[1]", "of-null": '["none",null]', "null": "null", "object": "{}"}
NO_INTEGER = {"string": '"1"', "fraction": "1.0", "exponent": "1e0", "null": "null", "boolean": "true", "list": "[1]"}
NO_BOOLEAN = {"string": '"true"', "number": "1", "null": "null"}
# Member -> what it must not be, by name.
WRONG: dict[str, dict[str, str]] = {
    "v": NO_INTEGER,
    "d_model": NO_INTEGER | {"zero": "0", "negative": "-1"},
    "embedding_space_id": {"number": "5", "null": "null", "list": '["demo"]', "too-long": '"' + "x" * 1025 + '"'},
    "space_hash32": NO_INTEGER | {"negative": "-1", "too-large": "4294967296"},
    "supports": {"list": "[]", "null": "null", "boolean": "true"},
    "supports.critique": NO_BOOLEAN,
    **dict.fromkeys(LISTS, NO_LIST),
}
IN_A_PING = {"ts": NO_INTEGER} | WRONG
IN_A_CAPABILITY = WRONG | {"agreed_proto": NO_INTEGER, "supports.require_crypto": NO_BOOLEAN}
SMALL: Mapping[str, Any] = {"method": "ping", "ts": 0, "supports": {}}
"""A valid ping of few members."""
BRIEF: Mapping[str, Any] = CAPABILITY | {"modality": (), "supports": CAPABILITY["supports"] | {"dtype": ()}}
"""A valid capability whose lists are short."""
NEEDED = (
    "v agreed_proto d_model embedding_space_id space_hash32 compress crypto supports supports.critique supports.dtype"
)

# What no reader of messages takes for a Sync: slices, and the message layer's code.
UNREADABLE: Mapping[str, tuple[str, tuple[Slice, ...], str]] = {
    "no-json": ("The slice is not JSON.", (json_slice("ping"),), "BAD_JSON"),
    "cut": ("The object ends early.", (json_slice('{"method":"ping","ts":0'),), "BAD_JSON"),
    "empty-slice": ("The slice is empty.", (json_slice(""),), "BAD_JSON"),
    "array": ("The slice is an array.", (json_slice('[{"method":"ping","ts":0}]'),), "BAD_JSON"),
    "white-space": ("White space before the object.", (json_slice(' {"method":"ping","ts":0}'),), "BAD_JSON"),
    "two-objects": ("Two objects.", (json_slice('{"method":"ping"}{"ts":0}'),), "BAD_JSON"),
    "name-twice": ("A name stands twice.", (json_slice('{"method":"ping","ts":0,"ts":0}'),), "BAD_JSON"),
    "not-utf8": ("A byte that is not UTF-8.", (json_slice(b'{"method":"ping","ts":0,"x":"\xff"}'),), "BAD_JSON"),
    "integer-too-large": ("An integer of 2^53.", (json_slice('{"method":"ping","ts":9007199254740992}'),), "BAD_JSON"),
    "too-deep": ("17 levels.", (json_slice('{"method":"x","a":' + "[" * 16 + "]" * 16 + "}"),), "BAD_JSON"),
    "rank-2": ("A JSON slice of rank 2.", ((I8, (1, 24), b'{"method":"ping","ts":0}'),), "BAD_JSON"),
    "f16": ("A JSON slice that is F16.", ((F16, (12,), b'{"method":"ping","ts":0}'),), "BAD_SLOTS"),
    "q4": ("A JSON slice that is Q4.", ((Q4, (48,), b'{"method":"ping","ts":0}'),), "BAD_SLOTS"),
    "two-slices": ("A slice behind the JSON.", (json_slice('{"method":"ping","ts":0}'), HALF), "BAD_SLOTS"),
    "no-method": ("An object without method.", (json_slice('{"ts":0}'),), "BAD_JSON"),
    "empty-object": ("An empty object.", (json_slice("{}"),), "BAD_JSON"),
    "method-null": ("method is null.", (json_slice('{"method":null,"ts":0}'),), "BAD_JSON"),
    "method-number": ("method is a number.", (json_slice('{"method":1,"ts":0}'),), "BAD_JSON"),
    "method-list": ("method is a list.", (json_slice('{"method":["ping"],"ts":0}'),), "BAD_JSON"),
}


def groups() -> Iterator[Group]:
    """Pings, capabilities, errors, then what is not even readable."""
    about = "Pings with a member missing or wrong."
    yield Group("handshake", "server/malformed", "dialogue", about, list(_pings()))
    about = "Capabilities with a member missing or wrong: the handshake goes on as if they had not come."
    yield Group("handshake", "client/malformed", "dialogue", about, list(_capabilities()))
    about = "Errors with a member missing or wrong, which nobody answers."
    yield Group("handshake", "errors/malformed", "dialogue", about, list(_errors()))
    about = "Sync frames whose message or method cannot be read."
    yield Group("handshake", "sync/unreadable", "dialogue", about, list(_unreadable()))


def with_text(members: Mapping[str, Any], path: str, text: str) -> str:
    """The object's JSON with `text` as the value of a member; a dot leads into an object."""
    outer, _, inner = path.partition(".")
    value = members[outer] | {inner: "@"} if inner else "@"
    return json.dumps({**members, outer: value}, separators=(",", ":")).replace('"@"', text)


def _wrong(members: Mapping[str, Any], table: dict[str, dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    for path, texts in table.items():
        name = path.replace(".", "-").replace("_", "-")
        for how, text in texts.items():
            yield f"{name}-{how}", f"{path} is {text}.", with_text(members, path, text)


def _pings() -> Iterator[Case]:
    about = "A ping without ts."
    frame = ping(gone="ts")
    clauses = "HSK-10 HSK-11 HSK-43"
    yield server("ts-missing", about, clauses, send(frame), refusal(frame, "BAD_MESSAGE", detail="BAD_JSON"))
    for case_id, about, text in _wrong(SMALL, IN_A_PING):
        frame = sync(text, 0, HANDSHAKE_STREAM)
        yield server(case_id, about, clauses, send(frame), refusal(frame, "BAD_MESSAGE", detail="BAD_JSON"))
    good = ping(1)
    bad = sync(with_text(PING, "d_model", "0"), 0, HANDSHAKE_STREAM)
    about = "A malformed ping, and then a good one with the next number."
    answers = [*refusal(bad, "BAD_MESSAGE", detail="BAD_JSON"), *send(good), *expect(capability(1))]
    yield server("good-one-follows", about, "HSK-10 HSK-11 HSK-2", send(bad), answers, events(established()))


def _capabilities() -> Iterator[Case]:
    for path in NEEDED.split():
        frame = sync(without(CAPABILITY, path), 0, HANDSHAKE_STREAM)
        name = path.replace(".", "-").replace("_", "-")
        yield _ignored(f"{name}-missing", f"A capability without {path}, and then a good one.", frame)
    for case_id, about, text in _wrong(BRIEF, IN_A_CAPABILITY):
        yield _ignored(case_id, about, sync(text, 0, HANDSHAKE_STREAM))
    missing = capable(gone="modality supports.require_crypto")
    about = "A capability without the members that may be missing: every modality is agreed."
    steps = [*expect(first_ping()), *send(missing), *events(established())]
    yield client("optional-members-missing", about, "HSK-25 HSK-10", steps)
    about = "A capability with members that there are not."
    frame = capable(later=[1], supports=CAPABILITY["supports"] | {"later": {}})
    yield client("members-unknown", about, "HSK-8", expect(first_ping()), send(frame), events(established()))


def _ignored(case_id: str, about: str, frame: Frame) -> Case:
    # The good one has the number of the bad one, which was dropped and so not remembered (HSK-34).
    good = [*send(capable()), *events(established())]
    return client(
        case_id, about, "HSK-10 HSK-23", expect(first_ping()), send(frame), events(dropped("BAD_MESSAGE")), good
    )


def _errors() -> Iterator[Case]:
    texts = {
        "code-missing": ("An error without code.", '{"method":"error","message":"no"}'),
        "code-number": ("code is a number.", '{"method":"error","code":1,"message":"no"}'),
        "message-missing": ("An error without message.", '{"method":"error","code":"ENCRYPTION_REQUIRED"}'),
        "message-null": ("message is null.", '{"method":"error","code":"ENCRYPTION_REQUIRED","message":null}'),
        "ref-list": ("ref is a list.", '{"method":"error","code":"ENCRYPTION_REQUIRED","message":"","ref":[1,"0"]}'),
        "ref-empty": ("ref has no members.", '{"method":"error","code":"ENCRYPTION_REQUIRED","message":"","ref":{}}'),
        "ref-seq-number": (
            "frame_seq in ref is a number.",
            '{"method":"error","code":"ENCRYPTION_REQUIRED","message":"","ref":{"stream_id":1,"frame_seq":0}}',
        ),
        "ref-seq-too-large": (
            "frame_seq in ref is 2^64.",
            '{"method":"error","code":"ENCRYPTION_REQUIRED","message":"","ref":{"stream_id":1,"frame_seq":"18446744073709551616"}}',
        ),
        "ref-stream-string": (
            "stream_id in ref is a string.",
            '{"method":"error","code":"ENCRYPTION_REQUIRED","message":"","ref":{"stream_id":"1","frame_seq":"0"}}',
        ),
        "ref-stream-too-large": (
            "stream_id in ref is 2^32.",
            '{"method":"error","code":"ENCRYPTION_REQUIRED","message":"","ref":{"stream_id":4294967296,"frame_seq":"0"}}',
        ),
    }
    for case_id, (about, text) in texts.items():
        frame, told = sync(text, 0, DATA_STREAM), events(dropped("BAD_MESSAGE"))
        clauses = "HSK-10 HSK-39"
        yield server(f"server-{case_id}", f"To a server: {about}", clauses, send(frame), told)
        yield client(f"client-{case_id}", f"To a client: {about}", clauses, JOIN, send(frame), told)


def _unreadable() -> Iterator[Case]:
    for case_id, (about, slices, detail) in UNREADABLE.items():
        frame = Frame(SYNC, DATA_STREAM, 0, slices)
        answer = refusal(frame, "BAD_MESSAGE", detail=detail)
        yield server(f"server-{case_id}", f"To a server: {about}", "HSK-19 HSK-43", send(frame), answer)
        told = events(dropped("BAD_MESSAGE"))
        yield client(f"client-{case_id}", f"To a client: {about}", "HSK-40", JOIN, send(frame), told)
    frame = Frame(SYNC, HANDSHAKE_STREAM, 0, UNREADABLE["cut"][1])
    about = "To a client that waits, where its answer should come: the next one with that number is taken."
    steps = [
        *expect(first_ping()),
        *send(frame),
        *events(dropped("BAD_MESSAGE")),
        *send(capable()),
        *events(established()),
    ]
    yield client("client-waiting", about, "HSK-40 HSK-34", steps)
    about = "A frame that cannot be read is no ping: again it is answered anew, a ping of its number as a new one."
    twice = [*send(frame), *_cannot_read(frame, 0), *send(frame), *_cannot_read(frame, 1)]
    good = [*send(ping()), *expect(capability(2)), *events(established())]
    yield server("server-twice", about, "HSK-18 HSK-19", twice, good)


def _cannot_read(frame: Frame, frame_seq: int) -> Steps:
    return refusal(frame, "BAD_MESSAGE", frame_seq, detail=UNREADABLE["cut"][2])
