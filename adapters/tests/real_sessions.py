"""Sessions of two programs that are built on `listen` and `connect` of their libraries: real sockets, real timers.

Each is the example `stream` of its language: both ends send a verified stream of frames of 60 KiB.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from adapters.driver import build_adapter, load_adapter
from adapters.tests.made_testees import ADAPTERS
from adapters.tests.peers import KEY

TCP, QUIC = "tcp", "quic"
OVER = {TCP: ("reference", "rust", "go", "typescript"), QUIC: ("reference", "rust", "go")}
"""The languages that have the examples over a transport."""
PATIENCE_S = 330
"""Programs give up after five minutes by themselves."""
FEATURES = "resonant-protocol/quic,testee/quic"
RUST_BUILD = (
    *("cargo", "build", "--quiet", "--locked", "--workspace", "--examples", "--features", FEATURES),
    *("--profile", "test"),
)
"""As the crate's tests have been built: in another profile all that they need would be built once more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of both ends. sealed: whether they have a key."""

    transport: str
    frames: int
    sealed: bool
    certificate: Path
    """Over QUIC, the file that the server writes and the client reads."""

    def arguments(self, dash: str, address: str, *, serves: bool) -> list[str]:
        """The command line. dash: how the options of a language begin."""
        said = [f"{dash}addr", address, f"{dash}count", str(self.frames)]
        said += [f"{dash}serve"] if serves else []
        said += [f"{dash}key", KEY.hex()] if self.sealed else []
        return said + ([f"{dash}quic", str(self.certificate)] if self.transport == QUIC else [])


def _reference(_transport: str, example: str) -> Sequence[str]:
    return [sys.executable, str(ADAPTERS.parent / f"reference/examples/{example}.py")]


def _rust(_transport: str, example: str) -> Sequence[str]:
    _need("cargo")
    folder = ADAPTERS / "rust"
    subprocess.run(RUST_BUILD, cwd=folder, check=True, timeout=900)
    return [str(folder / f"target/debug/examples/{example}")]


def _go(transport: str, example: str) -> Sequence[str]:
    _need("go")
    folder = ADAPTERS / ("go/quic" if transport == QUIC else "go")
    built = f"build/{example}"
    subprocess.run(["go", "build", "-o", built, f"./examples/{example}"], cwd=folder, check=True, timeout=300)
    return [str(folder / built)]


def _typescript(_transport: str, example: str) -> Sequence[str]:
    _need("npm")
    build_adapter(load_adapter("typescript", ADAPTERS))
    return ["node", str(ADAPTERS / f"typescript/build/examples/{example}.js")]


def _need(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


MAKERS: Mapping[str, Callable[[str, str], Sequence[str]]] = {
    "reference": _reference,
    "rust": _rust,
    "go": _go,
    "typescript": _typescript,
}


@cache
def program(name: str, transport: str, example: str) -> Sequence[str]:
    """The command of an example, which is built when it is first asked for."""
    return MAKERS[name](transport, example)


def dash(name: str) -> str:
    """The beginning of the options of a language's examples."""
    return "-" if name == "go" else "--"


class End:
    """A run of the example."""

    def __init__(self, name: str, asked: Asked, address: str, *, serves: bool) -> None:
        said = asked.arguments(dash(name), address, serves=serves)
        self._process = subprocess.Popen(
            [*program(name, asked.transport, "stream"), *said],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def address(self) -> str:
        """The address that a server has told."""
        assert self._process.stdout
        said = self._process.stdout.readline()
        if not said.startswith("listening on "):
            raise AssertionError(f"no address: {said}{self._process.communicate(timeout=PATIENCE_S)}")
        return said.removeprefix("listening on ").strip()

    def finish(self) -> str:
        """The last words, once it has ended well."""
        said, complaint = self._process.communicate(timeout=PATIENCE_S)
        assert (self._process.returncode, complaint) == (0, ""), said
        return said

    def close(self) -> None:
        """End it, if it runs still."""
        self._process.kill()
        self._process.communicate()


def session(client: str, server: str, asked: Asked) -> None:
    """A session in which both ends send a stream, and hear that the other's is whole."""
    with ExitStack() as stack:
        one = stack.enter_context(closing(End(server, asked, "127.0.0.1:0", serves=True)))
        other = stack.enter_context(closing(End(client, asked, one.address(), serves=False)))
        for end in (other, one):
            assert f"received {asked.frames} frames of " in end.finish()
