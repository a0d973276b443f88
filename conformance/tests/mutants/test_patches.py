"""Changes of the reference: made everywhere, undone whatever happens, and refused where they no longer fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import resonant

from adapters.driver import Answer, Crash, Ok, Reject
from adapters.testee_kit import DATA, Op
from conformance.mutants.engine import testee as in_process
from conformance.mutants.engine.patches import (
    Change,
    applied,
    both,
    edited,
    entries,
    inserted,
    refusing,
    replaced,
    wrapped,
)
from conformance.mutants.engine.targets import PlaceError, find
from conformance.mutants.engine.testee import InProcess
from conformance.tests.support import closed, header_bytes

HEART = closed(header_bytes(type=3))
ENVELOPE = "frame.header.check_envelope"
SHORT = "if size < MIN_FRAME_BYTES:"


def decoded(frame: bytes = HEART) -> object:
    return asked("decode", frame)


def asked(op: str, frame: bytes) -> Answer:
    with InProcess() as testee:
        return testee.ask(op, {"frame": frame.hex()})


def code(answer: object) -> str:
    return answer.code if isinstance(answer, Reject) else type(answer).__name__


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (edited(ENVELOPE, SHORT, "if size <= MIN_FRAME_BYTES:"), "FRAME_TOO_SHORT"),
        (edited(ENVELOPE, SHORT, "if size > 33:", ("RejectCode.BAD_VERSION", "RejectCode.BAD_TYPE")), "Ok"),
        (inserted(ENVELOPE, SHORT, "if size == 33:\n    size = 32"), "FRAME_TOO_SHORT"),
        (inserted(ENVELOPE, SHORT, refusing("size == 33", "BAD_MASK")), "BAD_MASK"),
        (inserted(ENVELOPE, SHORT, "raise KeyError(size)"), "Crash"),
        (replaced(ENVELOPE, lambda data: len(data) // 0), "Crash"),
        (replaced("wire_values.MIN_FRAME_BYTES", 34), "FRAME_TOO_SHORT"),
        (
            wrapped("frame.slices.read_slices", lambda read: lambda plain, table: read(plain + b"!", table)),
            "TRAILING_BYTES",
        ),
        (entries("frame.header._TYPES", {3: None}), "BAD_TYPE"),
        (both(entries("frame.header._TYPES", {3: 0}), replaced("wire_values.VERSION", 2)), "BAD_VERSION"),
        (edited("message.messages._sync", "Heart()", "1 / 0"), "Ok"),
        (edited("ops.answer", "answer(OPS", "answer({}"), "Unsupported"),
    ],
)
def test_a_change_is_felt_while_it_is_applied_and_no_longer(change: Change, outcome: str) -> None:
    before = decoded()
    assert isinstance(before, Ok)
    with applied(change):
        assert code(decoded()) == outcome
    assert decoded() == before


def test_a_function_in_a_table_is_changed_there() -> None:
    with applied(edited("message.messages._sync", "Heart()", "Sync({})")):
        changed = asked("read_message", HEART)
    assert changed == Ok({"message": {"kind": "sync", "json": {}}})
    assert asked("read_message", HEART) == Ok({"message": {"kind": "heart"}})


def test_a_method_is_changed_in_its_class() -> None:
    before = resonant.Tensor.half
    with applied(edited("message.slots.SlotReader.finish", "if self.left:", "if not self.left:")):
        assert code(asked("read_message", HEART)) == "BAD_SLOTS"
    with applied(edited("tensor.tensor.Tensor.half", "array.shape or (1,)", "(7,)")):
        assert resonant.Tensor.half(find("tensor.quant.np").value.zeros(3, "<f2")).dims == (7,)
    assert resonant.Tensor.half == before


def test_what_another_module_has_imported_is_changed_there_too() -> None:
    right = find("frame.decode.check_envelope").value
    with applied(replaced(ENVELOPE, print)):
        assert find("frame.decode.check_envelope").value is find(ENVELOPE).value is print
    assert find("frame.decode.check_envelope").value is find(ENVELOPE).value is right


def raising(_undo: Any) -> None:
    raise PlaceError("no such place")


@pytest.mark.parametrize("change", [both(replaced(ENVELOPE, print), raising), replaced(ENVELOPE, print)])
def test_an_exception_leaves_the_reference_as_it_was(change: Change) -> None:
    right = find(ENVELOPE).value
    with pytest.raises((PlaceError, ZeroDivisionError)), applied(change):
        raise ZeroDivisionError
    assert find(ENVELOPE).value is find("frame.decode.check_envelope").value is right
    assert isinstance(decoded(), Ok)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (edited("frame.header.no_such_function", "a", "b"), "the reference has no frame.header.no_such_function"),
        (edited("no_such_module.f", "a", "b"), "the reference has no no_such_module.f"),
        (edited("message.slots.SlotReader.gone", "a", "b"), "the reference has no message.slots.SlotReader.gone"),
        (edited(ENVELOPE, "if gone:", "b"), "'if gone:' stands 0 times in frame.header.check_envelope"),
        (edited(ENVELOPE, "size", "b"), r"'size' stands \d+ times in frame.header.check_envelope"),
        (edited(ENVELOPE, SHORT, "if if:"), "frame.header.check_envelope, changed, is no Python"),
        (entries("frame.header.none", {1: 2}), "the reference has no frame.header.none"),
    ],
)
def test_a_change_that_does_not_fit_the_reference_is_refused(change: Change, says: str) -> None:
    with pytest.raises(PlaceError, match=says), applied(change):
        pass
    assert isinstance(decoded(), Ok)


def test_the_testee_of_mutants_answers_as_the_real_one() -> None:
    with InProcess() as testee:
        assert code(testee.ask("no-such-op", {})) == "Unsupported"
        assert code(testee.ask("decode", {"frame": "0"})) == "RequestError"
        assert testee.ask("decode", {"frame": ""}) == Reject(
            "FRAME_TOO_SHORT", "FRAME_TOO_SHORT (FRM-25): 0 bytes; the shortest frame has 33"
        )


def test_an_op_that_never_ends_is_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "LIMIT_S", 0.01)
    with applied(edited("frame.header.check_envelope", SHORT, f"while True:\n    pass\n{SHORT}")):
        assert decoded() == Crash("TimeoutError: nothing after 0 s")
    assert isinstance(decoded(), Ok)


def test_an_exception_is_a_crash_and_a_reply_that_is_none_a_failure_of_the_protocol() -> None:
    made: dict[str, Callable[..., Any]] = {
        "Crash": lambda **_: 1 // 0,
        "HarnessError": lambda **_: 3,
    }
    for kind, perform in made.items():
        with applied(entries("ops.OPS", {"decode": Op({"frame": DATA}, {}, perform)})):
            assert code(decoded()) == kind
    with applied(entries("ops.OPS", {"decode": Op({"frame": DATA}, {}, made["Crash"])})):
        assert decoded() == Crash("ZeroDivisionError: integer division or modulo by zero")
