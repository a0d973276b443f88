"""Requests and replies: sections 3 and 4 of specs/testee.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.driver import Ok, Reject, RequestError, Testee, Unsupported

from ..verdict import PASSED, Verdict
from .basics import HASH_OF_00, expect_kind, message, wrong


def unknown_op(testee: Testee) -> Verdict:
    """TST-9: an op that does not exist."""
    for op in ("no_such_op", "Decode", "decode ", "peer_teleport"):
        answer = testee.ask(op, {})
        verdict = expect_kind(answer, Unsupported, f"unsupported, for the op {op!r}")
        if not verdict.passed:
            return verdict
    return PASSED


MALFORMED: Mapping[str, bytes] = {
    "no JSON": b"decode, please",
    "an array": b"[]",
    "not UTF-8": b'{"op": "\xff"}',
    "no op": message({"case": "", "profile": "", "input": {}}),
    "op a number": message(HASH_OF_00 | {"op": 7}),
    "no input": message({"op": "tail_hash", "case": "", "profile": ""}),
    "input an array": message(HASH_OF_00 | {"input": []}),
    "a member missing": message(HASH_OF_00 | {"input": {}}),
    "an unknown member": message(HASH_OF_00 | {"input": {"data": "00", "seed": 1}}),
    "data a number": message(HASH_OF_00 | {"input": {"data": 0}}),
    "upper-case hex": message(HASH_OF_00 | {"input": {"data": "AB"}}),
    "half a byte": message(HASH_OF_00 | {"input": {"data": "0"}}),
    "no hex": message(HASH_OF_00 | {"input": {"data": "0g"}}),
    "a key of 31 bytes": message(HASH_OF_00 | {"op": "decode", "input": {"frame": "00", "key": "00" * 31}}),
}

FIELDS: Mapping[str, Any] = {
    "type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0, "modality": 0, "slices": [],
}  # fmt: skip
BAD_FIELDS: Mapping[str, Any] = {
    "stream_id": 2**32,
    "space_hash32": -1,
    "type": 256,
    "flags": 65_536,
    "modality": "0",
    "frame_seq": 0,
    "slices": [{"dtype": 2, "dims": [2**32], "payload": ""}],
}
BAD_SEQUENCES = ("", "01", "-1", "1.0", " 1", str(2**64), "1" * 25)


def _bad_requests() -> Mapping[str, bytes]:
    changed = {f"{name} {value!r}": {name: value} for name, value in BAD_FIELDS.items()}
    changed |= {f"frame_seq {text!r}": {"frame_seq": text} for text in BAD_SEQUENCES}
    encodes = {
        name: message(HASH_OF_00 | {"op": "encode", "input": {"fields": {**FIELDS, **change}}})
        for name, change in changed.items()
    }
    return {**MALFORMED, **encodes}


def malformed_requests(testee: Testee) -> Verdict:
    """TST-11: each malformed request is answered with error, and the next good one as ever."""
    for name, text in _bad_requests().items():
        verdict = expect_kind(testee.exchange(text), RequestError, f"error, for a request with {name}")
        if not verdict.passed:
            return verdict
    return expect_kind(testee.exchange(message(HASH_OF_00)), Ok, "ok, for a good request after the malformed ones")


def refusal_has_a_code(testee: Testee) -> Verdict:
    """TST-13: reject holds a code."""
    request = HASH_OF_00 | {"op": "decode", "input": {"frame": ""}}
    answer = testee.exchange(message(request))
    if isinstance(answer, Reject) and answer.code in ("FRAME_TOO_SHORT", "REJECTED"):
        return PASSED
    return wrong("reject with the code FRAME_TOO_SHORT", answer)


def hello_again(testee: Testee) -> Verdict:
    """TST-12: hello describes the testee; said again, it says the same."""
    hello = testee.hello
    answer = testee.ask("hello", {"token": testee.token})
    said = answer.value if isinstance(answer, Ok) else {}
    expected = {"name": hello.name, "version": hello.version, "language": hello.language, "spec": hello.spec}
    return PASSED if said == expected | {"profiles": list(hello.profiles)} else wrong(f"{hello} again", answer)
