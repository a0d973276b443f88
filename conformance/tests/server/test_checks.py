"""Servers judged from outside: sound ones of several kinds, and everything that may stand at an address instead."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import replace
from time import monotonic

import pytest
from resonant.describe.clauses import load_clauses
from resonant.peer import Config

from conformance.mutants.servers.changes import dying_after, saying
from conformance.mutants.servers.serving import BARE, CONFIG, SEALED, Receive, serving, silent_port
from conformance.mutants.servers.table import SERVERS
from conformance.server.addresses import CONNECTED, Address, UnreachableError, parse_address
from conformance.server.catalogue import CHECKS
from conformance.server.check import run_check
from conformance.server.conversation import Waits
from conformance.server.local_ports import FIRST, LocalPorts, start_now
from conformance.server.server import attach
from conformance.tests.server.at_hand import at_hand
from conformance.wire.build import Frame, Slice, Type, build, heart, sync
from reports.outcome import Outcome

SHORT = Waits(reply=0.2, begin=(0.2,))
REACH_S = 15
ALL = {check.id for check in CHECKS if check.profile not in CONNECTED}
ONLY_SEALED = {"handshake/outside/not-sealed"}
NAMING_NO_LIST = replace(CONFIG, dtype=("sparse", "f16"), modality=("graph",), compress=("zstd",), key=bytes(32))
NEITHER_CRITIQUE_NOR_SEALED_ALONE = replace(CONFIG, critique=False, crypto=("xchacha20poly1305", "none"), key=bytes(32))


def closed_port() -> str:
    with silent_port() as impl:
        return impl


def unreached(impl: str) -> str:
    with pytest.raises(UnreachableError) as raised:
        attach(impl, SHORT)
    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"--impl={impl}: ")
    return line


@pytest.mark.parametrize(
    ("config", "lacking"),
    [
        (CONFIG, ONLY_SEALED),
        (NAMING_NO_LIST, ONLY_SEALED),
        (NEITHER_CRITIQUE_NOR_SEALED_ALONE, ONLY_SEALED),
    ],
)
def test_a_sound_server_passes_every_check_that_applies(config: Config, lacking: set[str]) -> None:
    with at_hand(config) as server:
        verdicts = {check.id: run_check(check, server) for check in CHECKS if check.lacking(server.learned) is None}
    assert {name: verdict for name, verdict in verdicts.items() if not verdict.passed} == {}
    assert set(verdicts) == ALL - lacking


def test_a_server_that_can_do_nothing_is_judged_by_what_is_left() -> None:
    with at_hand(BARE) as server:
        lacking = {check.id: check.lacking(server.learned) for check in CHECKS}
        verdicts = [run_check(check, server) for check in CHECKS if lacking[check.id] is None]
    assert {verdict.outcome for verdict in verdicts} == {Outcome.PASS}
    assert lacking["handshake/outside/other-id"] == "the server names no embedding_space_id"
    assert lacking["handshake/outside/zstd-not-agreed"] == "the server does not offer zstd"
    assert len(verdicts) > 40


def test_a_server_that_requires_crypto_is_judged_by_what_is_not_sealed() -> None:
    with at_hand(SEALED) as server:
        planned = [check for check in CHECKS if check.lacking(server.learned) is None]
        verdicts = [run_check(check, server) for check in planned]
    assert {verdict.outcome for verdict in verdicts} == {Outcome.PASS}
    assert {check.id for check in planned} > ONLY_SEALED
    assert {check.profile for check in planned} == {"handshake"}


def test_a_server_without_streams_is_not_judged_by_them() -> None:
    with serving(CONFIG, SERVERS["server-deaf-to-streams"].fault) as impl, closing(attach(impl, SHORT)) as server:
        assert not server.learned.streams
        reasons = {check.lacking(server.learned) for check in CHECKS if check.profile == "stream"}
        assert reasons == {"the server let a TAIL pass without an answer: it seems to have no streams"}
        server.assume_streams(True)
        assert {check.lacking(server.learned) for check in CHECKS if check.profile == "stream"} == {None}


def chatting(receive: Receive) -> Receive:
    """A program above the server that sends data, a HEART and a HEAD to everybody who says something."""
    said = [
        Frame(Type.THINK, 2, 7, (Slice(1, (1,), bytes(2)),)),
        heart(2, 8),
        sync(2, 0, {"method": "head", "dir": "down"}),
    ]
    return lambda raw, now_ms: [*map(build, said), *receive(raw, now_ms)]


def test_what_the_program_above_a_server_sends_is_no_answer() -> None:
    with at_hand(CONFIG, chatting) as server:
        verdicts = {check.id: run_check(check, server) for check in CHECKS if check.lacking(server.learned) is None}
    assert {name: verdict for name, verdict in verdicts.items() if not verdict.passed} == {}
    assert len(verdicts) == len(ALL - ONLY_SEALED)


def ports_of(ports: LocalPorts, count: int) -> list[int]:
    return [ports.fresh().getsockname()[1] for _ in range(count)]


def test_no_local_port_comes_twice() -> None:
    with silent_port() as impl, closing(LocalPorts(parse_address(impl), start=7)) as ports:
        used = ports_of(ports, 300)
        with closing(LocalPorts(parse_address(impl), start=7)) as others:
            used += ports_of(others, 20)
    assert len(set(used)) == len(used)
    assert min(used) > FIRST


def test_a_run_that_begins_among_the_ports_of_another_takes_none_that_it_had() -> None:
    with silent_port() as impl, closing(LocalPorts(parse_address(impl), start=900)) as later:
        with closing(LocalPorts(parse_address(impl), start=890)) as earlier:
            used = ports_of(later, 5) + ports_of(earlier, 30) + ports_of(later, 5)
        used += ports_of(later, 40)
    assert len(set(used)) == len(used)


def test_the_port_of_the_server_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    address = Address(socket.AF_INET, ("127.0.0.1", FIRST + 5))
    with closing(LocalPorts(address, start=4)) as ports:
        assert FIRST + 5 not in ports_of(ports, 1)


def test_setting_the_clock_brings_no_port_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = start_now()
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert start_now() >= before


def test_a_name_with_several_addresses_is_the_first_that_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as impl:
        places = [(socket.AF_INET, 0, 0, "", parse_address(one).target) for one in (closed_port(), impl)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
        with closing(attach("udp://some.host:9", SHORT)) as server:
            assert server.learned.embedding_space_id == CONFIG.embedding_space_id


@pytest.mark.parametrize(
    "impl",
    ["udp://", "udp://127.0.0.1", "udp://127.0.0.1:0", "udp://:50051", "udp://127.0.0.1:70000", "udp://127.0.0.1:1/x"],
)
def test_what_is_no_address_is_said(impl: str) -> None:
    assert unreached(impl)


def test_an_address_may_be_of_ipv6_or_a_name() -> None:
    assert parse_address("udp://[::1]:50051") == Address(socket.AF_INET6, ("::1", 50051, 0, 0))
    assert parse_address("udp://localhost:9").target[:2] in {("127.0.0.1", 9), ("::1", 9)}


def test_a_closed_port_is_said_at_once() -> None:
    start = monotonic()
    said = unreached(closed_port())
    assert "cannot be reached" in said
    assert "start it, or name its port" in said
    assert monotonic() - start < REACH_S


def test_a_silent_port_is_said() -> None:
    with silent_port() as impl:
        said = unreached(impl)
    assert "did not answer" in said
    assert "wait a minute, restart it, or let it keep more" in said
    assert sum(Waits().begin) < REACH_S


@pytest.mark.parametrize("datagram", [b"", b"hello", bytes(33), b"\x01\x03" + bytes(60)])
def test_garbage_is_no_answer(datagram: bytes) -> None:
    with serving(CONFIG, saying(datagram)) as impl:
        assert "not a valid reply" in unreached(impl)


def test_an_error_is_no_answer_to_the_smallest_ping() -> None:
    with serving(CONFIG, SERVERS["server-pings-rejected"].fault) as impl:
        assert "not answered with capability (HSK-11)" in unreached(impl)


def test_a_server_that_falls_silent_ends_the_run() -> None:
    with at_hand(CONFIG, dying_after(8)) as server:
        verdict = next(filter(lambda one: not one.passed, (run_check(check, server) for check in CHECKS)))
    assert verdict.outcome is Outcome.HARNESS_ERROR
    assert verdict.gave_up.startswith("pings are no longer answered")
    assert verdict.got == f"gave up: {verdict.gave_up}"


def test_a_server_that_takes_no_new_address_is_not_accused() -> None:
    with at_hand(places=3) as server:
        verdict = next(filter(lambda one: not one.passed, (run_check(check, server) for check in CHECKS)))
    assert verdict.outcome is Outcome.HARNESS_ERROR
    assert "no new one: its table of remote addresses may be full. Wait a minute or restart it" in verdict.gave_up


def test_a_run_that_takes_too_long_ends() -> None:
    with serving() as impl, closing(attach(impl, replace(SHORT, run=0.0))) as server:
        verdict = run_check(CHECKS[0], server)
    assert verdict.outcome is Outcome.HARNESS_ERROR
    assert verdict.gave_up == "it took too long"


def test_checks_have_their_own_ids_and_clauses_that_exist() -> None:
    clauses = load_clauses()
    assert len({check.id for check in CHECKS}) == len(CHECKS) > 60
    assert {check.profile for check in CHECKS} == {"handshake", "stream", "tcp", "quic"}
    assert {clause for check in CHECKS for clause in check.clauses} <= set(clauses)
    assert all(check.clauses and check.about and (check.judge.__doc__ or "") for check in CHECKS)
