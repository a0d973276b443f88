"""Every implementation with each other over TCP and QUIC, as programs have them: real sockets, real timers.

RESONANT_STREAM_FRAMES says how many frames the longest streams of the night have.
"""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path
from random import Random

import pytest

from adapters.tests.real_sessions import OVER, Asked, session
from adapters.tests.seeds import seeds_of

FRAMES = 6
LONG = int(os.environ.get("RESONANT_STREAM_FRAMES", "200"))
PAIRS = [(transport, *pair) for transport, names in OVER.items() for pair in product(names, repeat=2)]
RING = {(transport, one, (*names, *names)[at + 1]) for transport, names in OVER.items() for at, one in enumerate(names)}
"""Pairs in which each is a client once, and a server once."""

pytestmark = [
    pytest.mark.late("programs of every implementation, which have to be built"),
    pytest.mark.xdist_group("real sessions"),
]


def asked(transport: str, seed: str, longest: int, folder: Path) -> Asked:
    """The wishes of a seed: a key or none, and how many frames."""
    random = Random(seed)
    frames = longest if random.random() < 0.5 else random.randint(1, longest)
    return Asked(transport, frames, random.random() < 0.5, folder / "certificate.pem")


@pytest.mark.parametrize(("transport", "client", "server"), [pair for pair in PAIRS if pair in RING])
def test_both_ends_send_a_stream(tmp_path: Path, transport: str, client: str, server: str) -> None:
    session(client, server, asked(transport, f"{client} {server}", FRAMES, tmp_path))


@pytest.mark.nightly("every pair, longer streams; test_both_ends_send_a_stream has each end in both roles")
@pytest.mark.parametrize(("transport", "client", "server"), PAIRS)
def test_long_streams(tmp_path: Path, transport: str, client: str, server: str) -> None:
    """Each seed asks for a key or none, and for up to LONG frames; half of the streams have as many."""
    for seed in seeds_of(transport.upper()):
        session(client, server, asked(transport, f"{client} {server} {seed}", LONG, tmp_path))
