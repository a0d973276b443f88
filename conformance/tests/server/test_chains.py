"""Checks from outside that share local addresses: few ports, and the verdicts that each would have by itself."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from conformance.model.verdict import Verdict
from conformance.mutants.servers.changes import started_anew_after
from conformance.mutants.servers.serving import CONFIG, Fault, sound
from conformance.mutants.servers.table import SERVERS
from conformance.mutants.servers.wrong import WrongServer
from conformance.server import lanes
from conformance.server.addresses import Address
from conformance.server.catalogue import CHAINS, CHECKS, modules_checks
from conformance.server.chains import Chains
from conformance.server.check import ADDRESSES, Check
from conformance.server.lanes import PER_SECOND, STREAMS_EACH, Lane, Lanes
from conformance.server.local_ports import LocalPorts
from conformance.server.ways import Datagrams
from conformance.tests.server.at_hand import at_hand
from conformance.tests.server.test_faults import ROWS
from conformance.wire.build import Frame, build, heart, sync
from reports.outcome import Outcome

BY_ID = {check.id: check for check in CHECKS}


def judged(checks: Sequence[Check], fault: Fault = sound) -> dict[str, Verdict]:
    """The verdicts of these checks in this order, of a fresh server."""
    with at_hand(CONFIG, fault) as server:
        planned = [check.id for check in CHECKS if check.lacking(server.learned) is None]
        chains = Chains(server, planned)
        return {check.id: chains.judge(check) for check in checks if check.id in planned}


def failed(verdicts: dict[str, Verdict]) -> set[str]:
    return {name for name, verdict in verdicts.items() if not verdict.passed}


def test_every_check_is_in_one_chain() -> None:
    ids = sorted(check.id for chain in CHAINS for check in chain)
    assert ids == sorted(check.id for check in CHECKS) == sorted(check.id for check in modules_checks())
    assert len(set(ids)) == len(ids)
    assert all(len({check.profile for check in chain}) == 1 for chain in CHAINS)


def test_a_server_that_keeps_two_dozen_addresses_and_forgets_none_is_judged_whole() -> None:
    with at_hand(places=ADDRESSES) as server:
        chains = Chains(server, [check.id for check in CHECKS if check.lacking(server.learned) is None])
        verdicts = {check.id: chains.judge(check) for check in CHECKS if check.lacking(server.learned) is None}
        assert server.addresses <= ADDRESSES
    assert failed(verdicts) == set()


@pytest.mark.parametrize("seed", range(3))
def test_a_sound_server_passes_in_any_order(seed: int) -> None:
    assert failed(judged(random.Random(seed).sample(CHECKS, len(CHECKS)))) == set()


@pytest.mark.parametrize(
    "name", ["server-numbers-over-all-streams", "server-rejected-numbers-kept", "server-error-without-min"]
)
def test_a_wrong_server_fails_the_same_checks_in_any_order_and_alone(name: str) -> None:
    fault = SERVERS[name].fault
    whole = judged(CHECKS, fault)
    assert failed(whole)
    assert failed(judged(CHECKS[::-1], fault)) == failed(whole)
    for check in [*filter(lambda one: one.id in failed(whole), CHECKS), *CHECKS[40:42]]:
        assert failed(judged([check], fault)) == failed(whole) & {check.id}


@pytest.mark.parametrize(("wrong", "check"), [row for row in ROWS if not row[0].connects])
def test_every_fault_is_found_in_its_chain(wrong: WrongServer, check: Check) -> None:
    with at_hand(wrong.config, wrong.fault) as server:
        chains = Chains(server, [one.id for one in CHECKS if one.lacking(server.learned) is None] + [check.id])
        verdict = chains.judge(check)
    assert verdict.outcome in (Outcome.FAIL, Outcome.TIMEOUT), verdict


def test_a_check_fails_only_at_an_address_of_its_own() -> None:
    chain = [BY_ID[f"stream/outside/{name}"] for name in ("goes-on-alone", "whole", "failed-is-closed")]
    learning, first, second = 3, 5, 2
    assert failed(judged(chain, started_anew_after(learning + first + second, CONFIG))) == set()
    assert failed(judged(chain, started_anew_after(learning + 2, CONFIG))) == {chain[0].id}


@pytest.fixture
def ports() -> Iterator[tuple[LocalPorts, socket.socket]]:
    """Local ports, and the socket of the server that they are connected to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))
        with closing(LocalPorts(Address(socket.AF_INET, there.getsockname()), start=11_000)) as found:
            yield found, there


def lanes_of(ports: LocalPorts) -> Lanes:
    return Lanes(lambda: Datagrams(ports.fresh()))


def given(shared: Lanes) -> Lane:
    shared.begin()
    return shared.give()


def test_a_lane_goes_on_with_other_stream_ids(ports: tuple[LocalPorts, socket.socket]) -> None:
    shared = lanes_of(ports[0])
    first = given(shared)
    assert (first.base, shared.shared) == (0, False)
    assert given(shared) is first
    assert (first.base, shared.shared) == (STREAMS_EACH, True)


@pytest.mark.parametrize(
    ("frame", "reused"), [(heart(3, 0), True), (sync(3, 0, {"method": "error", "code": "", "message": ""}), False)]
)
def test_a_lane_with_an_answer_that_nobody_asked_for_is_not_used_again(
    ports: tuple[LocalPorts, socket.socket], frame: Frame, reused: bool
) -> None:
    shared = lanes_of(ports[0])
    first = given(shared)
    assert isinstance(first.way, Datagrams)
    ports[1].sendto(build(frame), ("127.0.0.1", first.way.socket.getsockname()[1]))
    assert (given(shared) is first) is reused


def test_a_lane_on_which_an_answer_was_late_is_not_used_again(ports: tuple[LocalPorts, socket.socket]) -> None:
    shared = lanes_of(ports[0])
    first = given(shared)
    first.clean = False
    assert given(shared) is not first


def test_a_lane_pauses_after_as_many_replies_as_the_limit_allows(
    ports: tuple[LocalPorts, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    now_s = 100.0
    monkeypatch.setattr(lanes, "monotonic", lambda: now_s)
    monkeypatch.setattr(lanes, "sleep", slept.append)
    lane = given(lanes_of(ports[0]))
    for _ in range(PER_SECOND - 1):
        lane.note_reply()
    lane.pause(1.0)
    assert slept == []
    now_s = 100.25
    lane.note_reply()
    lane.pause(1.0)
    lane.rest(1.0)
    assert slept == [0.75, 1.0]
