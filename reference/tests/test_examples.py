"""The sender and the receiver of reference/examples, between themselves and with their Rust counterparts."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from typing import Any

import pytest
from resonant import ResonantError, decode

from reference.tests.support import F16, I8, KEY, NONCE, ROOT, WORKED_PLAIN, joined, raw_header, raw_slice, with_crc

EXAMPLES = ROOT / "reference" / "examples"
RUST = ROOT / "adapters" / "rust"
WAIT_S = 20
"""The longest that any program here may take; none needs a second."""
THINK = (
    r"Think stream 0x1234 seq {seq} from 127\.0\.0\.1:\d+: "
    r"1 slice, F16 \[1, 2048\], 4096 bytes, space_hash32 2451163210"
)
LANGUAGES = ("python", "rust")


@pytest.fixture(scope="session")
def rust_examples() -> Path:
    """The folder of the compiled Rust examples."""
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not on PATH, so the Rust examples cannot be built")
    command = ["cargo", "build", "--release", "--locked", "--examples"]
    built = subprocess.run(command, cwd=RUST, capture_output=True, text=True, timeout=600, check=False)
    assert built.returncode == 0, built.stderr
    return Path(os.environ.get("CARGO_TARGET_DIR", RUST / "target")) / "release" / "examples"


def program(request: pytest.FixtureRequest, language: str, name: str) -> list[str]:
    if language == "python":
        return [sys.executable, str(EXAMPLES / f"{name}.py")]
    folder: Path = request.getfixturevalue("rust_examples")
    return [str(folder / name)]


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


@pytest.mark.slow
@pytest.mark.parametrize("receiving", LANGUAGES)
@pytest.mark.parametrize("sending", LANGUAGES)
def test_a_receiver_understands_a_sender(request: pytest.FixtureRequest, sending: str, receiving: str) -> None:
    sender = program(request, sending, "send_think")
    with receiver(program(request, receiving, "recv_think"), count=3) as (process, port):
        command = [*sender, "--addr", f"127.0.0.1:{port}", "--count", "3"]
        subprocess.run(command, capture_output=True, timeout=WAIT_S, check=True)
        lines = lines_received(process)
    assert len(lines) == 3
    for seq, line in enumerate(lines, start=1):
        assert re.fullmatch(THINK.format(seq=seq), line)


TWO_SLICES = with_crc(
    raw_header(mtype=4, stream_id=0x5678, frame_seq=3, slice_len=[32, 4])
    + raw_slice(F16, [16], bytes(32))
    + raw_slice(I8, [4], b"note")
)
DATAGRAMS = {
    WORKED_PLAIN: "Think stream 0x1234 seq 1 from {from}: 1 slice, F16 [2], 4 bytes, space_hash32 0",
    TWO_SLICES: "Critique stream 0x5678 seq 3 from {from}: "
    "2 slices, F16 [16], 32 bytes; I8 [4], 4 bytes, space_hash32 0",
    with_crc(raw_header(mtype=3)): "Sync stream 0x1234 seq 1 from {from}: 0 slices, space_hash32 0",
    b"": "rejected: FRAME_TOO_SHORT (FRM-25): ",
    WORKED_PLAIN[:-1] + b"?": "rejected: CRC_MISMATCH (FRM-24): ",
    joined("worked-sealed"): "rejected: KEY_REQUIRED (XCH-4): ",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receiver_prints_a_line_for_every_datagram_refused_or_not(
    request: pytest.FixtureRequest, language: str
) -> None:
    command = program(request, language, "recv_think")
    with (
        receiver(command, count=len(DATAGRAMS)) as (process, port),
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


@pytest.fixture(scope="module")
def send_think() -> Any:
    spec = util.spec_from_file_location("send_think", EXAMPLES / "send_think.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_build_frame_takes_slices_as_in_the_users_guide(send_think: Any) -> None:
    frame = send_think.build_frame(
        msg_type=send_think.MSG_CRITIQUE,
        stream_id=0x5678,
        frame_seq=3,
        slices=[
            {"dtype": send_think.DTYPE_F16, "shape": [16], "payload": bytes(32)},
            {"dtype": send_think.DTYPE_I8, "shape": [4], "payload": b"note"},
        ],
    )
    assert frame == TWO_SLICES


def test_build_frame_seals_with_the_key_and_nonce_given(send_think: Any) -> None:
    options = {"flags": send_think.FLAG_XCHACHA, "space_hash32": 9, "modality": send_think.MODALITY_GRAPH}
    frame = send_think.build_frame(0, 1, 2, [], **options, key=KEY, nonce=NONCE)
    assert frame[29:53] == NONCE
    assert (decode(frame, key=KEY).space_hash32, decode(frame, key=KEY).modality) == (9, 3)
    with pytest.raises(ResonantError, match="KEY_REQUIRED"):
        send_think.build_frame(0, 1, 2, [], **options, key=KEY)


def test_a_frame_that_fits_no_datagram_is_not_sent(send_think: Any) -> None:
    def of_size(size: int) -> bytes:
        payload = bytes(size - 43)
        frame = send_think.build_frame(0, 1, 2, [{"dtype": I8, "shape": [len(payload)], "payload": payload}])
        assert len(frame) == size
        return bytes(frame)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        send_think.send_frame(sock, of_size(65_507), sock.getsockname())
        with pytest.raises(ValueError, match="a frame of 65508 bytes does not fit a UDP datagram"):
            send_think.send_frame(sock, of_size(65_508), sock.getsockname())


@pytest.mark.parametrize("name", ["send_think", "recv_think"])
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:", ":50051", "127.0.0.1:65536", "127.0.0.1:x"])
def test_a_bad_address_is_a_usage_error(name: str, address: str) -> None:
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), "--addr", address]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert ended.returncode == 2
    assert "is not HOST:PORT" in ended.stderr
