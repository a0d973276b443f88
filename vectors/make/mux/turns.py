"""The order of service: urgency, and turns among equals (MUX-30)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..dialogue.steps import Steps, act, nothing, send
from ..model import Case, Group
from .steps import agreed, asks, credit, ends, goes, group, opens

MANY = {"streams": 9, "frames": 16}
CORK: Steps = [{"act": {"kind": "cork"}}]
UNCORK: Steps = [{"act": {"kind": "uncork"}}]


def groups() -> Iterator[Group]:
    """Under a cork, where order shows."""
    yield group("turns/urgency", "The lowest urgency goes first, and equals in turn.", [*_orders()], ("udp", "tcp"))
    yield group("turns/limits", "Streams at their limit lose their turn.", [*_limits()], ("udp", "tcp"))


def _open(urgencies: Mapping[int, int | None]) -> Steps:
    return [step for stream, urgency in urgencies.items() for step in opens(stream, urgency)]


def _go(order: Sequence[int], sent: Mapping[int, int] | None = None) -> Steps:
    """One data frame of each stream named, in this order. sent: how many of each went before."""
    numbers = dict(sent or {})
    steps: list[Mapping[str, Any]] = []
    for stream in order:
        numbers[stream] = numbers.get(stream, 0) + 1
        steps.extend(goes(numbers[stream], stream=stream))
    return steps


def _orders() -> Iterator[Case]:
    about = "Eight streams of mixed urgency, two frames each, asked for stream by stream."
    urgencies = {6: 5, 8: 0, 10: 3, 12: None, 14: 7, 16: 0, 18: 3, 20: 5}
    filled = [*_open(urgencies), *CORK, *(step for stream in urgencies for step in asks(2, stream)), *nothing()]
    order = (8, 16, 8, 16, 10, 12, 18, 10, 12, 18, 6, 20, 6, 20, 14, 14)
    yield from agreed("eight", about, "MUX-30", filled, UNCORK, _go(order), nothing(), ours=MANY)
    about = "The same whatever order the frames were asked for in, and however many of each."
    uneven = {20: 1, 6: 3, 14: 1, 8: 2, 18: 0, 10: 1, 16: 1, 12: 2}
    mixed = [*_open(urgencies), *CORK, *(step for stream, count in uneven.items() for step in asks(count, stream))]
    uneven_order = (8, 16, 8, 10, 12, 12, 6, 20, 6, 6, 14)
    yield from agreed("uneven", about, "MUX-30", mixed, UNCORK, _go(uneven_order), nothing(), ours=MANY)
    about = "The turn goes on after the stream that was served last, also when the peer is corked again."
    three = [*_open({6: 3, 8: 3, 10: 3}), *CORK, *asks(1, 6), *asks(1, 8), *UNCORK, *_go((6, 8))]
    again = [*CORK, *(step for stream in (6, 8, 10) for step in asks(1, stream)), *UNCORK]
    rest = _go((10, 6, 8), {6: 1, 8: 1})
    yield from agreed("goes-on", about, "MUX-30", three, again, rest, ours=MANY)
    about = "Frames that went without waiting are no turns."
    direct = [*_open({6: 3, 8: 3}), *asks(1, 6), *goes(1, stream=6), *CORK, *asks(1, 6), *asks(1, 8), *UNCORK]
    yield from agreed("direct", about, "MUX-30", direct, _go((6, 8), {6: 1}), ours=MANY)
    about = "Each urgency has a turn of its own."
    one = [*_open({6: 1, 8: 1, 10: 2, 12: 2}), *CORK, *asks(1, 6), *asks(1, 10), *UNCORK, *_go((6, 10))]
    both = [*CORK, *(step for stream in (6, 8, 10, 12) for step in asks(1, stream)), *UNCORK]
    last = _go((8, 6, 12, 10), {6: 1, 10: 1})
    yield from agreed("each-urgency", about, "MUX-30", one, both, last, ours=MANY)
    about = "A TAIL takes no turn: it goes directly after the last frame of its stream."
    tails = [*_open({6: 3, 8: 3}), *CORK, *asks(1, 6), *act("tail", 6), *asks(2, 8), *act("tail", 8), *UNCORK]
    sent = [*goes(1, stream=6), *ends(2, 6), *goes(1, 2, stream=8), *ends(3, 8), *nothing()]
    yield from agreed("tails", about, "MUX-30 MUX-11", tails, sent, ours=MANY)
    about = "After the highest stream_id comes the lowest."
    wrap = [*_open({6: 3, 0xFFFFFFFE: 3}), *CORK, *asks(2, 6), *asks(2, 0xFFFFFFFE), *UNCORK]
    yield from agreed("wraps", about, "MUX-30", wrap, _go((6, 0xFFFFFFFE, 6, 0xFFFFFFFE)), ours=MANY)


def _limits() -> Iterator[Case]:
    about = "The most urgent stream is at its limit: the others go, and it does when its credit comes."
    urgent = [*opens(6, 0), *asks(15, 6), *goes(*range(1, 16), stream=6), *opens(8, 7), *CORK, *asks(1, 6), *asks(2, 8)]
    others = [*UNCORK, *goes(1, 2, stream=8), *nothing(), *send(credit(17, 0, 6)), *goes(16, stream=6)]
    yield from agreed("others-go", about, "MUX-30 MUX-10", urgent, others, ours=MANY)
    about = "Streams reach their limit in the middle of it."
    two = [
        *opens(6, 3),
        *opens(8, 3),
        *asks(14, 6),
        *goes(*range(1, 15), stream=6),
        *CORK,
        *asks(3, 6),
        *asks(3, 8),
        *UNCORK,
    ]
    sent = [*goes(15, stream=6), *goes(1, 2, 3, stream=8), *nothing()]
    yield from agreed(
        "in-the-middle", about, "MUX-30", two, sent, send(credit(40, 0, 6)), goes(16, 17, stream=6), ours=MANY
    )
