"""The runner's end of a connection over QUIC, against another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from cryptography import x509

from adapters.driver.transport.certificates import Certificate, make_certificate
from adapters.driver.transport.quic_terms import LARGEST_DATAGRAM, Grants, NoStreamError
from adapters.driver.transport.quic_wire import QuicPeer

MAIN = 0
NOWHERE = ("127.0.0.1", 9)
LONG = 300_000


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return make_certificate()


@pytest.fixture
def pair(certificate: Certificate) -> Iterator[tuple[QuicPeer, QuicPeer]]:
    """A client and a server."""
    with ExitStack() as stack:
        server = stack.enter_context(closing(QuicPeer(NOWHERE, certificate, listening=True)))
        client = stack.enter_context(closing(QuicPeer(("127.0.0.1", server.port), certificate)))
        assert server.accept()
        yield client, server


def test_the_certificate_is_of_localhost_and_no_authority(certificate: Certificate) -> None:
    found = x509.load_pem_x509_certificate(certificate.certificate.encode())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert "PRIVATE KEY" not in repr(certificate)


def test_bytes_go_both_ways_on_the_clients_stream(pair: tuple[QuicPeer, QuicPeer]) -> None:
    client, server = pair
    assert client.open_stream(both_ways=True) == MAIN
    client.send(MAIN, b"there")
    assert server.wait(lambda: server.received == 5)
    server.send(MAIN, bytes(LONG))
    assert client.wait(lambda: client.received == LONG)
    assert server.take_pieces() == [(MAIN, b"there")]
    assert server.take_pieces() == []
    assert b"".join(data for _, data in client.take_pieces()) == bytes(LONG)
    assert (client.sent, server.sent) == ({MAIN: 5}, {MAIN: LONG})


def test_a_stream_ends_in_three_ways_each_with_its_number(pair: tuple[QuicPeer, QuicPeer]) -> None:
    client, server = pair
    finished, reset, stopped = (server.open_stream(both_ways=False) for _ in range(3))
    server.send(finished, b"all", end=True)
    assert client.wait(lambda: client.ends == 1)
    assert client.came[finished].finished
    server.send(reset, b"part")
    server.reset(reset, 3)
    assert client.wait(lambda: client.ends == 2)
    assert client.came[reset].code == 3
    server.send(stopped, b"some")
    assert client.wait(lambda: stopped in client.came)
    client.stop(stopped, 5)
    assert server.wait(lambda: server.ends == 1)
    assert server.came[stopped].asked_to_stop == 5


def test_a_stop_that_comes_again_is_one_end(pair: tuple[QuicPeer, QuicPeer]) -> None:
    client, server = pair
    stopped = server.open_stream(both_ways=False)
    server.send(stopped, b"some")
    assert client.wait(lambda: stopped in client.came)
    with client._loop.lock:  # nothing is taken meanwhile, as where an acknowledgement is late
        for _ in range(3):
            client.stop(stopped, 5)
        client.send(None, b"behind them")
    assert server.wait(lambda: server.received > 0)
    assert server.ends == 1


def test_datagrams_come_whole_and_in_order_with_streams(pair: tuple[QuicPeer, QuicPeer]) -> None:
    client, server = pair
    main = client.open_stream(both_ways=True)
    client.send(main, b"first")
    assert server.wait(lambda: server.received == 5)
    client.send(None, bytes(1100))
    assert server.wait(lambda: server.received == 1105)
    assert server.take_pieces() == [(main, b"first"), (None, bytes(1100))]
    assert client.sent == {main: 5, None: 1100}


@pytest.mark.parametrize("code", [0, 3, 99])
def test_the_end_is_told_at_once_with_its_number(pair: tuple[QuicPeer, QuicPeer], code: int) -> None:
    client, server = pair
    client.end(code)
    assert server.wait(lambda: server.ended is not None)
    assert server.ended is not None
    assert (server.ended.error_code, server.ended.frame_type) == (code, None)


def test_a_connection_that_ended_at_once_was_made(pair: tuple[QuicPeer, QuicPeer]) -> None:
    client, server = pair
    client.end(7)
    assert server.wait(lambda: server.ended is not None)
    assert server.accept(), "whoever is late has to see its end, with its number"


def test_a_certificate_that_is_not_trusted_makes_no_connection(certificate: Certificate) -> None:
    server = QuicPeer(NOWHERE, certificate, listening=True)
    with closing(server), pytest.raises(OSError, match="no connection"):
        QuicPeer(("127.0.0.1", server.port), make_certificate())


def test_each_end_sees_what_the_other_one_grants(pair: tuple[QuicPeer, QuicPeer]) -> None:
    for end in pair:
        assert end.protocol == "resonant/1"
        room = {"stream_bytes": 4 << 20, "connection_bytes": 64 << 20}
        assert end.grants == Grants(uni_streams=128, both_ways=128, **room, idle_ms=60_000)


def test_a_peer_may_take_no_datagrams(certificate: Certificate) -> None:
    assert LARGEST_DATAGRAM > 65_000
    server = QuicPeer(NOWHERE, certificate, listening=True, datagram=0)
    with closing(server), closing(QuicPeer(("127.0.0.1", server.port), certificate)) as client:
        assert client.takes_datagrams == 0
        assert server.accept()
        assert server.takes_datagrams == LARGEST_DATAGRAM


def test_it_is_closed_twice_without_harm(certificate: Certificate) -> None:
    server = QuicPeer(NOWHERE, certificate, listening=True)
    server.close()
    server.close()


def test_what_the_testee_has_to_open_is_not_there_before(pair: tuple[QuicPeer, QuicPeer]) -> None:
    _, server = pair
    with pytest.raises(NoStreamError):
        server.send(MAIN, b"x")
    with pytest.raises(NoStreamError):
        server.reset(MAIN, 1)
    with pytest.raises(NoStreamError):
        server.stop(MAIN, 1)
    assert server.ended is None
