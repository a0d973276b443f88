"""A law on multiplexing: whatever was lost, late, held or corked, every stream ends once datagrams arrive again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from resonant.peer.handlers import client, mux_receive, mux_send, timers

from reference.tests.peer.mux_law_support import run

SEEDS = range(30)
FEW = range(12)
"""So many are enough to find a peer in which something waits for ever."""


@pytest.mark.slow
def test_every_stream_is_complete_or_failed_once_datagrams_arrive_again() -> None:
    outcomes: Counter[str] = Counter()
    for seed in SEEDS:
        network = run(seed)
        assert network.left() == [], f"seed {seed}"
        for asked in (*network.streams[0].values(), *network.streams[1].values()):
            assert len(asked.outcomes) == asked.opened, f"seed {seed}, stream {asked.stream_id}"
            outcomes.update(asked.outcomes)
    assert outcomes.keys() >= {"complete", "STREAM_RESET", "STREAM_CANCELLED"}
    assert outcomes["complete"] > sum(outcomes.values()) / 2


def _no_deadline(_: Any) -> Any:
    yield from ()


def _silent_blocked(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(timers.TIMERS, "MUX-15", (_no_deadline, mux_send.tell_blocked))  # type: ignore[arg-type]


def _no_repair(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(client.mux_send, "repaired", lambda *_: ())


def _deaf_to_credit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(mux_send, "pump", lambda _: None)


def _no_credit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(mux_receive, "_credit", lambda *_: None)


@pytest.mark.parametrize("spoil", [_silent_blocked, _no_repair, _deaf_to_credit, _no_credit])
def test_the_law_finds_a_peer_that_waits_for_ever(
    spoil: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch)
    assert any(run(seed).left() for seed in FEW)
