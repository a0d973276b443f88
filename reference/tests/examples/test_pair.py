"""Behaviour of the programs send_think and recv_think that needs no second process."""

from __future__ import annotations

import argparse
import asyncio
import socket
from dataclasses import replace

import numpy as np
import pytest
import recv_think
import send_think
from pair import CONFIG, host_and_port
from resonant import Cache, Critique, DType, Modality, Tensor, Think, read_message, to_frame
from resonant.asyncio import ALL_FEATURES, connect, host_port, serve
from resonant.errors import DropCode
from resonant.peer import Delivered, Dropped, ErrorReceived, Lost

from reference.tests.asyncio.fast_loop import FastLoop, run


def options(port: int, count: int | None = None) -> argparse.Namespace:
    return argparse.Namespace(addr=("127.0.0.1", port), count=count, transport="udp", quic=None)


def test_without_a_server_the_sender_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    loop = FastLoop()
    assert run(send_think.run(options(9)), loop) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "SessionError: 127.0.0.1:9: HANDSHAKE_TIMEOUT (Connection refused): "
        "no answer in 15 s; start a server there, or see whether UDP gets through\n"
    )
    assert loop.time() == 15.0


def test_a_server_of_another_space_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> int:
        async with await serve(replace(ALL_FEATURES, space_hash32=5), ("127.0.0.1", 50051)):
            return await send_think.run(options(50051))

    assert run(work()) == 1
    assert capsys.readouterr().err.startswith("SessionError: 127.0.0.1:50051: SPACE_MISMATCH: ")


def test_a_port_that_is_taken_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        assert asyncio.run(recv_think.run(options(taken.getsockname()[1]))) == 1
        said = capsys.readouterr().err
        assert said == f"cannot listen on 127.0.0.1:{taken.getsockname()[1]}: Address already in use\n"


def test_an_interrupt_ends_the_server_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    async def interrupted(_: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(recv_think, "run", interrupted)
    monkeypatch.setattr("sys.argv", ["recv_think.py"])
    assert recv_think.main() == 0


def test_a_critique_says_what_lies_beyond_the_bound() -> None:
    critique = recv_think.critique_of(Tensor.half(np.array([[0.5, 3.0], [-1.0, -1.25]])))
    assert critique.divergence.values().tolist() == [[0, 2], [0, -0.25]]
    assert critique.mask == bytes([0, 1, 0, 1])
    assert critique.explanation == {"note": "2 of 4 values beyond ±1.0", "magnitude": 2.0}


@pytest.mark.parametrize("state", [[np.nan], [np.inf], [-np.inf], []])
def test_every_critique_can_be_sent(state: list[float]) -> None:
    critique = recv_think.critique_of(Tensor(DType.F16, (len(state),), np.array(state, "<f2").tobytes()))
    assert read_message(to_frame(critique, stream_id=1, frame_seq=0)) == critique
    assert critique.mask == bytes([1] * len(state))


def test_a_think_that_cannot_be_criticized_does_not_end_the_server(capsys: pytest.CaptureFixture[str]) -> None:
    long = Tensor(DType.Q4, (120_000,), bytes(60_000))
    many_dims = Tensor(DType.F16, (1,) * 65, bytes(2))

    async def work() -> Critique:
        async with asyncio.TaskGroup() as tasks:
            server = tasks.create_task(recv_think.run(options(50051, count=4)))
            async with await connect(CONFIG, ("127.0.0.1", 50051)) as client:
                client.send(Cache(many_dims, many_dims))
                for hidden in (long, many_dims, Tensor.half(np.ones(2))):
                    client.send(Think(hidden), stream_id=9)
                event = await client.wait_for(Delivered)
            assert await server == 0
        assert event.stream_id == 9
        assert isinstance(event.message, Critique)
        return event.message

    assert run(work()).mask == bytes(2)
    refusals = [line for line in capsys.readouterr().out.splitlines() if line.startswith("no Critique for 127.0.0.1:")]
    assert len(refusals) == 2
    assert "PLAIN_TOO_LARGE" in refusals[0]


def test_a_critique_has_the_modality_of_its_think() -> None:
    async def work() -> Modality:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(recv_think.run(options(50051, count=1)))
            async with await connect(CONFIG, ("127.0.0.1", 50051)) as client:
                client.send(Think(Tensor.half(np.ones(2))), modality=Modality.AUDIO)
                return (await client.wait_for(Delivered)).modality

    assert run(work()) is Modality.AUDIO


def test_the_sender_waits_for_no_critique_where_none_was_agreed(capsys: pytest.CaptureFixture[str]) -> None:
    loop = FastLoop()

    async def work() -> int:
        async with await serve(replace(CONFIG, critique=False), ("127.0.0.1", 50051)):
            return await send_think.run(options(50051))

    assert run(work(), loop) == 0
    assert loop.time() == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["sent Think 1 on stream 0x1234"]


def test_events_are_described_by_their_members() -> None:
    here = ("127.0.0.1", 9)
    assert recv_think.describe(Lost(), here) == "127.0.0.1:9: Lost"
    assert recv_think.describe(ErrorReceived("ODD\x07", None), here) == "127.0.0.1:9: ErrorReceived code ODD?, ref None"
    assert recv_think.describe(Dropped(DropCode.STALE), here) == "127.0.0.1:9: Dropped code STALE"


def test_answers_are_described_by_their_notes() -> None:
    divergence = Tensor.half(np.ones(2))
    assert send_think.describe(Critique(divergence)) == "received Critique: without a note"
    assert send_think.describe(Critique(divergence, None, {"note": "drift\n"})) == "received Critique: drift?"
    assert send_think.describe(Think(divergence)) == "received Think"


def test_a_critique_that_does_not_come_does_not_end_the_sender(capsys: pytest.CaptureFixture[str]) -> None:
    loop = FastLoop()

    async def work() -> int:
        async with await serve(CONFIG, ("127.0.0.1", 50051)):  # it agrees to Critique, and writes none
            return await send_think.run(options(50051, count=2))

    assert run(work(), loop) == 0
    assert loop.time() == 4.0
    assert capsys.readouterr().out.splitlines()[1::2] == [f"sent Think {n} on stream 0x1234" for n in (1, 2)]


BAD_ADDRESSES = [
    *("127.0.0.1", "127.0.0.1:", ":50051", "127.0.0.1:65536", "127.0.0.1:x", "", "localhost"),
    *(
        "::1",
        "::1:50051",
        "[::1]",
        "[::1]:",
        "[::1",
        "[zz]:5",
        " 127.0.0.1:5",
        "127.0.0.1: 5",
        "a b:5",
        "[127.0.0.1]:5",
    ),
    *("a..example:5", ".example:5", "a" * 64 + ":5"),
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_what_is_no_address_is_a_usage_error(address: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not HOST:PORT, such as"):
        host_and_port(address)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:50051", ("127.0.0.1", 50051)),
        ("localhost:1", ("localhost", 1)),
        ("[::1]:50051", ("::1", 50051)),
        ("[fe80::1%eth0]:0", ("fe80::1%eth0", 0)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, address: tuple[str, int]) -> None:
    assert host_and_port(text) == address
    assert host_port(address) == text
