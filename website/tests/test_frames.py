"""Frames and conversations as data for the scripts that draw them."""

from __future__ import annotations

from typing import Any

import pytest

from website.frames import SHOWN_BYTES, frame_of
from website.talk import MOST_ROWS, rows_of, sent_words
from website.worked import drawn_frame

WORKED = "010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b"


def fields(frame: dict[str, Any]) -> list[list[Any]]:
    return [row for _, rows in frame["parts"] for row in rows]


def test_the_fields_of_a_frame_are_all_of_its_bytes() -> None:
    found = frame_of(WORKED)
    assert found["ok"]
    assert "".join(row[2] for row in fields(found)) == WORKED
    assert [row[3] for row in fields(found)][:4] == ["version", "type", "flags", "stream_id"]


def test_the_field_at_fault_is_marked_and_the_clause_named() -> None:
    found = frame_of(WORKED[:-2] + "00")
    assert [row[3] for row in fields(found) if row[5:]] == ["crc32"]
    assert any("FRM-24" in line for line in found["said"])


def test_of_a_long_field_the_beginning_is_shown() -> None:
    long = frame_of("01" * 4000)
    assert max(len(row[2]) for row in fields(long)) == 2 * SHOWN_BYTES
    assert sum(row[1] for row in fields(long)) == 4000


def test_a_worked_frame_of_the_specification_becomes_a_drawing() -> None:
    html = drawn_frame("@0   01  version  1\n@1   <00>\n@1   00  type     Think\n")
    assert "&quot;version&quot;" in html
    assert "<00>" not in html


@pytest.mark.parametrize(
    ("frame", "label"),
    [
        (WORKED, "Think 4660/1"),
        ("00", "1 byte"),
        ("010300000100000000000000000000000100000000000000350000003412ed5e000201350000007b226d6574686f64223a2270696e67222c"
         "227473223a302c22737570706f727473223a7b226372697469717565223a747275657d7d83ebf5bc", "ping 1/0"),
    ],
)  # fmt: skip
def test_what_is_sent_has_a_short_name(frame: str, label: str) -> None:
    assert sent_words(frame)[0] == label


def test_rows_follow_the_clock_and_say_who_speaks() -> None:
    steps = [
        {"send": WORKED},
        {"advance": 1500},
        {"link": "b", "expect": {"type": 0, "stream_id": 3, "frame_seq": "7", "slices": []}, "as": "heart"},
        {"link": "b", "expect_again": "heart"},
        {"act": {"kind": "ping"}, "reject": "HANDSHAKE_REQUIRED"},
        {"events": [{"event": "lost"}]},
    ]
    rows = rows_of({"steps": steps})
    assert [(row.at_ms, row.source, row.to) for row in rows] == [
        (0, "a", "peer"),
        (1500, "", ""),
        (1500, "peer", "b"),
        (1500, "peer", "b"),
        (1500, "app", "peer"),
        (1500, "peer", "app"),
    ]
    assert [row.label for row in rows] == [
        "Think 4660/1", "1,500 ms pass", "Think 3/7", "Think 3/7", "asks: ping", "lost",
    ]  # fmt: skip
    assert "HANDSHAKE_REQUIRED" in rows[4].note
    assert rows[0].frame == WORKED


def test_the_middle_of_a_long_conversation_is_counted() -> None:
    rows = rows_of({"steps": [{"advance": 1}] * 1000})
    assert len(rows) == MOST_ROWS + 1
    assert any(row.label == f"… {1000 - MOST_ROWS:,} more rows …" for row in rows)
