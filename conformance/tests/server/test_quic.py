"""Servers judged over QUIC: sound ones, those with faults, and whatever else may take datagrams at an address."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from time import monotonic

import pytest

from adapters.driver.transport.certificates import make_certificate
from adapters.driver.transport.quic_wire import QuicPeer
from conformance.model.verdict import Verdict
from conformance.mutants.servers.over_quic import serving_quic
from conformance.mutants.servers.serving import SEALED
from conformance.mutants.servers.table import SERVERS
from conformance.server.addresses import UnreachableError, parse_address
from conformance.server.catalogue import CHAINS, CHECKS
from conformance.server.chains import Chains
from conformance.server.conversation import Waits
from conformance.server.server import Outside, attach
from reports.outcome import Outcome

SHORT = Waits(reply=0.3, connect=1.0)
SPEED = 10
DEADLINES = "quic/outside/deadlines"
OTHERS = {"handshake/outside/not-sealed", *(one.id for one in CHECKS if one.profile == "tcp")}
EVERY = {one.id for one in CHECKS} - OTHERS - {DEADLINES}
FEW = EVERY & {one.id for chain in CHAINS for one in (chain if chain[0].profile == "quic" else chain[:1])}
"""All of the profile, and the first of each chain: what the rest of them say goes the same way."""
REACH_S = 15
AT_NIGHT = pytest.mark.nightly(
    "test_a_sound_server_passes_every_check_over_tcp makes the same checks on connections each time"
)


def failures(server: Outside, ids: set[str]) -> dict[str, Verdict]:
    chains = Chains(server, ids)
    verdicts = {one.id: chains.judge(one) for one in CHECKS if one.id in ids}
    return {name: verdict for name, verdict in verdicts.items() if not verdict.passed}


@pytest.mark.slow
@pytest.mark.parametrize("ids", [FEW, pytest.param(EVERY, marks=AT_NIGHT)], ids=["few", "every"])
def test_a_sound_server_passes_its_checks_over_quic(ids: set[str]) -> None:
    with serving_quic() as impl, closing(attach(impl)) as server:
        assert {one.id for one in CHECKS if one.lacking(server.learned) is None} == EVERY | {
            DEADLINES,
            *(one.id for one in CHECKS if one.profile == "tcp" and not one.needs),
        }
        assert failures(server, ids) == {}


@pytest.mark.slow
def test_a_sound_server_keeps_its_deadlines_over_quic() -> None:
    waits = Waits(frame=Waits().frame / SPEED, session=Waits().session / SPEED)
    with serving_quic(speed=SPEED) as impl, closing(attach(impl, waits)) as server:
        assert failures(server, {DEADLINES}) == {}


def test_a_server_that_requires_crypto_is_judged_over_quic_by_what_is_not_sealed() -> None:
    with serving_quic(SEALED) as impl, closing(attach(impl, SHORT)) as server:
        planned = {one.id for one in CHECKS if one.lacking(server.learned) is None}
    assert "quic/outside/unis" in planned
    assert "quic/outside/cut-unis" not in planned


def test_a_server_that_goes_away_ends_the_run() -> None:
    with serving_quic() as impl:
        outside = attach(impl, SHORT)
    with closing(outside):
        verdict = Chains(outside, [CHECKS[0].id]).judge(CHECKS[0])
    assert verdict.outcome is Outcome.HARNESS_ERROR
    assert verdict.gave_up.startswith("pings are no longer answered")


def unreached(impl: str, waits: Waits = SHORT) -> str:
    start = monotonic()
    with pytest.raises(UnreachableError) as raised:
        attach(impl, waits)
    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"--impl={impl}: ")
    assert monotonic() - start < REACH_S
    return line


def test_a_server_of_another_protocol_over_quic_is_said() -> None:
    with SERVERS["server-quic-of-others"].serving() as impl:
        assert unreached(impl).endswith(
            "no connection over QUIC came about; it speaks QUIC, and not resonant/1 (QUI-1)"
        )


def test_a_server_whose_library_needs_no_protocol_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuicPeer, "protocol", "")
    with serving_quic() as impl:
        assert unreached(impl).endswith("no connection over QUIC came about; it negotiated no protocol (QUI-1)")


@contextlib.contextmanager
def taking_datagrams(answer: bytes) -> Iterator[str]:
    """A server on a free port that says this to each datagram, or nothing; gives its address as one over QUIC."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                data, sender = sock.recvfrom(65_536)
                if data == b"stop":
                    return
                if answer:
                    sock.sendto(answer, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"quic://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.sendto(b"stop", sock.getsockname())
            thread.join()


@pytest.mark.parametrize("answer", [b"", b"no QUIC at all"])
def test_a_port_without_quic_is_said(answer: bytes) -> None:
    with taking_datagrams(answer) as impl:
        said = unreached(impl, replace(SHORT, connect=0.3))
    assert (
        "nothing within 0.3 s. Does that port take QUIC? A server that takes datagrams without it is named by" in said
    )


def test_a_server_that_answers_nothing_on_its_connections_is_said() -> None:
    listener = QuicPeer(("127.0.0.1", 1), make_certificate(), listening=True)
    try:
        said = unreached(f"quic://127.0.0.1:{listener.port}", replace(SHORT, begin=(0.3,)))
    finally:
        listener.close()
    assert "nothing within 0.3 s. A connection over QUIC came about, and no capability on it" in said
    assert "Does that port take QUIC?" not in said


def test_a_port_where_nobody_listens_is_said_at_once() -> None:
    with taking_datagrams(b"") as impl:
        pass
    start = monotonic()
    assert "No server listens there: start it, or name its port" in unreached(impl, Waits(connect=REACH_S))
    assert monotonic() - start < REACH_S / 3


def test_a_server_that_closes_every_connection_is_said() -> None:
    listener = QuicPeer(("127.0.0.1", 1), make_certificate(), listening=True)

    def close_one() -> None:
        listener.accept()
        listener.end(7)

    thread = threading.Thread(target=close_one)
    thread.start()
    with closing(listener):
        said = unreached(f"quic://127.0.0.1:{listener.port}")
        thread.join()
    assert "the server ended the connection; closed with the number 7" in said


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "conformance.server.over_quic", raising=False)
    monkeypatch.setitem(sys.modules, "adapters.driver.transport.quic_wire", None)
    said = unreached("quic://127.0.0.1:9")
    assert "to judge a server over QUIC the suite needs aioquic: pip install 'resonant-conformance[quic]'" in said


@pytest.mark.parametrize(("host", "name"), [("localhost", "localhost"), ("127.0.0.1", ""), ("[::1]", "")])
def test_a_certificate_is_asked_for_by_the_name_of_the_host_if_it_has_one(host: str, name: str) -> None:
    address = parse_address(f"quic://{host}:9")
    assert (address.name, address.transport, address.kind) == (name, "quic", socket.SOCK_DGRAM)
