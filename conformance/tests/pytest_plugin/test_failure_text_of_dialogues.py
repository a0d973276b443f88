"""The text of a failed dialogue: the step, what came, the frame with the differing field, and what was said so far."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.dialogue.judge import judge_dialogue
from conformance.pytest_plugin.failure_text import failure_text
from conformance.tests.stand_in import Reaction, StandIn, dialogue, sync_frame, wanted
from conformance.tests.support import KEY, NONCE, XCHACHA, closed, header_bytes, sealed, slice_bytes

ERROR = {"method": "error", "code": "BAD_MESSAGE", "message": "no"}
REPLAY = "pytest 'node' --impl=made"
SEND = {"send": "00"}


def told(out: bytes, *steps: dict[str, object], **config: Any) -> list[str]:
    """The failure of a dialogue in which this datagram comes after the first step."""
    stand_in = StandIn({"peer_poll": [Reaction(out=[("a", out)])]})
    case = dialogue(SEND, *steps, **config)
    return failure_text(case, judge_dialogue(stand_in, case, stand_in.open_wire), REPLAY).splitlines()


def expect(**fields: object) -> dict[str, object]:
    return {"expect": wanted(**fields)}


def test_the_step_the_clause_and_the_replay_are_named() -> None:
    lines = told(sync_frame(ERROR), expect(json={"code": "BAD_TYPE"}))
    assert lines[0].startswith('stream/made/one: fail: step 2, {"expect": {"type": 3')
    assert lines[0].endswith('fields.json.code: expected "BAD_TYPE", got "BAD_MESSAGE"')
    assert lines[2].startswith("clause    STM-1 (specs/stream.md:")
    assert lines[-1] == f"replay    {REPLAY}"


@pytest.mark.parametrize(
    ("frame", "fields", "marked"),
    [
        (sync_frame(ERROR, stream_id=2), {"json": {}}, ">> @4     02000000"),
        (sync_frame(ERROR, frame_seq=256), {"json": {}}, ">> @8     0001000000000000"),
        (sync_frame(ERROR), {"json": {"code": "X"}}, "slice 0 payload"),
        (sync_frame(b"no"), {"json": {}}, None),
        (sync_frame(ERROR), {"type": 3, "slices": []}, "num_slices"),
    ],
    ids=["stream_id", "frame_seq", "JSON", "no JSON", "slices"],
)
def test_the_frame_that_came_is_shown_with_its_differing_field(
    frame: bytes, fields: dict[str, object], marked: str | None
) -> None:
    lines = told(frame, expect(**fields))
    marks = [line for line in lines if line.startswith(">> @")]
    assert "the frame:" in lines
    assert len(marks) == (marked is not None)
    assert marked is None or marked in marks[0]


def test_a_sealed_frame_is_opened_for_the_reader() -> None:
    header = header_bytes(XCHACHA, [3], stream_id=1, frame_seq=0, space_hash32=0x5EED1234)
    frame = closed(header + sealed(slice_bytes(2, [3], b"abd"), header))
    slices = [{"dtype": 2, "dims": [3], "payload": b"abc".hex()}]
    step = expect(type=0, flags=XCHACHA, nonce=NONCE.hex(), slices=slices)
    lines = told(frame, step, key=KEY.hex())
    assert any(line.startswith(">> @") and "616264" in line and "slice 0 payload" in line for line in lines)
    assert any("^^ byte" in line and "plain body" in line for line in lines)


def test_bytes_that_differ_from_those_named_are_pointed_at() -> None:
    first, other = sync_frame(ERROR), sync_frame(ERROR, frame_seq=3)
    out = [("a", first), ("a", other)]
    stand_in = StandIn({"peer_poll": [Reaction(out=out)]})
    case = dialogue(SEND, {**expect(json={}), "as": "one"}, {"expect_again": "one"})
    text = failure_text(case, judge_dialogue(stand_in, case, stand_in.open_wire), REPLAY)
    assert "step 3" in text
    assert "^^ byte 8 of the frame" in text


def test_what_is_no_frame_is_shown_as_bytes() -> None:
    lines = told(b"hello", expect(json={}))
    assert "got       5 bytes, 68656c6c6f (it has 5 bytes (FRM-25, FRM-26))" in lines


def test_the_conversation_so_far_stands_below() -> None:
    lines = told(sync_frame(ERROR), {"advance": 5}, {"events": [{"event": "lost"}]})
    at = lines.index("what was said so far:")
    assert [line.split(maxsplit=2)[:2] for line in lines[at + 1 : -1]] == [["0", "ms"], ["0", "ms"], ["0", "ms"]]
    assert "a -> peer  1 byte, 00" in lines[at + 1]
    assert 'peer -> a  Sync stream 1 #0: {"method": "error"' in lines[at + 2]
