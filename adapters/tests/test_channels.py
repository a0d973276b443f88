"""Go, Node, Chromium and Python over data channels: loopback, real timers, large frames, sealed or not.

RESONANT_CHANNEL_FRAMES says how many frames the streams of the night have.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import product
from random import Random
from typing import Any

import pytest
from resonant.peer import Role

from adapters.driver import build_adapter, load_adapter
from adapters.tests.made_testees import ADAPTERS
from adapters.tests.seeds import seeds_of

pytest.importorskip("aiortc")

from adapters.driver.transport.webrtc_wire import WebrtcLoop
from adapters.tests.channels import Program, finished, session_of, session_with_python

FRAMES = 12
LONG = int(os.environ.get("RESONANT_CHANNEL_FRAMES", "200"))
ATTEMPTS = 5
PYTHON, GO, NODE, CHROMIUM = "python", "go", "node", "chromium"
ENDS = (PYTHON, GO, NODE, CHROMIUM)
VARIANTS = tuple(product((True, False), (True, False)))
"""Whether the client offers, and whether frames are sealed."""
PAIRS = [pair for pair in product(ENDS, ENDS) if pair != (PYTHON, PYTHON)]  # which the reference's own tests have
RING = {(one, ENDS[(at + step) % len(ENDS)]) for at, one in enumerate(ENDS) for step in (1, 2)}
"""Pairs in which each end is twice a client and twice a server, and meets each other one."""
REST = pytest.mark.nightly("test_both_ends_send_a_stream has each end in both roles with two others without it")
ONCE = [
    pytest.param(*pair, *VARIANTS[number % len(VARIANTS)], marks=() if pair in RING else REST)
    for number, pair in enumerate(sorted(PAIRS, key=lambda pair: pair not in RING))
]
"""Each pair of a client and a server once."""

LATE = pytest.mark.late("sessions of every implementation in programs of their own, a browser among them")
pytestmark = [LATE, pytest.mark.xdist_group("channels")]


@pytest.fixture(autouse=True)
def _no_loop() -> Iterator[None]:
    yield
    WebrtcLoop.stop()


def go_program() -> Sequence[str]:
    """The example in Go, built."""
    if shutil.which("go") is None:
        pytest.skip("go is not installed")
    module = ADAPTERS / "go/webrtc"
    subprocess.run(["go", "build", "-o", "build/stream", "./examples/stream"], cwd=module, check=True, timeout=300)
    return [str(module / "build/stream"), "-loopback"]


def typescript_program(name: str) -> Sequence[str]:
    """An example of the npm package, built."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    build_adapter(load_adapter("typescript", ADAPTERS))
    return ["node", str(ADAPTERS / f"typescript/build/examples/channel/{name}.js")]


def chromium_program() -> Sequence[str]:
    """The example in a page."""
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    return typescript_program("browser")


MAKERS: Mapping[str, Callable[[], Sequence[str]]] = {
    GO: go_program,
    NODE: lambda: typescript_program("stream"),
    CHROMIUM: chromium_program,
}


@pytest.fixture(scope="module")
def programs() -> Callable[[str], Sequence[str]]:
    """The command of each program, which is built when it is first asked for."""
    known: dict[str, Sequence[str]] = {}

    def command(name: str) -> Sequence[str]:
        if name not in known:
            known[name] = MAKERS[name]()
        return known[name]

    return command


def session(
    programs: Callable[[str], Sequence[str]], client: str, server: str, offers: bool, sealed: bool, frames: int
) -> None:
    """A session of two of the ends."""
    asked: dict[str, Any] = {"sealed": sealed, "frames": frames}
    if client == PYTHON:
        session_with_python(programs(server), Role.CLIENT, program_offers=not offers, **asked)
    elif server == PYTHON:
        session_with_python(programs(client), Role.SERVER, program_offers=offers, **asked)
    else:
        session_of(programs(client), programs(server), client_offers=offers, **asked)


def attempted(client: str, server: str, offers: bool, talk: Callable[[], None]) -> None:
    """Talk, and again where libdatachannel offers and says that it came to no association.

    On one machine the other end's DTLS can come before the library has noted whose certificate the answer names, as
    setRemoteDescription begins ICE first; that a busy machine shows in a few of a hundred associations.
    """
    for _ in range(ATTEMPTS - 1 if (client if offers else server) == NODE else 0):
        try:
            return talk()
        except (AssertionError, OSError):
            continue
    return talk()


@pytest.mark.parametrize(("client", "server", "offers", "sealed"), ONCE)
def test_both_ends_send_a_stream(
    programs: Callable[[str], Sequence[str]], client: str, server: str, offers: bool, sealed: bool
) -> None:
    attempted(client, server, offers, lambda: session(programs, client, server, offers, sealed, FRAMES))


@pytest.mark.parametrize("order", [1, -1])
def test_a_program_that_fails_ends_the_session_at_once(order: int) -> None:
    codes = ("raise SystemExit(3)", "import threading; threading.Event().wait()")
    one, other = (Program([sys.executable, "-c", code]) for code in codes[::order])
    with closing(one), closing(other):
        with pytest.raises(AssertionError, match=r"SystemExit.* ended with status 3: $"):
            finished(one, other)
        assert {one.status, other.status} == {3, -signal.SIGKILL}


@pytest.mark.nightly("longer streams; test_both_ends_send_a_stream finds the same faults")
@pytest.mark.parametrize("seed", seeds_of("CHANNEL"), ids="seed-{}".format)
@pytest.mark.parametrize(("client", "server"), PAIRS)
def test_long_streams(programs: Callable[[str], Sequence[str]], client: str, server: str, seed: int) -> None:
    """The seed says who offers, whether frames are sealed, and how many there are: LONG for every second one."""
    random = Random(f"{client} {server} {seed}")
    offers, sealed = random.choice(VARIANTS)
    frames = LONG if seed % 2 == 0 else random.randint(1, LONG)
    attempted(client, server, offers, lambda: session(programs, client, server, offers, sealed, frames))
