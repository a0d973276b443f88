"""The sender and the receiver of reference/examples as programs, and their Rust counterparts."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reference.tests.support import F16, I8, ROOT, WORKED_PLAIN, joined, raw_header, raw_slice, with_crc

EXAMPLES = ROOT / "reference" / "examples"
RUST = ROOT / "adapters" / "rust"
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
RECV_THINK = [sys.executable, str(EXAMPLES / "recv_think.py")]


@pytest.fixture(scope="session")
def rust_examples() -> Path:
    """The folder of the compiled Rust examples."""
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not on PATH, so the Rust examples cannot be built")
    command = ["cargo", "build", "--release", "--locked", "--examples"]
    built = subprocess.run(command, cwd=RUST, capture_output=True, text=True, timeout=600, check=False)
    assert built.returncode == 0, built.stderr
    return Path(os.environ.get("CARGO_TARGET_DIR", RUST / "target")) / "release" / "examples"


@contextmanager
def receiver(command: list[str], count: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A receiver on a free port, and that port; whatever happens, it does not outlive the block."""
    process = subprocess.Popen(
        [*command, "--addr", "127.0.0.1:0", "--count", str(count)],
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


def send_thinks(port: int, count: int) -> list[str]:
    command = [sys.executable, str(EXAMPLES / "send_think.py"), "--addr", f"127.0.0.1:{port}", "--count", str(count)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


def test_sender_and_receiver_shake_hands_and_exchange_thinks_for_critiques() -> None:
    with receiver(RECV_THINK, count=3) as (process, port):
        sent = send_thinks(port, 3)
        heard = lines_received(process)
    assert sent[0] == f"connected to 127.0.0.1:{port}: compress zstd, crypto none"
    assert sent[1::2] == [f"sent Think {number} on stream 0x1234" for number in (1, 2, 3)]
    for line in sent[2::2]:
        assert re.fullmatch(r"received Critique: \d+ of 2,048 values beyond ±1\.0", line)
    client = heard[0].split()[0]
    assert heard[0].startswith(f"{client} established: agreed_proto 1, compress zstd, crypto none, ")
    assert heard[1:] == [f"{client} delivered: Think stream 0x1234 seq {seq}, F16 [1, 2048]" for seq in (0, 1, 2)]


STRANGE = {
    WORKED_PLAIN: "refused: code HANDSHAKE_REQUIRED, stream_id 4660, frame_seq 1",
    TWO_SLICES: "refused: code HANDSHAKE_REQUIRED, stream_id 22136, frame_seq 3",
    with_crc(raw_header(mtype=3)): "dropped: code IGNORED",
    b"": "dropped: code FRAME_TOO_SHORT",
    WORKED_PLAIN[:-1] + b"?": "dropped: code CRC_MISMATCH",
    joined("worked-sealed"): "dropped: code KEY_REQUIRED",
}


def test_the_receiver_prints_a_line_for_what_it_refuses_and_serves_on() -> None:
    with (
        receiver(RECV_THINK, count=1) as (process, port),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
    ):
        sock.connect(("127.0.0.1", port))
        host, own_port = sock.getsockname()
        for datagram in STRANGE:
            sock.send(datagram)
        send_thinks(port, 1)
        lines = lines_received(process)
    assert lines[: len(STRANGE)] == [f"{host}:{own_port} {said}" for said in STRANGE.values()]
    assert len(lines) == len(STRANGE) + 2


@pytest.mark.slow
def test_a_rust_receiver_understands_a_rust_sender(rust_examples: Path) -> None:
    with receiver([str(rust_examples / "recv_think")], count=3) as (process, port):
        command = [str(rust_examples / "send_think"), "--addr", f"127.0.0.1:{port}", "--count", "3"]
        subprocess.run(command, capture_output=True, timeout=WAIT_S, check=True)
        lines = lines_received(process)
    assert len(lines) == 3
    for seq, line in enumerate(lines, start=1):
        assert re.fullmatch(THINK.format(seq=seq), line)


DATAGRAMS = {
    WORKED_PLAIN: "Think stream 0x1234 seq 1 from {from}: 1 slice, F16 [2], 4 bytes, space_hash32 0",
    TWO_SLICES: "Critique stream 0x5678 seq 3 from {from}: "
    "2 slices, F16 [16], 32 bytes; I8 [4], 4 bytes, space_hash32 0",
    with_crc(raw_header(mtype=3)): "Sync stream 0x1234 seq 1 from {from}: 0 slices, space_hash32 0",
    b"": "rejected: FRAME_TOO_SHORT (FRM-25): ",
    WORKED_PLAIN[:-1] + b"?": "rejected: CRC_MISMATCH (FRM-24): ",
    joined("worked-sealed"): "rejected: KEY_REQUIRED (XCH-4): ",
}


def test_a_rust_receiver_prints_a_line_for_every_datagram_refused_or_not(rust_examples: Path) -> None:
    with (
        receiver([str(rust_examples / "recv_think")], count=len(DATAGRAMS)) as (process, port),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
    ):
        sock.connect(("127.0.0.1", port))
        host, own_port = sock.getsockname()
        for datagram in DATAGRAMS:
            sock.send(datagram)
        lines = lines_received(process)
    assert len(lines) == len(DATAGRAMS)
    for line, expected in zip(lines, DATAGRAMS.values(), strict=True):
        assert line.startswith(expected.replace("{from}", f"{host}:{own_port}"))


@pytest.mark.parametrize("name", ["send_think", "recv_think"])
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:", ":50051", "127.0.0.1:65536", "127.0.0.1:x"])
def test_a_bad_address_is_a_usage_error(name: str, address: str) -> None:
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), "--addr", address]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert ended.returncode == 2
    assert "is not HOST:PORT" in ended.stderr
