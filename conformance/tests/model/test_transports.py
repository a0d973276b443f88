"""Tests of what a testee claims with its transports."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from conformance.model.cases import load_cases
from conformance.model.profiles import SelectionError
from conformance.model.transports import (
    LIBRARIES,
    cases_of_one,
    check_libraries,
    check_network,
    check_transports,
    check_wires,
)

PEERS = ("frame", "message", "handshake")


@pytest.mark.parametrize(
    ("claimed", "transports", "wires"),
    [
        (("frame",), ("udp",), ()),
        (PEERS, ("udp",), ("udp",)),
        (PEERS, ("udp",), ("udp", "tcp")),
        (PEERS, ("udp",), None),
        ((*PEERS, "tcp"), ("udp", "tcp"), ("tcp", "udp")),
        ((*PEERS, "tcp"), ("tcp",), ("tcp",)),
    ],
)
def test_what_fits_is_taken(claimed: Sequence[str], transports: Sequence[str], wires: Sequence[str] | None) -> None:
    check_transports(claimed, transports, wires)


@pytest.mark.parametrize(
    ("claimed", "transports", "wires", "text"),
    [
        (PEERS, ("udp",), (), "names the transport udp but printed no port for it; add it to `wires`"),
        (PEERS, ("udp", "pigeons"), ("udp",), "no transport 'pigeons'; the transports are udp, tcp"),
        (PEERS, ("udp", "tcp"), ("udp", "tcp"), "names the transport tcp but does not claim the profile tcp"),
        ((*PEERS, "tcp"), ("udp",), ("udp", "tcp"), "claims the profile tcp but does not name the transport tcp"),
        ((*PEERS, "tcp"), ("udp", "tcp"), ("udp",), "names the transport tcp but printed no port for it"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_do(
    claimed: Sequence[str], transports: Sequence[str], wires: Sequence[str], text: str
) -> None:
    with pytest.raises(SelectionError, match=re.escape(text)) as raised:
        check_transports(claimed, transports, wires)
    assert "TST-27" in str(raised.value)


@pytest.mark.parametrize(
    ("launch", "text"),
    [
        ("process", "the testee printed a port for 'upd' in `wires` of its first line (did you mean 'udp'?)"),
        ("docker", "the testee printed a port for 'upd' in `wires` of its first line (did you mean 'udp'?)"),
        ("attach", "its adapter.toml has an address for 'upd' in `wires` (did you mean 'udp'?)"),
    ],
)
def test_a_wire_of_an_unknown_transport_is_named_with_those_there_are(launch: str, text: str) -> None:
    check_wires(("udp", "tcp", "quic"), launch)
    with pytest.raises(SelectionError, match=re.escape(f"{text}; the transports are udp, tcp, quic, webrtc (TST-1)")):
        check_wires(("tcp", "upd"), launch)


def test_cases_of_one_transport_are_those_that_no_other_carries() -> None:
    """Dialogues of other profiles count, too; those that go over every transport do not."""
    cases = cases_of_one("quic")
    assert {case.profile for case in cases} >= {"quic", "fec"}
    assert any("FEC-12" in case.clauses for case in cases)
    assert all(case.transport == "quic" and "quic" in case.needs for case in cases)
    every = {case.id for case in load_cases()}
    assert [case.id for case in cases if f"{case.id}@quic" in every or case.id.removesuffix("@quic") != case.id] == []


def test_channels_cannot_be_judged_in_a_container() -> None:
    check_network(("udp", "tcp", "quic"), "docker")
    check_network(("udp", "webrtc"), "process")
    with pytest.raises(SelectionError, match=r'webrtc .* in a container: .* launch = "process", .* --profile '):
        check_network(("udp", "webrtc"), "docker")


def test_transports_whose_library_is_there_need_nothing() -> None:
    check_libraries(("udp", "tcp", "quic", "webrtc", "quic"))


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_that_is_not_there_is_named_with_what_installs_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.model.transports.LIBRARIES", {name: "not_there"})
    with pytest.raises(SelectionError, match=rf"lacks not_there: pip install 'resonant-conformance\[{name}\]'"):
        check_libraries(("udp", name))
    check_libraries(("udp",))
