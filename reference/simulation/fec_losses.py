"""The worth of repair: the share of streams that arrive without a resend, under seeded losses.

The order of datagrams is that of the reference's own sender; which frames come back follows from FEC-21: those of a
group of which as many repair datagrams arrive as frames are lost. Tests hold this against peers that get the datagrams.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from resonant import DType, MessageType, Slice
from resonant.fec.datagram import is_repair, read_repair
from resonant.fec.symbols import numbers_of
from resonant.peer import Config, Peer, RepairShape, Role

FRAMES, STREAM_ID = 64, 3
TRIALS, SEED = 20_000, 19
BURST = 4
"""The mean number of datagrams that a burst loses."""
RATES = tuple(percent / 100 for percent in (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20))
Lost: TypeAlias = NDArray[np.bool_]
"""For each trial whether each datagram is lost."""

CHOICES: Mapping[str, RepairShape | None] = {
    "no repair": None,
    "k 4, r 1": RepairShape(4, 1),
    "k 4, r 1, step 8": RepairShape(4, 1, 8),
    "k 16, r 4": RepairShape(16, 4),
    "k 16, r 4, step 4": RepairShape(16, 4, 4),
    "k 64, r 16": RepairShape(64, 16),
}
"""The shapes that are compared: all with repair send a quarter more datagrams."""
_CONFIG = Config(
    embedding_space_id="",
    space_hash32=0,
    d_model=1,
    modality=("text",),
    compress=("none",),
    crypto=("none",),
    dtype=("i8",),
    critique=False,
    require_crypto=False,
    salt=bytes(16),
    fec=("rs8", "none"),
)


def peers(shape: RepairShape | None) -> tuple[Peer, Peer]:
    """A client that sends repair of this shape, and a server, in a session."""
    sender = Peer(Role.CLIENT, replace(_CONFIG, repair=shape))
    receiver = Peer(Role.SERVER, replace(_CONFIG, salt=bytes(15) + b"\1"))
    answer = receiver.receive(sender.ping(1, 0).datagrams[0], 0)
    sender.receive(answer.datagrams[0], 0)
    return sender, receiver


def stream_of(sender: Peer) -> list[bytes]:
    """HEAD, data frames with their repair, and TAIL, as they are sent."""
    sent = list(sender.open_stream(STREAM_ID, strong_tail=False, now_ms=0).datagrams)
    for number in range(FRAMES):
        payload = Slice(DType.I8, (1,), bytes([number]))
        sent += sender.send(MessageType.THINK, (payload,), stream_id=STREAM_ID, now_ms=0).datagrams
    return [*sent, *sender.close_stream(STREAM_ID, 0).datagrams]


@dataclass(frozen=True, slots=True)
class Plan:
    """The datagrams between HEAD and TAIL: for each the group that it is of, and whether it is repair."""

    groups: NDArray[np.int64]
    repair: Lost

    @property
    def size(self) -> int:
        """How many datagrams there are."""
        return len(self.groups)

    def arrives(self, lost: Lost) -> NDArray[np.bool_]:
        """For each trial whether the stream is whole without a resend."""
        whole = np.ones(len(lost), bool)
        for group in set(self.groups.tolist()):
            frames, repair = (self.groups == group) & ~self.repair, (self.groups == group) & self.repair
            whole &= lost[:, frames].sum(axis=1) <= (~lost[:, repair]).sum(axis=1)
        return whole


def plan_of(sent: Sequence[bytes]) -> Plan:
    """The plan of what a sender sends, without HEAD and TAIL."""
    groups: dict[int, int] = {}
    for datagram in filter(is_repair, sent):
        repair = read_repair(datagram)
        for place in range(repair.k):
            groups[repair.group.number(place)] = repair.group.base
    repairs = np.array([is_repair(datagram) for datagram in sent[1:-1]])
    of = [read_repair(one).group.base if is_repair(one) else _group(one, groups) for one in sent[1:-1]]
    return Plan(np.array(of), repairs)


def _group(frame: bytes, groups: Mapping[int, int]) -> int:
    _, number = numbers_of(frame)
    return groups.get(number, -number)  # without repair each frame is alone


def random_losses(chance: np.random.Generator, rate: float, size: int) -> Lost:
    """Losses that have nothing to do with each other."""
    return chance.random((TRIALS, size)) < rate


def bursts(chance: np.random.Generator, rate: float, size: int) -> Lost:
    """Losses of the same share in bursts of BURST datagrams in the mean (a Gilbert channel)."""
    ends = 1 / BURST
    begins = rate * ends / (1 - rate)
    lost = np.zeros((TRIALS, size), bool)
    now = chance.random(TRIALS) < rate
    for place in range(size):
        lost[:, place] = now
        now = np.where(now, chance.random(TRIALS) >= ends, chance.random(TRIALS) < begins)
    return lost


CHANNELS: Mapping[str, Any] = {"random losses": random_losses, f"bursts of {BURST} in the mean": bursts}


@dataclass(frozen=True, slots=True)
class Curve:
    """shares: of streams that arrive without a resend, one for each of RATES. overhead: repair for each data frame."""

    channel: str
    choice: str
    overhead: float
    shares: tuple[float, ...]


def curves() -> list[Curve]:
    """All of them, the same in every run."""
    plans = {name: plan_of(stream_of(peers(shape)[0])) for name, shape in CHOICES.items()}
    found = []
    for channel, losses in CHANNELS.items():
        for name, plan in plans.items():
            chance = np.random.default_rng(SEED)
            shares = tuple(float(plan.arrives(losses(chance, rate, plan.size)).mean()) for rate in RATES)
            found.append(Curve(channel, name, plan.size / FRAMES - 1, shares))
    return found
