"""The laws on generated inputs: they hold for a right implementation, catch wrong ones, and repeat with their seed."""

from __future__ import annotations

import importlib.util
import json
import sys
import zlib
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis.strategies import SearchStrategy

from adapters.driver import Answer, Crash, HarnessError, Ok, Reject, RequestError, Timeout, Unsupported, parse_answer
from conformance.properties.frames import _damage, damaged, round_trip, total, valid_fields
from conformance.tests.support import ADAPTERS, ZSTD, closed, header_bytes, slice_bytes
from reports.outcome import Outcome

T = TypeVar("T")
Change = Callable[[str, Mapping[str, Any], Answer], Answer]
EXAMPLES, FEW = 60, 10
FRAMES = [
    closed(header_bytes()),
    closed(header_bytes(slice_len=[4]) + slice_bytes(0x01, [2], bytes.fromhex("003c00c0"))),
    closed(header_bytes(slice_len=[3, 2]) + slice_bytes(0x02, [3], b"abc") + slice_bytes(0x03, [2, 2], b"\x12\x34")),
]


def _testee() -> ModuleType:
    folder = str(ADAPTERS / "reference")
    spec = importlib.util.spec_from_file_location("reference_testee", f"{folder}/testee.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, folder)  # as for a script
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


TESTEE = _testee()


class Fake:
    """The reference in this process, its answers changed."""

    def __init__(self, change: Change = lambda _op, _given, answer: answer) -> None:
        self.change = change
        self.asked = 0

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        self.asked += 1
        message = json.dumps({"op": op, "case": case, "profile": profile, "input": input}).encode()
        _, reply = TESTEE.answer(message)
        return self.change(op, input, parse_answer(json.dumps(reply).encode()))


def generated(strategy: SearchStrategy[T], seed: int = 1, count: int = EXAMPLES) -> list[T]:
    values: list[T] = []

    @seeded(seed)
    @settings(max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(value: T) -> None:
        values.append(value)

    collect()
    return values


def in_fields(change: Callable[[dict[str, Any]], None]) -> Change:
    """A change in the fields that decode gives."""

    def changed(op: str, _given: Mapping[str, Any], answer: Answer) -> Answer:
        if op == "decode" and isinstance(answer, Ok):
            change(answer.value["fields"])
        return answer

    return changed


def on(name: str, instead: Answer) -> Change:
    """One answer to every request of an op."""
    return lambda op, _given, answer: instead if op == name else answer


def _reverse_dims(fields: dict[str, Any]) -> None:
    for one in fields["slices"]:
        one["dims"].reverse()


def _short_sequence(fields: dict[str, Any]) -> None:
    fields["frame_seq"] = str(int(fields["frame_seq"]) % 2**32)


def _number_as_real(fields: dict[str, Any]) -> None:
    fields["type"] = float(fields["type"])


def _number_as_text(fields: dict[str, Any]) -> None:
    fields["stream_id"] = str(fields["stream_id"])


def _lose_a_slice(fields: dict[str, Any]) -> None:
    del fields["slices"][3:]


def test_the_reference_keeps_round_trip() -> None:
    fake = Fake()
    assert all(round_trip(fake, fields).passed for fields in generated(valid_fields()))
    assert fake.asked == 2 * EXAMPLES


@pytest.mark.parametrize(
    "change",
    [_reverse_dims, _short_sequence, _number_as_real, _number_as_text, _lose_a_slice],
    ids=lambda f: f.__name__,
)
def test_round_trip_catches_a_wrong_value(change: Callable[[dict[str, Any]], None]) -> None:
    fake = Fake(in_fields(change))
    verdicts = [round_trip(fake, fields) for fields in generated(valid_fields())]
    failed = [verdict for verdict in verdicts if not verdict.passed]
    assert failed
    assert {verdict.outcome for verdict in failed} == {Outcome.FAIL}
    assert all(verdict.difference is not None for verdict in failed)


ODD: Mapping[Outcome, Answer] = {
    Outcome.FAIL: Reject("BAD_TYPE"),
    Outcome.UNSUPPORTED: Unsupported("encode"),
    Outcome.REQUEST_ERROR: RequestError("no"),
    Outcome.CRASH: Crash("exit status 1"),
    Outcome.TIMEOUT: Timeout(5),
    Outcome.HARNESS_ERROR: HarnessError("no JSON"),
}


@pytest.mark.parametrize("outcome", ODD)
@pytest.mark.parametrize("op", ["encode", "decode"])
def test_round_trip_needs_ok_from_both(op: str, outcome: Outcome) -> None:
    verdict = round_trip(Fake(on(op, ODD[outcome])), generated(valid_fields(), count=1)[0])
    assert verdict.outcome is outcome


def test_the_reference_is_total() -> None:
    fake = Fake()
    inputs = generated(damaged(FRAMES))
    assert all(total(fake, data).passed for data in inputs)
    assert fake.asked >= EXAMPLES


@pytest.mark.parametrize("outcome", [one for one in ODD if one is not Outcome.FAIL])
def test_total_takes_nothing_but_ok_and_reject(outcome: Outcome) -> None:
    verdict = total(Fake(on("decode", ODD[outcome])), FRAMES[1])
    assert verdict.outcome is outcome
    assert FRAMES[1].hex() in verdict.expected


def test_total_catches_a_decoder_that_ignores_the_crc() -> None:
    def lenient(op: str, given: Mapping[str, Any], answer: Answer) -> Answer:
        if op == "decode" and answer == Reject("CRC_MISMATCH", answer.detail if isinstance(answer, Reject) else ""):
            return Fake().ask(op, {"frame": closed(bytes.fromhex(given["frame"])[:-4]).hex()})
        return answer

    # Few damaged frames have the CRC as their only fault.
    verdicts = [total(Fake(lenient), data) for data in generated(damaged(FRAMES), seed=4, count=2 * EXAMPLES)]
    assert Outcome.FAIL in {verdict.outcome for verdict in verdicts}


def test_total_catches_an_encoder_that_refuses_what_was_decoded() -> None:
    verdict = total(Fake(on("encode", Reject("BAD_TYPE"))), FRAMES[1])
    assert verdict.outcome is Outcome.FAIL
    assert "encode(decode(frame))" in verdict.summary


def test_frames_with_a_transform_may_be_unclaimed_and_are_not_encoded_again() -> None:
    data = closed(header_bytes(ZSTD) + bytes.fromhex("28b52ffd2000010000"))
    assert total(Fake(on("decode", Unsupported("zstd"))), data).passed
    fake = Fake()
    assert total(fake, data).passed
    assert fake.asked == 1
    assert not total(Fake(on("decode", Unsupported("zstd"))), FRAMES[1]).passed


def test_one_seed_gives_the_same_inputs_and_another_gives_others() -> None:
    for strategy in (valid_fields(), damaged(FRAMES)):
        one, again, other = (generated(strategy, seed, FEW) for seed in (7, 7, 8))
        assert one == again
        assert one != other


def test_damage_is_done_where_it_is_said() -> None:
    data = b"abcdef" + b"CRC!"
    assert _damage(data, [(1, b"XY", 1)], False) == b"aXYcdefCRC!"
    # Behind six bytes there are seven places, and the seventh is the end.
    assert _damage(data, [(6, b"g", 3)], True) == b"abcdefg" + zlib.crc32(b"abcdefg").to_bytes(4, "little")
    assert _damage(data, [(8, b"", 3)], True) == b"aef" + zlib.crc32(b"aef").to_bytes(4, "little")
    assert _damage(data, [(0, b"", 2), (4, b"Z", 0)], False) == b"cdefZCRC!"


def test_most_damaged_frames_get_past_the_crc() -> None:
    inputs = generated(damaged(FRAMES), count=200)
    right = sum(closed(data[:-4]) == data for data in inputs if len(data) >= 4)
    assert right > len(inputs) // 2
    assert right < len(inputs)
