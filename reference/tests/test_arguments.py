"""Whatever a program gives: an answer, or one error of three kinds that names the argument."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import resonant
from resonant import DType, Flags, Frame, MessageType, RejectCode, ResonantError, Slice, Tensor

from reference.tests.calls import CALLS, FRAME, TENSOR, TIMED, encoded, established
from reference.tests.strange_values import VALUES

MAY_BE_LEFT_OUT = ("key", "scale", "index", "context", "mask", "explanation", "announce")
ARGUMENTS = [(name, argument) for name, (_, good) in CALLS.items() for argument in good]


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS, ids=str)
def test_any_value_gives_an_answer_or_an_error_of_three_kinds(name: str, argument: str) -> None:
    call, good = CALLS[name]
    for value in VALUES.values():
        with contextlib.suppress(ResonantError, TypeError, ValueError):
            call(**{**good, argument: value})


@pytest.mark.parametrize("name", CALLS)
def test_the_good_values_of_the_table_are_good(name: str) -> None:
    call, good = CALLS[name]
    call(**good)


@pytest.mark.parametrize(
    ("name", "argument"),
    [pair for pair in ARGUMENTS if pair[1] not in MAY_BE_LEFT_OUT],
    ids=str,
)
def test_an_object_of_no_use_is_refused_under_the_name_of_the_argument(name: str, argument: str) -> None:
    call, good = CALLS[name]
    with pytest.raises((ResonantError, TypeError, ValueError)) as caught:
        call(**{**good, argument: object()})
    assert argument in str(caught.value) or name == "Sync member"  # which json names by its type


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("type", RejectCode.BAD_TYPE),
        ("flags", RejectCode.RESERVED_FLAGS),
        ("modality", RejectCode.BAD_MODALITY),
        ("stream_id", RejectCode.FIELD_RANGE),
        ("frame_seq", RejectCode.FIELD_RANGE),
        ("space_hash32", RejectCode.FIELD_RANGE),
    ],
)
@pytest.mark.parametrize("value", [1.0, True, "1", None, [1], np.float64(1)], ids=repr)
def test_a_field_of_a_frame_that_is_no_integer_has_the_code_of_the_field(
    field: str, code: RejectCode, value: object
) -> None:
    with pytest.raises(ResonantError, match=field) as caught:
        encoded(**{**FRAME, field: value})
    assert caught.value.code == code


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64, np.uint64])
def test_integers_of_numpy_are_integers(kind: type[np.integer[Any]]) -> None:
    plain = {**FRAME, "slices": (Slice(DType.F16, (2, 3), bytes(12)),)}
    one = Slice(kind(1), (kind(2), kind(3)), bytes(12))  # type: ignore[arg-type]
    numbers = {name: kind(value) for name, value in FRAME.items() if name != "slices"}
    assert encoded(**numbers, slices=[one]) == encoded(**plain)


@pytest.mark.parametrize("kind", [bytearray, memoryview, lambda data: np.frombuffer(data, np.uint8)])
def test_whatever_holds_bytes_is_bytes(kind: Callable[[bytes], Any]) -> None:
    payload = np.arange(3, dtype="<f2").tobytes()
    frame = Frame(**{**FRAME, "flags": Flags.XCHACHA, "slices": (Slice(DType.F16, (3,), payload),)})
    other = Frame(**{**FRAME, "flags": Flags.XCHACHA, "slices": (Slice(DType.F16, (3,), kind(payload)),)})
    data = resonant.encode(frame, key=bytes(32), nonce=bytes(24))
    assert resonant.encode(other, key=kind(bytes(32)), nonce=kind(bytes(24))) == data
    assert resonant.decode(kind(data), key=kind(bytes(32))) == frame
    assert Tensor(DType.F16, (3,), kind(payload)) == Tensor(DType.F16, (3,), payload)


def test_a_request_of_another_type_changes_nothing() -> None:
    peer, other = established(), established()
    for argument, value in itertools.product(("stream_id", "now_ms", "slices"), (1.5, "1", None, object())):
        good = {"type": MessageType.THINK, "slices": TENSOR.slices(), **TIMED}
        with pytest.raises((ResonantError, TypeError)):
            peer.send(**{**good, argument: value})
    good = {"type": MessageType.THINK, "slices": TENSOR.slices(), **TIMED}
    assert peer.send(**good) == other.send(**good)
