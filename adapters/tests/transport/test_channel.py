from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

import pytest

from adapters.driver import HEAD, MAGIC, Channel, GoneError, NoReplyError, PieceError, StartError, cut
from adapters.driver.transport import channel as driver_channel

SHORT_S = 0.2
LONG_S = 10.0  # never reached by a test that passes


@contextmanager
def peer(serve: Callable[[socket.socket], None]) -> Iterator[tuple[str, int]]:
    """A socket whose datagrams are handled in a thread, until serve returns."""
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(LONG_S)
        thread = threading.Thread(target=serve, args=(sock,))
        thread.start()
        try:
            yield sock.getsockname()
        finally:
            thread.join()


@contextmanager
def opened(address: tuple[str, int], **options: int) -> Iterator[Channel]:
    channel = Channel(address, **options)
    try:
        yield channel
    finally:
        channel.close()


def request_id_of(datagram: bytes) -> int:
    found: int = HEAD.unpack_from(datagram)[1]
    return found


def test_a_request_is_sent_again_until_it_is_answered() -> None:
    seen: list[bytes] = []

    def deaf_at_first(sock: socket.socket) -> None:
        for _ in range(2):
            datagram, sender = sock.recvfrom(65_536)
            seen.append(datagram)
        sock.sendto(datagram, sender)

    with peer(deaf_at_first) as address, opened(address) as channel:
        assert channel.request(b"again", monotonic() + LONG_S) == b"again"
    assert seen == cut(b"again", 1) * 2


def test_a_late_reply_to_an_older_request_is_ignored() -> None:
    def late(sock: socket.socket) -> None:
        first, sender = sock.recvfrom(65_536)
        while request_id_of(second := sock.recv(65_536)) == request_id_of(first):
            pass
        sock.sendto(first, sender)
        sock.sendto(second, sender)

    with peer(late) as address, opened(address) as channel:
        with pytest.raises(NoReplyError):
            channel.request(b"first", monotonic() + SHORT_S)
        assert channel.request(b"second", monotonic() + LONG_S) == b"second"


def test_a_long_message_and_its_long_reply() -> None:
    message = os.urandom(200_000)

    def echo(sock: socket.socket) -> None:
        pieces: dict[bytes, tuple[bytes, object]] = {}
        while len(pieces) < 4:
            datagram, sender = sock.recvfrom(65_536)
            pieces[datagram[:12]] = datagram, sender
        for datagram, _ in reversed(pieces.values()):
            sock.sendto(datagram, sender)

    with peer(echo) as address, opened(address) as channel:
        assert channel.request(message, monotonic() + LONG_S) == message


def test_one_that_never_asks_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_channel, "RESEND_S", (0.05, LONG_S))
    message, came = os.urandom(130_000), list[int]()

    def old(sock: socket.socket) -> None:
        for _ in range(2):
            pieces: dict[int, bytes] = {}
            while len(pieces) < 3:
                datagram, sender = sock.recvfrom(65_536)
                if datagram.startswith(MAGIC):
                    came.append(HEAD.unpack_from(datagram)[2])
                    pieces[came[-1]] = datagram
            for piece in pieces.values():
                sock.sendto(piece, sender)

    with peer(old) as address, opened(address) as channel:
        for _ in range(2):
            assert channel.request(message, monotonic() + LONG_S) == message
    assert came == [0, 0, 1, 2, 0, 1, 2]


def test_request_ids_ascend_from_the_first_and_stay_in_32_bits() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        with opened(sock.getsockname(), first_id=2**32 - 1) as channel:
            assert [channel.next_id() for _ in range(3)] == [2**32 - 1, 0, 1]


def test_a_flood_of_garbage_does_not_move_the_deadline() -> None:
    stop = threading.Event()

    def flood(sock: socket.socket) -> None:
        _, sender = sock.recvfrom(65_536)
        while not stop.is_set():
            sock.sendto(HEAD.pack(MAGIC, 77, 0, 1), sender)

    with peer(flood) as address, opened(address) as channel:
        began = monotonic()
        with pytest.raises(NoReplyError, match="request_id is 77 instead of 1"):
            channel.request(b"drown", began + SHORT_S)
        assert monotonic() - began < SHORT_S + 1
        stop.set()


def test_a_flood_that_never_ebbs_does_not_move_it_either(monkeypatch: pytest.MonkeyPatch) -> None:
    garbage = HEAD.pack(MAGIC, 77, 0, 1)
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        with opened(sock.getsockname()) as channel:
            deadline = monotonic() + SHORT_S

            def always(_until: float) -> bytes:
                assert monotonic() < deadline + 1
                return garbage

            monkeypatch.setattr(channel, "receive", always)
            with pytest.raises(NoReplyError):
                channel.request(b"drown", deadline)


def test_datagrams_of_strangers_do_not_arrive() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as peer_socket, socket.socket(type=socket.SOCK_DGRAM) as stranger:
        peer_socket.bind(("127.0.0.1", 0))
        with opened(peer_socket.getsockname()) as channel:
            stranger.sendto(cut(b"mine", 1)[0], channel.address)
            peer_socket.sendto(b"own", channel.address)
            assert channel.receive(monotonic() + LONG_S) == b"own"
            assert channel.receive(monotonic()) is None


def test_a_closed_port_is_noticed_at_once() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        address = sock.getsockname()
    with opened(address) as channel:
        began = monotonic()
        with pytest.raises(GoneError, match="control port is closed"):
            channel.request(b"hello?", began + LONG_S)
        assert monotonic() - began < 1


def test_the_end_of_the_testee_is_noticed_at_once_but_not_before_its_last_reply() -> None:
    gone, end = os.pipe()
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        with opened(sock.getsockname(), gone_fd=gone) as channel:
            sock.sendto(cut(b"last words", 1)[0], channel.address)
            os.close(end)
            assert channel.request(b"first", monotonic() + LONG_S) == b"last words"
            with pytest.raises(GoneError, match="it has ended"):
                channel.request(b"second", monotonic() + LONG_S)
    os.close(gone)


def test_a_reply_sent_just_before_the_end_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, end = os.pipe()
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        with opened(sock.getsockname(), gone_fd=gone) as channel:
            ready = channel._ready

            def reply_and_end(wait_s: float) -> Sequence[int]:
                sock.sendto(cut(b"last words", 1)[0], channel.address)
                os.close(end)
                return ready(wait_s)

            monkeypatch.setattr(channel, "_ready", reply_and_end)
            assert channel.request(b"quick", monotonic() + LONG_S) == b"last words"
    os.close(gone)


def test_pieces_that_contradict_each_other_end_the_request() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        with opened(sock.getsockname()) as channel:
            for count in (2, 3):
                sock.sendto(HEAD.pack(MAGIC, 1, 0, count), channel.address)
            with pytest.raises(PieceError, match="announce 2 and 3"):
                channel.request(b"what?", monotonic() + LONG_S)


@pytest.mark.parametrize("host", ["no host of this name.invalid", "a" * 64 + ".invalid", "a..b"])
def test_an_address_that_is_none_is_an_error_of_the_start(host: str) -> None:
    with pytest.raises(StartError, match="is not an address of a testee"):
        Channel((host, 1))
