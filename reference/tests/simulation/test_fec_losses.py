"""The simulation of losses says what peers do that get the same datagrams."""

from __future__ import annotations

import numpy as np
import pytest
from resonant.peer import Completed, Incomplete

from reference.simulation import fec_losses as losses

SOME = 12
"""Streams that are played by peers, for each choice and channel."""


@pytest.mark.parametrize("channel", losses.CHANNELS)
@pytest.mark.parametrize("choice", losses.CHOICES)
def test_peers_find_the_same_streams_whole(channel: str, choice: str) -> None:
    chance = np.random.default_rng(7)
    sent = losses.stream_of(losses.peers(losses.CHOICES[choice])[0])
    plan = losses.plan_of(sent)
    lost = losses.CHANNELS[channel](chance, 0.06 if choice != "no repair" else 0.01, plan.size)[:SOME]
    arrives = plan.arrives(lost)
    for trial in range(SOME):
        _, receiver = losses.peers(losses.CHOICES[choice])
        kept = [sent[0], *(one for one, gone in zip(sent[1:-1], lost[trial], strict=True) if not gone), sent[-1]]
        told = [event for datagram in kept for event in receiver.receive(datagram, 0).events]
        assert isinstance(told[-1], Completed if arrives[trial] else Incomplete)


def test_every_choice_with_repair_costs_the_same() -> None:
    sizes = {name: losses.plan_of(losses.stream_of(losses.peers(one)[0])).size for name, one in losses.CHOICES.items()}
    assert sizes.pop("no repair") == losses.FRAMES
    assert set(sizes.values()) == {losses.FRAMES * 5 // 4}


def test_a_channel_loses_what_it_says() -> None:
    for channel in losses.CHANNELS.values():
        lost = channel(np.random.default_rng(1), 0.1, 80)
        assert lost.mean() == pytest.approx(0.1, abs=0.003)
    follows = lost[:, 1:][lost[:, :-1]].mean()  # of the last, in bursts
    assert follows == pytest.approx(1 - 1 / losses.BURST, abs=0.01)


def test_curves_are_the_same_in_every_run_and_what_probability_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two choices, as the others are counted in the same way."""
    monkeypatch.setattr(losses, "CHANNELS", {"random losses": losses.random_losses})
    monkeypatch.setattr(losses, "CHOICES", {name: losses.CHOICES[name] for name in ("no repair", "k 4, r 1")})
    found = {(one.channel, one.choice): one for one in losses.curves()}
    alone = found["random losses", "no repair"]
    assert alone.shares == pytest.approx([(1 - rate) ** losses.FRAMES for rate in losses.RATES], abs=0.012)
    group = [(1 - p) ** 4 + 4 * p * (1 - p) ** 4 for p in losses.RATES]  # none lost, or one and its repair arrives
    assert found["random losses", "k 4, r 1"].shares == pytest.approx([p**16 for p in group], abs=0.012)
    assert found == {(one.channel, one.choice): one for one in losses.curves()}
