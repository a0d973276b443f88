from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic

import pytest

from adapters.driver import Address, WirePeer
from adapters.driver.transport.udp_wire import MAX_TAKEN
from adapters.tests.made_testees import END_S


@pytest.fixture
def testee() -> Iterator[socket.socket]:
    """A socket in the place of a testee's."""
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.settimeout(END_S)
        yield one


@pytest.fixture
def end(testee: socket.socket) -> Iterator[WirePeer]:
    with WirePeer(testee.getsockname()) as end:
        yield end


def all_of(end: WirePeer, count: int) -> list[bytes]:
    """The datagrams received, once so many have come or END_S has passed."""
    came = end.received()
    deadline = monotonic() + END_S
    while len(came) < count and monotonic() < deadline:
        came += end.received()
    return came


def test_a_datagram_goes_there_and_back(testee: socket.socket, end: WirePeer) -> None:
    end.send(b"there", testee.getsockname())
    datagram, sender = testee.recvfrom(65_536)
    assert (datagram, sender) == (b"there", end.address)
    assert end.address == ("127.0.0.1", end.port)
    testee.sendto(b"back", sender)
    assert all_of(end, 1) == [b"back"]
    assert end.received() == []


def test_everything_that_waits_is_received_in_order(testee: socket.socket, end: WirePeer) -> None:
    sent = [b"", b"\0", bytes(65_507), *(b"%d" % number for number in range(500))]
    for datagram in sent:
        testee.sendto(datagram, end.address)
    assert all_of(end, len(sent)) == sent


def test_a_flood_is_taken_in_parts(testee: socket.socket, end: WirePeer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.driver.transport.udp_wire.MAX_TAKEN", 3)
    for number in range(5):
        testee.sendto(b"%d" % number, end.address)
    assert [end.received(), end.received(), end.received()] == [[b"0", b"1", b"2"], [b"3", b"4"], []]
    assert MAX_TAKEN >= 1000


def test_strangers_are_counted_and_not_heard(testee: socket.socket, end: WirePeer) -> None:
    with WirePeer() as stranger:
        stranger.send(b"no", end.address)
        testee.sendto(b"yes", end.address)
        stranger.send(b"no", end.address)
        assert all_of(end, 1) == [b"yes"]
        assert end.received() == []
        assert end.strangers == 2


def test_without_a_testee_everybody_is_heard(testee: socket.socket) -> None:
    with WirePeer() as open_end, WirePeer() as other:
        testee.sendto(b"one", open_end.address)
        other.send(b"two", open_end.address)
        assert all_of(open_end, 2) == [b"one", b"two"]
        assert open_end.strangers == 0


def test_a_datagram_to_nobody_is_lost(end: WirePeer) -> None:
    with WirePeer() as gone:
        nobody: Address = gone.address
    end.send(b"lost", nobody)
    assert end.received() == []


def test_each_end_has_an_address_of_its_own_until_it_is_closed() -> None:
    with WirePeer() as one, WirePeer() as other:
        assert one.address != other.address
        one.close()
        one.close()
        with pytest.raises(OSError, match=r"[Bb]ad file descriptor"):
            one.received()


def test_large_buffers_are_asked_for(end: WirePeer) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as usual:
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            assert end._socket.getsockopt(socket.SOL_SOCKET, option) > usual.getsockopt(socket.SOL_SOCKET, option)
