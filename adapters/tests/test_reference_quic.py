"""The reference's testee over QUIC, where no dialogue of the profile looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from resonant.describe.registry import registry

from adapters.driver import RequestError, Testee, load_adapter
from adapters.driver.transport.certificates import make_certificate
from adapters.driver.transport.quic_wire import QuicPeer
from adapters.tests.made_testees import ADAPTERS
from adapters.tests.peers import CONFIG, SERVER, Talk

CERTIFICATE = make_certificate()
TLS = {"certificate": CERTIFICATE.certificate, "key": CERTIFICATE.key}
CONNECTIONS = 64
"""QUI-13."""


@pytest.fixture(scope="module")
def talk() -> Iterator[Talk]:
    with Testee(load_adapter("reference-quic", ADAPTERS)) as testee:
        testee.start()
        yield Talk(testee)


@pytest.fixture(autouse=True)
def _closed(talk: Talk) -> Iterator[None]:
    talk.ask("reset")
    yield
    talk.ask("reset")


def test_it_claims_quic_and_has_a_wire_for_it(talk: Talk) -> None:
    hello = talk.testee.hello
    assert sorted(hello.profiles) == sorted(name for name in registry().profiles if name != "webrtc")
    assert hello.transports == ("udp", "tcp", "quic")
    assert set(talk.testee.wires) == {"udp", "tcp", "quic"}


def test_a_certificate_that_is_none_is_an_error(talk: Talk) -> None:
    answer = talk.testee.ask("peer_open", {"role": "server", "config": CONFIG, "tls": {**TLS, "certificate": "none"}})
    assert isinstance(answer, RequestError)
    assert "tls" in str(answer)


def test_a_client_needs_to_know_what_its_server_shows(talk: Talk) -> None:
    target = {"link": SERVER, "transport": "quic", "remote": 1, "stream_id": 1}
    answer = talk.testee.ask("peer_open", {"role": "client", "config": CONFIG, **target})
    assert isinstance(answer, RequestError)


def test_connections_end_with_the_peers_and_the_next_ones_are_others(talk: Talk) -> None:
    for _ in range(2):
        talk.ask("peer_open", role="server", config=CONFIG, tls=TLS)
        with closing(QuicPeer(talk.testee.wires["quic"], CERTIFICATE)) as end:
            arrived = {"link": f"quic-{end.port}", "bytes": 0}
            assert talk.ask("peer_poll", arrived=arrived) == {"events": []}
            talk.ask("peer_close")
            assert end.wait(lambda: end.ended is not None)
            assert end.ended is not None
            assert end.ended.error_code == 0


@pytest.mark.slow
def test_a_server_takes_64_connections(talk: Talk) -> None:
    talk.ask("peer_open", role="server", config=CONFIG, tls=TLS)
    ends = [QuicPeer(talk.testee.wires["quic"], CERTIFICATE) for _ in range(CONNECTIONS)]
    try:
        for end in ends:
            talk.ask("peer_poll", arrived={"link": f"quic-{end.port}", "bytes": 0})
            assert end.ended is None
    finally:
        for end in ends:
            end.close()
