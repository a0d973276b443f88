"""Managed streams between two peers: specs/mux.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from resonant import DType, MessageType, ResonantError, Slice
from resonant.peer import Config, Delivered, Done, Event, Failed, Incomplete, Mux, Opened, Output, Peer, Role

ONE = (Slice(DType.F16, (1,), bytes(2)),)


def config(mux: Mux | None) -> Config:
    return Config("", 0, 8, ("text",), ("none",), ("none",), ("f16",), False, False, salt=bytes(16), mux=mux)


@dataclass
class Pair:
    """A client and a server in a session, and a network between them that loses what `loses` says."""

    client: Peer = field(default_factory=lambda: Peer(Role.CLIENT, config(Mux(4, 16))))
    server: Peer = field(default_factory=lambda: Peer(Role.SERVER, config(Mux(4, 16))))
    now_ms: int = 0
    loses: Callable[[bytes], bool] = lambda _: False
    told: list[tuple[str, Event]] = field(default_factory=list)

    def carry(self, output: Output, *, of_client: bool) -> None:
        """Carry what is sent there, and what answers it back, and note the events."""
        self.told += [("client" if of_client else "server", event) for event in output.events]
        for datagram in output.datagrams:
            if not self.loses(datagram):
                to = self.server if of_client else self.client
                self.carry(to.receive(datagram, self.now_ms), of_client=not of_client)

    def advance(self, ms: int) -> None:
        """Let time pass at both."""
        self.now_ms += ms
        self.carry(self.client.advance(self.now_ms), of_client=True)
        self.carry(self.server.advance(self.now_ms), of_client=False)

    def open(self, stream_id: int, **how: int) -> None:
        self.carry(self.client.open_stream(stream_id, strong_tail=False, now_ms=self.now_ms, **how), of_client=True)

    def send(self, stream_id: int, count: int = 1) -> None:
        for _ in range(count):
            output = self.client.send(MessageType.THINK, ONE, stream_id=stream_id, now_ms=self.now_ms)
            self.carry(output, of_client=True)

    def tail(self, stream_id: int) -> None:
        self.carry(self.client.close_stream(stream_id, self.now_ms), of_client=True)

    def delivered(self) -> list[tuple[int, int]]:
        """The streams and numbers of the data frames that the server told of."""
        return [(event.stream_id, event.frame_seq) for _, event in self.told if isinstance(event, Delivered)]


@pytest.fixture
def pair() -> Pair:
    made = Pair()
    made.carry(made.client.ping(1, 0), of_client=True)
    return made


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ResonantError) as refused:
        act()
    return str(refused.value.code)


def test_a_stream_goes_on_as_long_as_its_receiver_delivers(pair: Pair) -> None:
    pair.open(3)
    pair.send(3, 100)
    pair.tail(3)
    assert len(pair.delivered()) == 100
    assert ("client", Done(3)) in pair.told


def test_a_held_stream_takes_what_its_limit_lets_go_and_no_more(pair: Pair) -> None:
    pair.open(3)
    pair.server.hold_stream(3, 0)
    pair.send(3, 20)
    assert pair.delivered() == []
    pair.carry(pair.server.resume_stream(3, 0), of_client=False)
    assert pair.delivered() == [(3, number) for number in range(1, 21)]


def test_a_held_stream_does_not_hold_up_another(pair: Pair) -> None:
    pair.open(3)
    pair.open(5)
    pair.server.hold_stream(3, 0)
    pair.send(3, 20)
    pair.send(5, 40)
    assert pair.delivered() == [(5, number) for number in range(1, 41)]


def test_blocked_is_repeated_after_1_2_4_8_and_then_every_15_seconds(pair: Pair) -> None:
    pair.open(3)
    pair.loses = lambda _: True
    pair.send(3, 16)  # 15 go; HEAD was number 0 of 16
    times = []
    for second in range(1, 45):
        if pair.client.advance(second * 1000).datagrams:
            times.append(second)
    assert times == [1, 3, 7, 15, 30]


def test_a_frame_lost_below_the_limit_is_repaired_by_a_blocked(pair: Pair) -> None:
    pair.open(3)
    pair.loses = lambda datagram: datagram[4] == 3 and datagram[8] == 2
    pair.send(3, 30)
    pair.loses = lambda _: False
    assert pair.delivered() == [(3, 1)]
    pair.advance(1000)
    assert ("server", Incomplete(3, (2,))) in pair.told
    assert len(pair.delivered()) == 30


def test_a_lost_head_is_repaired_by_a_blocked(pair: Pair) -> None:
    pair.loses = lambda _: True
    pair.open(3)
    pair.send(3, 20)
    pair.loses = lambda _: False
    pair.advance(1000)
    assert ("server", Opened(3, False)) in pair.told
    pair.tail(3)
    assert ("server", Incomplete(3, (16,))) in pair.told  # the blocked itself came before the HEAD
    assert len(pair.delivered()) == 20


def test_one_stream_more_than_the_other_end_allows_is_refused(pair: Pair) -> None:
    for stream_id in (3, 5, 7, 9):
        pair.open(stream_id)
    assert refusal(lambda: pair.open(11)) == "STREAM_LIMIT"


def test_a_reset_stream_counts_for_a_second(pair: Pair) -> None:
    for stream_id in (3, 5, 7, 9):
        pair.open(stream_id)
    pair.carry(pair.client.reset_stream(3, "ENOUGH", 0), of_client=True)
    assert pair.told[-1] == ("server", pair.told[-1][1])
    assert isinstance(pair.told[-1][1], Failed)
    assert (pair.told[-1][1].code, pair.told[-1][1].what) == ("STREAM_RESET", "ENOUGH")
    pair.advance(999)
    assert refusal(lambda: pair.open(11)) == "STREAM_LIMIT"
    pair.advance(1)
    pair.open(11)
    assert pair.told[-1] == ("server", Opened(11, False))


def test_a_cancelled_stream_ends_at_both_ends(pair: Pair) -> None:
    pair.open(3)
    pair.carry(pair.server.cancel_stream(3, 0), of_client=False)
    assert refusal(lambda: pair.send(3)) == "STREAM_STATE"


def test_the_least_urgency_goes_first_and_equals_take_turns(pair: Pair) -> None:
    for stream_id, urgency in ((3, 5), (5, 1), (7, 5), (9, 1)):
        pair.open(stream_id, urgency=urgency)
    pair.client.cork(0)
    for stream_id in (3, 5, 7, 9):
        pair.send(stream_id, 2)
    assert pair.delivered() == []
    pair.carry(pair.client.uncork(0), of_client=True)
    assert [stream_id for stream_id, _ in pair.delivered()] == [5, 9, 5, 9, 3, 7, 3, 7]


def test_the_1025th_frame_that_would_wait_is_refused(pair: Pair) -> None:
    pair.open(3)
    pair.client.cork(0)
    pair.send(3, 1024)
    assert refusal(lambda: pair.send(3)) == "BUFFER_LIMIT"


def test_a_tail_that_waited_and_finds_no_room_is_owed(pair: Pair) -> None:
    pair.open(3)
    pair.client.cork(0)
    pair.send(3)
    pair.tail(3)
    pair.client.limit_room(50)  # for the data frame, and for no TAIL
    head, tail = pair.client.uncork(0).datagrams
    assert len(head) <= 50 < len(tail)


def test_nothing_of_it_holds_for_a_peer_without_own_bounds() -> None:
    pair = Pair(server=Peer(Role.SERVER, config(None)))
    pair.carry(pair.client.ping(1, 0), of_client=True)
    pair.open(3)
    pair.send(3, 100)
    assert len(pair.delivered()) == 100
    assert refusal(lambda: pair.client.reset_stream(3, "ENOUGH", 0)) == "STREAM_STATE"
