"""Two peers over a network that loses, doubles and shuffles: streams arrive whole."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from resonant import DType, MessageType, Slice
from resonant.peer import Completed, Config, Delivered, Event, Opened, Peer, Role

from reference.tests.peer.support import PLAIN, REQUIRING, SEALING

COUNT = 150
ROUND_MS = 150
"""Long enough between two TAILs for the limits of 8 replies and 8 repairs a second."""


@dataclass(frozen=True)
class Weather:
    """A network's treatment of datagrams: the shares it loses and doubles, and whether it shuffles them."""

    lost: float
    doubled: float
    shuffled: bool

    def carry(self, datagrams: Sequence[bytes], chance: random.Random) -> list[bytes]:
        arrived = [one for one in datagrams if chance.random() >= self.lost]
        arrived += [one for one in arrived if chance.random() < self.doubled]
        if self.shuffled:
            chance.shuffle(arrived)
        return arrived


WEATHERS = [Weather(0, 0, False), Weather(0, 1, True), Weather(0.3, 0.2, False), Weather(0.5, 0.5, True)]


def connected(config: Config) -> tuple[Peer, Peer]:
    one, other = Peer(Role.CLIENT, config), Peer(Role.SERVER, replace(config, salt=bytes(16)))
    answer = other.receive(one.ping(1, 0).datagrams[0], 0)
    one.receive(answer.datagrams[0], 0)
    return one, other


def sent_stream(peer: Peer) -> list[bytes]:
    sent = list(peer.open_stream(3, strong_tail=True, now_ms=0).datagrams)
    for number in range(COUNT):
        payload = Slice(DType.F16, (1,), number.to_bytes(2, "little"))
        sent += peer.send(MessageType.THINK, (payload,), stream_id=3, now_ms=0).datagrams
    return sent


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weather", WEATHERS, ids=str)
@pytest.mark.parametrize("config", [PLAIN, REQUIRING, replace(SEALING, compress=("zstd",))])
def test_a_stream_arrives_whole(config: Config, weather: Weather, seed: int) -> None:
    chance = random.Random(seed)
    one, other = connected(config)
    on_the_way, told = sent_stream(one), list[Event]()
    (last,) = one.close_stream(3, 0).datagrams
    for now_ms in range(0, 60 * ROUND_MS, ROUND_MS):
        # The TAIL gets through in every round, and what answers it; the network does as it likes with the rest.
        answers: list[bytes] = []
        for datagram in [*weather.carry(on_the_way, chance), last]:
            output = other.receive(datagram, now_ms)
            told += output.events
            answers += output.datagrams
        on_the_way = [one_more for answer in answers for one_more in one.receive(answer, now_ms).datagrams]
        if any(isinstance(event, Completed) for event in told):
            break
    in_stream = told[told.index(Opened(3, False)) :]
    payloads = [event.slices[0].payload for event in in_stream if isinstance(event, Delivered)]
    assert payloads == [number.to_bytes(2, "little") for number in range(COUNT)]
    assert [event.frames for event in in_stream if isinstance(event, Completed)] == [COUNT]
