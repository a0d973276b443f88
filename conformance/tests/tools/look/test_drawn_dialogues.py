"""Dialogues of the vectors as diagrams: every step in its order, whichever the dialogue."""

from __future__ import annotations

import pytest

from conformance.model.cases import DIALOGUE, Case, load_cases
from conformance.tools.look.dialogues import drawn
from reports.sequence import Arrow, Note, fragment

CASES = {case.id: case for case in load_cases() if case.op == DIALOGUE}
SOME = [case for at, case in enumerate(CASES.values()) if at % 400 == 0]


def test_a_dialogue_is_drawn_step_by_step() -> None:
    found = drawn(CASES["stream/repair/after-tail/server-tail-above"])
    assert (found.left, found.right) == ("other end", "server under test")
    said = [(one.to_right, one.label) if isinstance(one, Arrow) else one.text.split()[0] for one in found.steps]
    assert said[:4] == [
        (True, "Sync stream 1 #0"),
        (False, "Sync capability"),
        "established",
        (True, "Sync stream 3 #0"),
    ]
    assert said[-1] == "complete"
    assert {one.right for one in found.steps if isinstance(one, Note)} == {True}


def test_times_are_those_of_the_dialogues_clock() -> None:
    found = drawn(CASES["handshake/client/ping/retries-exact"])
    seconds = [one.time_us / 1_000_000 for one in found.steps if isinstance(one, Arrow)]
    assert [second for second in (0, 1, 3, 7) if second in seconds] == [0, 1, 3, 7]  # HSK-20


def test_a_long_row_of_frames_is_cut_and_counted() -> None:
    rows = [case for case in CASES.values() if any("send_each" in step for step in case.input["steps"])]
    assert any("and so on, up to frame_seq" in one.text for one in drawn(rows[0]).steps if isinstance(one, Note))


@pytest.mark.parametrize("case", SOME, ids=lambda case: case.id)
def test_every_dialogue_can_be_drawn(case: Case) -> None:
    found = drawn(case)
    assert found.steps
    assert fragment(found).count("<li") >= len(found.steps)
