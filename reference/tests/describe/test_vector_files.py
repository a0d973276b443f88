"""Dialogues written out: what a file shares, parts, repeats and counts; and files that cannot be written out."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from resonant.describe.vector_files import MOST, counted, whole_cases

HEAD = {"op": "dialogue"}


def whole(steps: list[Any], **head: Any) -> list[Any]:
    (case,) = whole_cases({**HEAD, **head, "cases": [{"id": "x", "input": {"role": "server", "steps": steps}}]})
    return list(case["input"]["steps"])


def frame(stream_id: int, frame_seq: int) -> str:
    data = b"\1\0\0\0" + struct.pack("<IQ", stream_id, frame_seq) + bytes(13)
    return (data + struct.pack("<I", zlib.crc32(data))).hex()


def test_a_case_has_what_its_file_shares_unless_it_says_otherwise() -> None:
    file = {
        **HEAD,
        "config": {"d_model": 1, "critique": True},
        "frame": {"flags": 0, "type": 3},
        "cases": [
            {"id": "a", "input": {"role": "client", "steps": [{"expect": {"type": 0}}]}},
            {"id": "b", "input": {"config": {"d_model": 2}, "steps": [{"expect": {}, "as": "x"}]}},
        ],
    }
    first, second = whole_cases(file)
    assert first["input"] == {
        "role": "client",
        "config": {"d_model": 1, "critique": True},
        "steps": [{"expect": {"flags": 0, "type": 0}}],
    }
    assert second["input"]["config"] == {"d_model": 2, "critique": True}
    assert second["input"]["steps"] == [{"expect": {"flags": 0, "type": 3}, "as": "x"}]


def test_a_part_stands_for_its_steps_and_may_begin_with_one_above_it() -> None:
    parts = {"a": [{"advance": 1}], "b": [{"part": "a"}, {"expect": {}}]}
    found = whole([{"part": "b"}, {"advance": 3}], parts=parts, frame={"flags": 0})
    assert found == [{"advance": 1}, {"expect": {"flags": 0}}, {"advance": 3}]


def test_a_repeat_counts_in_members_at_any_depth_and_in_frames_to_send() -> None:
    of = [
        {"send": frame(7, 7)},
        {"expect": {"frame_seq": "9", "stream_id": 9, "json": {"ref": {"frame_seq": "9"}}}},
    ]
    counts = {"frame_seq": {"from": 2**32 - 1, "by": 1}}
    found = whole([{"repeat": 2, "counts": counts, "of": of}])
    numbers = [str(2**32 - 1), str(2**32)]
    assert [step["send"] for step in found[::2]] == [frame(7, int(number)) for number in numbers]
    assert [step["expect"] for step in found[1::2]] == [
        {"frame_seq": number, "stream_id": 9, "json": {"ref": {"frame_seq": number}}} for number in numbers
    ]
    both = {"stream_id": {"from": 8, "by": -2}, "frame_seq": {"from": 1, "by": 5}}
    assert whole([{"repeat": 3, "counts": both, "of": of[:1]}]) == [
        {"send": frame(8 - 2 * turn, 1 + 5 * turn)} for turn in range(3)
    ]


def test_a_range_of_numbers_does_not_count() -> None:
    event = {"event": "message", "stream_id": 1, "frame_seq": {"from": 1, "to": 9}}
    both = {"stream_id": {"from": 5, "by": 1}, "frame_seq": {"from": 5, "by": 1}}
    found = whole([{"events": [{"repeat": 2, "counts": both, "of": [event]}]}])
    assert found == [{"events": [event | {"stream_id": 5}, event | {"stream_id": 6}]}]


def test_events_slices_and_bytes_repeat_too() -> None:
    event = {"event": "opened", "stream_id": 0}
    steps = [
        {"events": [{"repeat": 2, "counts": {"stream_id": {"from": 4, "by": 1}}, "of": [event]}, event]},
        {"send": {"join": ["01", {"repeat": 3, "of": ["a5"]}, "02"]}},
        {"act": {"slices": [{"repeat": 2, "of": [{"payload": {"join": [{"repeat": 2, "of": ["00"]}]}}]}]}},
    ]
    assert whole(steps) == [
        {"events": [event | {"stream_id": 4}, event | {"stream_id": 5}, event]},
        {"send": "01a5a5a502"},
        {"act": {"slices": [{"payload": "0000"}] * 2}},
    ]


def test_cases_of_other_ops_stay_as_they_are() -> None:
    case = {"id": "x", "input": {"join": ["00"]}}
    assert list(whole_cases({"op": "decode", "cases": [case]})) == [case]


def test_without_counts_nothing_changes() -> None:
    value = {"send": "00", "frame_seq": "1"}
    assert counted(value, {}) is value


@pytest.mark.parametrize(
    "steps",
    [
        [{"part": "x"}],
        [{"repeat": 0, "of": []}],
        [{"repeat": MOST + 1, "of": [{}]}],
        [{"repeat": 2}],
        [{"repeat": "2", "of": [{}]}],
        [{"repeat": 2, "counts": {"flags": {"from": 1, "by": 1}}, "of": [{"send": frame(1, 1)}]}],
        [{"repeat": 2, "counts": {"stream_id": {"from": 2**32 - 1, "by": 1}}, "of": [{"send": frame(1, 1)}]}],
        [{"repeat": 2, "counts": {"stream_id": {"from": 1, "by": 1}}, "of": [{"send": "00"}]}],
        [{"send": {"join": [1]}}],
        7,
    ],
)
def test_what_cannot_be_written_out_is_told(steps: Any) -> None:
    with pytest.raises(
        ValueError, match=r"not a vector file|repeat is|names the part 'x', which is not one of the parts before it \("
    ):
        whole(steps)


def test_the_name_of_a_part_without_end_is_told_in_a_few_words() -> None:
    with pytest.raises(ValueError, match="names the part 'xxx") as caught:
        whole([{"part": "x" * 1_000_000}])
    assert len(str(caught.value)) < 500


def test_a_late_input_is_the_same_once_it_is_looked_into() -> None:
    steps = [{"part": "x"}, {"repeat": 2, "of": [{"expect": {}}]}]
    file = {
        **HEAD,
        "parts": {"x": [{"advance": 1}]},
        "transports": ["tcp"],
        "cases": [{"id": "a", "input": {"steps": steps}}],
    }
    (now,), (late,) = whole_cases(file), whole_cases(file, late=True)
    assert late == now
    assert (len(late["input"]), list(late["input"])) == (2, ["steps", "config"])


def test_a_late_input_is_written_out_when_it_is_looked_into_and_not_before() -> None:
    file = {**HEAD, "parts": {"x": 7}, "cases": [{"id": "a", "input": {"steps": []}}]}
    (case,) = whole_cases(file, late=True)
    with pytest.raises(ValueError, match="no input of a dialogue"):
        len(case["input"])
