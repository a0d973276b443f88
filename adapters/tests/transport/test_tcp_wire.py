"""The runner's end of a connection: what finds no room waits for it, and what has not come is waited for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
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
        other, _ = listener.accept()
        with other:
            end.send(b"one ")
            end.send(b"and one")
            other.setblocking(False)
            assert end.sent == len(b"one and one")
            with pytest.raises(BlockingIOError):
                other.recv(100)
            end.send_out()
            end.send_out()
            other.setblocking(True)
            assert other.recv(100) == b"one and one"
            assert end.sent == len(b"one and one")
