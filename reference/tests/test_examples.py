"""The sender and the receiver of reference/examples, and their counterparts in Rust, Go and TypeScript."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from reference.tests.support import F16, I8, ROOT, WORKED_PLAIN, joined, raw_header, raw_slice, with_crc

pytestmark = pytest.mark.xdist_group("examples")

EXAMPLES = ROOT / "reference" / "examples"
RUST = ROOT / "adapters" / "rust"
GO = ROOT / "adapters" / "go"
TYPESCRIPT = ROOT / "adapters" / "typescript"
WAIT_S = 20
"""The longest that any program here may take; none needs a second."""
THINK = (
    r"Think stream 0x1234 seq {seq} from 127\.0\.0\.1:\d+: "
    r"1 slice, F16 \[1, 2048\], 4096 bytes, space_hash32 2451163210"
)
TWO_SLICES = with_crc(
    raw_header(mtype=4, stream_id=0x5678, frame_seq=3, slice_len=[32, 4])
    + raw_slice(F16, [16], bytes(32))
    + raw_slice(I8, [4], b"note")
)
LANGUAGES = ("python", "rust", "go", "typescript")
OVER_TCP = ("python", "rust", "go", "typescript")
"""The languages whose examples take --tcp."""
OVER_QUIC = ("python", "rust", "go")
"""Those whose examples take --quic."""
REST = pytest.mark.nightly(
    "test_a_receiver_understands_a_sender, and so over TCP and QUIC, has each language in both roles"
)
PYTHON = {name: [sys.executable, str(EXAMPLES / f"{name}.py")] for name in ("recv_think", "send_think")}


def pairs(languages: Sequence[str], step: int) -> list[Any]:
    """All pairs of two. Each language sends to the one that stands so many places behind it; the night has the rest."""
    ring = {(one, languages[(at + step) % len(languages)]) for at, one in enumerate(languages)}
    return [pytest.param(*pair, marks=() if pair in ring else REST) for pair in product(languages, repeat=2)]


@cache
def built_rust() -> Path:
    """Build the examples of Rust with QUIC, as `cargo test` has built them already, in its profile; their folder."""
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not on PATH, so the Rust examples cannot be built")
    features = "resonant-protocol/quic,testee/quic"
    command = ["cargo", "build", "--locked", "--workspace", "--examples", "--features", features, "--profile", "test"]
    built = subprocess.run(command, cwd=RUST, capture_output=True, text=True, timeout=600, check=False)
    assert built.returncode == 0, built.stderr
    return Path(os.environ.get("CARGO_TARGET_DIR", RUST / "target")) / "debug" / "examples"


def built_go(module: Path) -> Path:
    """Build the examples of a module of Go, of which those that have not changed are not linked anew; their folder."""
    if shutil.which("go") is None:
        pytest.skip("go is not on PATH, so the Go examples cannot be built")
    folder = module / "build" / "examples"
    command = ["go", "build", "-o", f"{folder}{os.sep}", "./examples/..."]
    built = subprocess.run(command, cwd=module, capture_output=True, text=True, timeout=600, check=False)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="session")
def rust_examples() -> Path:
    """The folder of the compiled Rust examples."""
    return built_rust()


@pytest.fixture(scope="session")
def go_examples() -> Path:
    """The folder of the compiled Go examples."""
    return built_go(GO)


@pytest.fixture(scope="session")
def typescript_examples() -> Path:
    """The folder of the compiled TypeScript examples."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not on PATH, so the TypeScript examples cannot be built")
    command = ["node", "testee-kit/build.mjs"]  # `make python-tests` has built them already
    built = subprocess.run(command, cwd=TYPESCRIPT, capture_output=True, text=True, timeout=600, check=False)
    assert built.returncode == 0, built.stderr
    return TYPESCRIPT / "build" / "examples"


def program(request: pytest.FixtureRequest, language: str, name: str) -> list[str]:
    if language == "python":
        return PYTHON[name]
    if language == "typescript":
        folder: Path = request.getfixturevalue("typescript_examples")
        return ["node", str(folder / f"{name}.js")]
    folder = request.getfixturevalue(f"{language}_examples")
    return [str(folder / name)]


