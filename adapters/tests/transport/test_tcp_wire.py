"""The runner's end of a connection: what finds no room waits for it, and what has not come is waited for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from adapters.driver import ConnectionPeer, GatheringPeer

LARGE = bytes(range(256)) * (1 << 16)
"""16 MiB, more than the buffers of a connection hold."""


@contextmanager
def connected() -> Iterator[tuple[ConnectionPeer, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener, closing(ConnectionPeer(listener.getsockname())) as end:
        other, _ = listener.accept()
        with other:
            yield end, other


def test_more_than_the_buffers_hold_is_sent_whole() -> None:
    came = bytearray()

    def read(other: socket.socket) -> None:
        while len(came) < len(LARGE):
            came.extend(other.recv(1 << 20))

    with connected() as (end, other):
        reader = threading.Thread(target=read, args=(other,))
        reader.start()
        end.send(LARGE)
        reader.join()
        assert (bytes(came), end.sent) == (LARGE, len(LARGE))


def test_what_was_told_is_waited_for_and_what_is_there_is_not() -> None:
    with connected() as (end, other):
        assert end.read_now() == b""
        later = threading.Timer(0.1, other.sendall, (b"some bytes",))
        later.start()
        assert end.read_to(len(b"some bytes")) == b"some bytes"
        later.join()
        other.close()
        assert end.read_to_end() == b""
        assert end.ended


def test_what_a_connection_that_is_over_does_not_take_is_lost() -> None:
    with connected() as (end, other):
        other.close()
        for _ in range(3):
            end.send(LARGE)
        assert end.sent == 3 * len(LARGE)


def test_bytes_that_are_gathered_count_at_once_and_go_together() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        closing(GatheringPeer(listener.getsockname())) as end,
    ):
        end.send(b"one ")
        end.send(b"and one")
        assert end.sent == len(b"one and one")
        first, nothing = end.gathered(), end.gathered()
        end.send(b" more")
        assert (first is not None, nothing, end.open) == (True, None, False)
        do(first)
        other, _ = listener.accept()
        with other:
            assert other.recv(100) == b"one and one"
            do(end.gathered())
            assert other.recv(100) == b" more"


def do(gathered: Callable[[], None] | None) -> None:
    assert gathered is not None
    gathered()


def test_a_gathering_end_takes_a_connection_when_it_is_told_to() -> None:
    with (
        closing(GatheringPeer(("127.0.0.1", 1), listening=True)) as end,
        socket.create_connection(("127.0.0.1", end.port)) as other,
    ):
        assert (end.accept(), end.open) == (True, False)
        do(end.gathered())
        other.sendall(b"here")
        assert (end.open, end.read_to(4)) == (True, b"here")


def test_a_gathering_end_says_that_there_is_no_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    with closing(GatheringPeer(address)) as end, pytest.raises(OSError, match="refused"):
        do(end.gathered())


def test_what_was_kept_is_read_as_if_it_were_still_on_its_way() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        closing(GatheringPeer(listener.getsockname())) as end,
    ):
        do(end.gathered())
        other, _ = listener.accept()
        with other:
            other.sendall(b"one and one")
            assert end.read_to(4) == b"one "
            end.keep()
            assert (end.received, end.ended, end.kept_all) == (4, False, False)
            assert end.read_to(8) == b"and "
            other.sendall(b" more")
        end.keep(to_the_end=True)
        end.keep(to_the_end=True)
        assert (end.received, end.ended, end.kept_all) == (8, False, True)
        assert (end.read_to(11), end.ended) == (b"one", False)
        assert (end.read_to_end(), end.ended, end.received) == (b" more", True, 16)
        assert end.read_now() == b""
