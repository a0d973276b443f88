"""The rule that says which dialogues only datagrams can carry."""

from __future__ import annotations

from typing import Any

import pytest

from vectors.make.transports import transports_of

FRAME = {"send": "00" * 33}
MEETING = {"events": [{"event": "established"}]}


def given(*steps: dict[str, Any], role: str = "server") -> dict[str, Any]:
    return {"role": role, "steps": list(steps)}


@pytest.mark.parametrize(
    "bound",
    [
        given({"send": ""}),
        given({"send": "00" * 32}),
        given({"send": "00" * 65_537}),
        given(FRAME, {**FRAME, "link": "b"}, role="client"),
        given(FRAME, {"advance": 15_000}),
        given(FRAME, {"advance": 14_999}, {"advance": 1}, MEETING),
        given(FRAME, MEETING, {"advance": 40_000}, {**FRAME, "link": "b"}),
    ],
)
def test_what_only_datagrams_are_or_do(bound: dict[str, Any]) -> None:
    assert transports_of(bound, ("HSK-31",)) == ("udp",)


@pytest.mark.parametrize(
    "free",
    [
        given(FRAME, {"send": "00" * 65_536}),
        given(FRAME, {**FRAME, "link": "b"}),
        given(FRAME, {"advance": 15_000}, role="client"),
        given(FRAME, {"advance": 14_999}),
        given(FRAME, MEETING, {"advance": 15_000}),
        given({"act": {}, "reject": "FRAME_TOO_LARGE"}),
    ],
)
def test_anything_else_goes_over_any_transport(free: dict[str, Any]) -> None:
    assert transports_of(free, ("HSK-31",)) == ()


def test_the_size_of_datagrams_is_for_datagrams() -> None:
    refused = given({"act": {}, "reject": "FRAME_TOO_LARGE"})
    assert transports_of(refused, ("HSK-1",)) == ("udp",)
    assert transports_of(given({"act": {}}), ("HSK-1",)) == ()
