"""Tests of what a testee claims with its transports."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from conformance.model.profiles import SelectionError
from conformance.model.transports import LIBRARIES, check_libraries, check_network, check_transports

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