@pytest.fixture(scope="session")
def go_quic_examples() -> Path:
    """The folder of the compiled Go examples over QUIC."""
    return built_go(GO / "quic")


@pytest.fixture(scope="session")
def rust_quic_examples() -> Path:
    """The same folder: those that are built have QUIC."""
    return built_rust()


def quic_program(request: pytest.FixtureRequest, language: str, name: str) -> list[str]:
    """The command of an example that takes --quic."""
    if language == "python":
        return PYTHON[name]
    folder: Path = request.getfixturevalue(f"{language}_quic_examples")
    return [str(folder / name)]


@contextmanager
def receiver(command: list[str], count: int, *more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A receiver on a free port, and that port; whatever happens, it does not outlive the block."""
    process = subprocess.Popen(
        [*command, "--addr", "127.0.0.1:0", "--count", str(count), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        listening = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", first)
        assert listening, f"{first!r}; {'' if process.poll() is None else process.communicate()[1]}"
        yield process, int(listening[1])
    finally:
        process.kill()
        process.communicate()


def lines_received(process: subprocess.Popen[str]) -> list[str]:
    out, errors = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, errors
    return out.splitlines()


def send_thinks(command: list[str], port: int, count: int, *more: str) -> list[str]:
    command = [*command, "--addr", f"127.0.0.1:{port}", "--count", str(count), *more]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


def test_sender_and_receiver_exchange_thinks_for_critiques() -> None:
    with receiver(PYTHON["recv_think"], count=3) as (process, port):
        sent = send_thinks(PYTHON["send_think"], port, 3)
        heard = lines_received(process)
    assert sent[0] == f"connected to 127.0.0.1:{port}: compress zstd, crypto none"
    assert sent[1::2] == [f"sent Think {number} on stream 0x1234" for number in (1, 2, 3)]
    for line in sent[2::2]:
        assert re.fullmatch(r"received Critique: \d+ of 2,048 values beyond ±1\.0", line)
    assert re.match(r"127\.0\.0\.1:\d+: Established agreed_proto 1, compress zstd, crypto none, ", heard[0])
    assert len(heard) == 4
    for seq, line in enumerate(heard[1:], start=1):
        assert re.fullmatch(THINK.format(seq=seq), line)


@pytest.mark.slow
@pytest.mark.parametrize(("sending", "receiving"), pairs(LANGUAGES, 1))
def test_a_receiver_understands_a_sender(request: pytest.FixtureRequest, sending: str, receiving: str) -> None:
    with receiver(program(request, receiving, "recv_think"), count=1) as (process, port):
        send_thinks(program(request, sending, "send_think"), port, 1)
        lines = lines_received(process)
    assert len(lines) == 2
    assert "Established" in lines[0]
    assert re.fullmatch(THINK.format(seq=1), lines[1])


@pytest.mark.slow
@pytest.mark.parametrize(("sending", "receiving"), pairs(OVER_TCP, 2))
def test_a_receiver_understands_a_sender_over_tcp(request: pytest.FixtureRequest, sending: str, receiving: str) -> None:
    # One more message than comes: a server that ends takes the connection from a sender that waits for a Critique.
    with receiver(program(request, receiving, "recv_think"), 2, "--tcp") as (process, port):
        send_thinks(program(request, sending, "send_think"), port, 1, "--tcp")
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip() for _ in range(2)]
    assert "Established" in lines[0]
    assert re.fullmatch(THINK.format(seq=1), lines[1])


@pytest.mark.parametrize(
    ("sending", "receiving"),
    [
        ("python", "python"),
        *(
            pytest.param(*one.values, marks=[*one.marks, pytest.mark.slow])
            for one in pairs(OVER_QUIC, 1)
            if one.values[0] != one.values[1]
        ),
    ],
)
def test_a_receiver_understands_a_sender_over_quic(
    request: pytest.FixtureRequest, tmp_path: Path, sending: str, receiving: str
) -> None:
    quic = ("--quic", str(tmp_path / "certificate.pem"))
    with receiver(quic_program(request, receiving, "recv_think"), 2, *quic) as (process, port):
        sent = send_thinks(quic_program(request, sending, "send_think"), port, 1, *quic)
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip() for _ in range(2)]
    if sending != "rust":  # whose sender says what it sent alone
        critique = r"received Critique: \W?\d+ of 2,?048 values beyond ±1\.0\W?"
        assert sent[0].startswith(f"connected to 127.0.0.1:{port}: compress zstd, crypto none")
        assert re.fullmatch(r"no Critique in 2 ?s" if receiving == "rust" else critique, sent[2])
    assert "Established" in lines[0]
    assert re.fullmatch(THINK.format(seq=1), lines[1])


STRANGE = {
    WORKED_PLAIN: "ErrorSent code HANDSHAKE_REQUIRED, stream_id 4660, frame_seq 1",
    TWO_SLICES: "ErrorSent code HANDSHAKE_REQUIRED, stream_id 22136, frame_seq 3",
    with_crc(raw_header(mtype=3)): "Dropped code IGNORED",
    b"": "Dropped code FRAME_TOO_SHORT",
    WORKED_PLAIN[:-1] + b"?": "Dropped code CRC_MISMATCH",
    joined("worked-sealed"): "Dropped code KEY_REQUIRED",
}


def bare(text: str) -> str:
    """Letters and digits only: each language has its own way to write a record."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


@pytest.mark.parametrize(
    "language", [LANGUAGES[0], *(pytest.param(one, marks=pytest.mark.slow) for one in LANGUAGES[1:])]
)
def test_a_receiver_says_what_it_does_not_take_and_serves_on(request: pytest.FixtureRequest, language: str) -> None:
    with (
        receiver(program(request, language, "recv_think"), count=1) as (process, port),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
    ):
        sock.connect(("127.0.0.1", port))
        host, own_port = sock.getsockname()
        for datagram in STRANGE:
            sock.send(datagram)
        send_thinks(program(request, language, "send_think"), port, 1)
        lines = lines_received(process)
    assert len(lines) == len(STRANGE) + 2
    for line, expected in zip(lines, STRANGE.values(), strict=False):
        assert line.startswith(f"{host}:{own_port}: ")
        assert bare(line) == bare(f"{host}:{own_port}: {expected}")


WRONG = {"send_think": ("::1:50051", "no.such.invalid:5"), "recv_think": ("[::1]", "127.0.0.1:65536")}
"""Shared out, as the two programs of a language read their address in one way."""


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_address_is_one_line_and_status_2(request: pytest.FixtureRequest, name: str, language: str) -> None:
    for address in WRONG[name]:
        command = [*program(request, language, name), "--addr", address]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
        assert (ended.returncode, ended.stdout) == (2, "")
        said = ended.stderr.splitlines()[-1]
        assert address in said
        assert "HOST:PORT" in said or "no.such" in said


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as own:
        own.bind(("::1", 0))
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize(("sending", "receiving"), list(zip(LANGUAGES, LANGUAGES[1:] + LANGUAGES[:1], strict=True)))
def test_ipv6_addresses_are_named_in_brackets(request: pytest.FixtureRequest, sending: str, receiving: str) -> None:
    """On a machine without such addresses a receiver says so in one line."""
    command = [*program(request, receiving, "recv_think"), "--addr", "[::1]:0", "--count", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if not has_ipv6():
            assert "cannot listen on [::1]:0: " in process.stderr.read()
            assert process.wait() == 2
            return
        try:
            listening = re.fullmatch(r"listening on (\[::1\]:\d+)\n", process.stdout.readline())
            assert listening
            sender = [*program(request, sending, "send_think"), "--addr", listening[1]]
            sent = subprocess.run(sender, capture_output=True, text=True, timeout=WAIT_S, check=False)
            assert (sent.returncode, sent.stderr) == (0, "")
            assert listening[1] in sent.stdout
            assert "from [::1]:" in process.stdout.read()
        finally:
            process.kill()
