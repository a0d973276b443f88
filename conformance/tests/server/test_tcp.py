"""Servers judged over TCP: sound ones, those with faults, and everything else that may listen at an address."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from time import monotonic

import pytest

from conformance.model.verdict import Verdict
from conformance.mutants.servers.over_tcp import serving_tcp
from conformance.mutants.servers.serving import CONFIG, SEALED, Fault, sound
from conformance.mutants.servers.table import SERVERS
from conformance.server.addresses import UnreachableError
from conformance.server.catalogue import CHECKS
from conformance.server.chains import Chains
from conformance.server.conversation import Waits
from conformance.server.server import attach
from reports.outcome import Outcome

SHORT = Waits(reply=0.3, begin=(0.3,), connect=1.0)
SPEED = 10
DEADLINES = "tcp/outside/deadlines"
OTHERS = {"handshake/outside/not-sealed", *(one.id for one in CHECKS if one.profile == "quic")}
"""Those that are not made with such a server over TCP."""
REACH_S = 15


def judged(fault: Fault = sound, waits: Waits = SHORT, *, only: str = "") -> dict[str, Verdict]:
    """The verdicts of all checks that apply, but for that of deadlines; or of one, at ten times the speed."""
    speed = SPEED if only else 1
    waits = replace(waits, frame=waits.frame / speed, session=waits.session / speed)
    with serving_tcp(CONFIG, fault, speed=speed) as impl, closing(attach(impl, waits)) as server:
        ids = [one.id for one in CHECKS if one.lacking(server.learned) is None]
        chains = Chains(server, ids)
        wanted = [one for one in CHECKS if one.id in ids and (one.id == only or (not only and one.id != DEADLINES))]
        return {one.id: chains.judge(one) for one in wanted}


def failed(verdicts: dict[str, Verdict]) -> dict[str, Verdict]:
    return {name: verdict for name, verdict in verdicts.items() if not verdict.passed}


@pytest.mark.slow
def test_a_sound_server_passes_every_check_over_tcp() -> None:
    verdicts = judged(waits=replace(SHORT, reply=1.0))
    assert failed(verdicts) == {}
    assert set(verdicts) == {one.id for one in CHECKS} - OTHERS - {DEADLINES}


@pytest.mark.slow
def test_a_sound_server_keeps_its_deadlines() -> None:
    assert failed(judged(only=DEADLINES)) == {}


@pytest.mark.parametrize("name", ["server-error-without-min", "server-deaf-to-streams", "server-crc-not-read"])
def test_a_fault_of_the_peer_is_found_over_tcp_by_the_checks_that_find_it_over_udp(name: str) -> None:
    server = SERVERS[name]
    with serving_tcp(server.config, server.fault) as impl, closing(attach(impl, SHORT)) as outside:
        outside.assume_streams(True)
        for check in server.checks:
            verdict = Chains(outside, [check.id]).judge(check)
            assert verdict.outcome in (Outcome.FAIL, Outcome.TIMEOUT), (check.id, verdict)


def test_a_connection_that_ends_is_a_failure_while_the_server_lives() -> None:
    server = SERVERS["server-tcp-ends-at-drops"]
    (check,) = [one for one in CHECKS if one.id == "handshake/outside/hearts"]
    with server.serving() as impl, closing(attach(impl, SHORT)) as outside:
        verdict = Chains(outside, [check.id]).judge(check)
    assert (verdict.outcome, verdict.summary) == (Outcome.FAIL, "the server ended the connection")


def test_a_server_that_goes_away_ends_the_run() -> None:
    with serving_tcp() as impl:
        outside = attach(impl, SHORT)
    with closing(outside):
        verdict = Chains(outside, [CHECKS[0].id]).judge(CHECKS[0])
    assert verdict.outcome is Outcome.HARNESS_ERROR
    assert verdict.gave_up.startswith("pings are no longer answered")


@pytest.mark.slow
def test_a_server_that_requires_crypto_is_judged_by_what_is_not_sealed() -> None:
    with serving_tcp(SEALED) as impl, closing(attach(impl, SHORT)) as outside:
        planned = [one for one in CHECKS if one.lacking(outside.learned) is None and one.id != DEADLINES]
        chains = Chains(outside, [one.id for one in planned])
        assert {one.id for one in planned if not chains.judge(one).passed} == set()
    assert {one.profile for one in planned} == {"handshake", "tcp"}


@contextlib.contextmanager
def listening(handle: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on a free port that does this with each connection; gives its --impl."""
    with socket.create_server(("127.0.0.1", 0)) as listener, contextlib.ExitStack() as kept:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    handle(kept.enter_context(listener.accept()[0]))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def speaks_tls(sock: socket.socket) -> None:
    """The real thing, which sends an alert for what is no hello."""
    with contextlib.suppress(ssl.SSLError):
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).wrap_socket(sock, server_side=True)


def speaks_http(sock: socket.socket) -> None:
    """One that says nothing before the end of a request."""
    request = b""
    with contextlib.suppress(OSError):
        while b"\r\n\r\n" not in request:
            if not (data := sock.recv(4096)):
                return
            request += data
        sock.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")


def says(data: bytes) -> Callable[[socket.socket], None]:
    return lambda sock: sock.sendall(data)


@pytest.mark.parametrize(
    ("handle", "advice"),
    [
        (speaks_tls, "It speaks TLS: name a port that takes frames over plain TCP"),
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "It is an HTTP server: name a port"),
        (speaks_http, "It is an HTTP server: name a port"),
        (says(b"SSH-2.0-any\r\n"), "It is an SSH server: name a port"),
        (says(b"\x00\x00\x00\x00"), "lengths; a length of 0, which is not within 33 to 65536 (TCP-1). Does"),
        (socket.socket.close, "the server ended the connection; "),
        (lambda _: None, "the server did not answer; nothing within 0.3 s. Does that port take frames over TCP"),
    ],
)
def test_what_is_no_server_of_the_protocol_is_said(handle: Callable[[socket.socket], None], advice: str) -> None:
    start = monotonic()
    with listening(handle) as impl, pytest.raises(UnreachableError) as raised:
        attach(impl, SHORT)
    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"--impl={impl}: ")
    assert advice in line
    assert monotonic() - start < REACH_S


@pytest.mark.parametrize("name", ["server-tcp-without-lengths", "server-tcp-ends-at-once"])
def test_a_server_that_no_run_gets_through_with_is_said(name: str) -> None:
    with SERVERS[name].serving() as impl, pytest.raises(UnreachableError, match="frames over TCP, without TLS"):
        attach(impl, SHORT)


def test_a_port_where_nobody_listens_is_said() -> None:
    with listening(lambda _: None) as impl:
        pass
    with pytest.raises(UnreachableError, match=r"cannot be reached; .*start it, or name its port"):
        attach(impl, SHORT)


@pytest.mark.parametrize("impl", ["quic://127.0.0.1", "http://127.0.0.1:1", "TCP://127.0.0.1:1", "tcp://127.0.0.1"])
def test_an_address_of_another_form_is_told_the_forms(impl: str) -> None:
    with pytest.raises(UnreachableError, match=r"a server is named by udp://HOST:PORT, tcp://HOST:PORT or quic://"):
        attach(impl, SHORT)


@pytest.mark.parametrize("host", ["a..example", "a" * 64, ".example"])
@pytest.mark.parametrize("scheme", ["udp", "tcp", "quic"])
def test_a_host_that_no_name_can_have_is_said(scheme: str, host: str) -> None:
    with pytest.raises(UnreachableError, match=r"is no name of a host: check its dots and length"):
        attach(f"{scheme}://{host}:1", SHORT)
