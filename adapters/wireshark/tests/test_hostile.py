"""resonant.lua over damaged frames and streams, and captures of which a part is missing: never an error of Lua."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from adapters.wireshark.tests.test_dissector import (
    REPAIRS,
    SEED,
    Row,
    bytes_of,
    datagrams,
    frames_of_vectors,
    sync,
)
from conformance.tests.damaged import damage
from conformance.tests.tools.captures import needs_tshark
from conformance.tests.tools.look import made
from conformance.tools.capture.recorder import Recorder

pytestmark = needs_tshark


@pytest.mark.slow
@pytest.mark.parametrize("known", [True, False])
def test_damaged_datagrams_are_never_an_error_of_lua(show: Callable[..., list[Row]], known: bool) -> None:
    """Repair among them, and whatever they are taken for. `show` fails on an error."""
    chosen = random.Random(f"{SEED} {known}")
    whole = [bytes_of(case) for case in frames_of_vectors() if len(case.input["frame"]) < 4000]
    whole = [frame for frame in whole if len(frame) > 1] + [data for data, _ in REPAIRS.values()] * 20
    whole += [sync(text) for text in ('{"method":"ping"', '{"method":"\\ud800"}', '{"code":{}}', "[" * 900, "\0")] * 20
    damaged = [damage(chosen, whole) for _ in range(1500)]
    assert len(show(datagrams(damaged), ["code", "sync.method"], known=known)) == len(damaged)


@pytest.mark.parametrize("known", [True, False])
def test_damaged_streams_of_tcp_are_never_an_error_of_lua(show: Callable[..., list[Row]], known: bool) -> None:
    """Lengths and frames with other bytes, cut anywhere, in pieces of any size."""
    chosen = random.Random(f"{SEED} {known}")
    whole = [bytes_of(case) for case in frames_of_vectors() if 33 <= len(case.input["frame"]) // 2 < 2000]
    recorder = Recorder()
    for _ in range(60):
        recorder.begin("tcp")
        recorder.connected("a", 0, ours=True)
        frames = [chosen.choice(whole) for _ in range(6)]
        data = bytearray(b"".join(len(frame).to_bytes(4, "little") + frame for frame in frames))
        for _ in range(chosen.choice((0, 1, 4))):
            data[chosen.randrange(len(data))] = chosen.choice((0, 1, 33, 255))
        del data[chosen.choice((len(data), chosen.randrange(len(data)))) :]
        while data:
            size = chosen.choice((1, 3, 4, 5, 40, 700, 1400))
            recorder.carried("a", bytes(data[:size]), 0, ours=True)
            del data[:size]
    assert len(show(recorder, ["code", "length"], known=known)) > 300


def test_packets_of_which_a_part_was_captured_have_no_verdict(show: Callable[..., list[Row]]) -> None:
    """As `tcpdump -s 96` leaves them; nor has what comes behind one over TCP an error of Lua."""
    frame = sync(json.dumps({"method": "ping", "more": "x" * 200}))
    ends = made.CLIENT, made.SERVER
    datagram = made.ipv4(*ends, made.UDP, made.udp(*ends, frame))
    whole = [len(frame).to_bytes(4, "little") + frame] * 3
    stream = made.segments([(True, 0, b"", made.SYN), (True, 1, b"".join(whole), made.ACK | made.PSH)])
    kept = [*range(61, len(datagram), 7), len(datagram)]
    packets = [(datagram, size) for size in kept]
    packets += [(segment, size) for _, segment in stream for size in (min(len(segment), 80), min(len(segment), 300))]
    blocks = [made.enhanced(at, data[:size], length=len(data)) for at, (data, size) in enumerate(packets)]
    rows = show(
        made.section() + made.interface(made.RAW) + b"".join(blocks), ["code", "rest", "sync.method"], known=False
    )
    assert not [row for row in rows if row["code"]]
    cut = rows[: len(kept) - 1]
    assert [len(row["rest"]) // 2 for row in cut] == [size - 28 for size in kept[:-1]]
    assert rows[len(kept) - 1]["sync.method"] == "ping"
