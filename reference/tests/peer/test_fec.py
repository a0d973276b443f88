"""Peers with repair over a network that loses datagrams, and the bounds of what they keep."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from resonant import DType, MessageType, Slice
from resonant.fec.datagram import GroupId, Repair, is_repair, write_repair
from resonant.peer import Completed, Config, Delivered, Event, Failed, Peer, Recovered, RepairShape, Role
from resonant.peer.state.recv_groups import KEPT_BYTES, MAX_GROUPS, KeptFrames, RecvGroups

from reference.tests.peer.support import PLAIN, REQUIRING, SEALING

SHAPES = [RepairShape(1, 1), RepairShape(4, 2), RepairShape(4, 2, 4), RepairShape(8, 8, 2)]
COUNT = 60


def connected(config: Config, shape: RepairShape | None) -> tuple[Peer, Peer]:
    """A client that sends repair, and a server that takes it."""
    named = replace(config, fec=("rs8", "none"))
    one, other = Peer(Role.CLIENT, replace(named, repair=shape)), Peer(Role.SERVER, replace(named, salt=bytes(16)))
    answer = other.receive(one.ping(1, 0).datagrams[0], 0)
    one.receive(answer.datagrams[0], 0)
    return one, other


def sent_stream(peer: Peer) -> list[bytes]:
    """A stream, one frame each millisecond, and the repair of it."""
    sent = list(peer.open_stream(3, strong_tail=True, now_ms=0).datagrams)
    for number in range(COUNT):
        payload = Slice(DType.F16, (1 + number % 5,), bytes(2 + number % 5 * 2))
        sent += peer.send(MessageType.THINK, (payload,), stream_id=3, now_ms=number).datagrams
    return [*sent, *peer.close_stream(3, COUNT).datagrams]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("config", [PLAIN, REQUIRING, replace(SEALING, compress=("zstd",))])
@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_lost_and_shuffled_the_bytes_are_those_that_were_sent(
    config: Config, shape: RepairShape, seed: int
) -> None:
    chance = random.Random(seed)
    one, other = connected(config, shape)
    sent = sent_stream(one)
    kept = [datagram for place, datagram in enumerate(sent) if place == 0 or chance.random() > 0.15]
    chance.shuffle(kept)
    told: list[Event] = []
    for datagram in [sent[0], *kept]:
        told += other.receive(datagram, COUNT).events
    delivered = [event.frame_seq for event in told if isinstance(event, Delivered) and event.stream_id == 3]
    assert delivered == sorted(set(delivered))
    assert any(isinstance(event, Recovered) for event in told)
    assert not any(isinstance(event, Failed) for event in told)


def test_repair_spares_the_resend() -> None:
    one, other = connected(PLAIN, RepairShape(4, 1, 4))
    sent = sent_stream(one)
    lost = sent[1:5]  # a burst, one of each of four groups
    told = [event for datagram in sent if datagram not in lost for event in other.receive(datagram, 0).events]
    assert sum(isinstance(event, Recovered) for event in told) == 4
    assert isinstance(told[-1], Completed)


def test_a_receiver_alone_sends_no_repair() -> None:
    one, _ = connected(PLAIN, None)
    assert not any(is_repair(datagram) for datagram in (*sent_stream(one), *one.advance(1_000).datagrams))
    assert one.deadline_ms is not None


def test_kept_frames_stay_within_their_bytes() -> None:
    kept = KeptFrames()
    for number in range(3_000):
        list(kept.keep((1, number), bytes(65_000), sealed=False))
    assert 65_000 * len(kept._frames) == kept._bytes <= KEPT_BYTES
    assert (1, 2_999) in kept


def test_groups_stay_within_their_number_and_hold_nothing_for_what_is_whole() -> None:
    groups = RecvGroups()
    groups.keep((1, 0), b"frame", sealed=False, waiting_bytes=0)
    for base in range(200):
        repair = Repair(GroupId(1, base, 1), 1, 1, 0, bytes(60_000))
        assert groups.take(repair, 0) is None
    assert len(groups._groups) == MAX_GROUPS
    assert write_repair(repair)[:4] == b"RSF1"
