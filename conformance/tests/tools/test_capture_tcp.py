"""Captures of connections: segments in the order of the wire, which others put together again."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.dialogue.parse import parse_dialogue
from conformance.dialogue.steps import Close, Send, SendEach, Write
from conformance.model.cases import DIALOGUE, Case, load_cases
from conformance.tests.tools.captures import Segment, needs_tshark, read_segments, segments_by_tshark
from conformance.tools.capture.__main__ import main
from conformance.tools.capture.pcapng import write_pcapng
from conformance.tools.capture.recorder import Recorder
from conformance.tools.capture.segments import MAX_PAYLOAD
from conformance.wire.lengths import with_length

pytestmark = [pytest.mark.usefixtures("forks"), pytest.mark.xdist_group("captures over TCP")]

PEER, FIRST = 50_051, 50_101
OK = 0
GROUP = "handshake/server/lists/"
DIALOGUES = {case.id: case for case in load_cases() if case.op == DIALOGUE and case.transport == "tcp"}


@pytest.fixture
def recorded() -> Recorder:
    """Three connections: one that ends on both sides, one that the peer under test begins and resets, a large one."""
    recorder = Recorder()
    recorder.begin("tcp/first")
    recorder.connected("a", 0, ours=True)
    recorder.carried("a", b"one", 0, ours=True)
    recorder.carried("a", b"twotwo", 1, ours=False)
    recorder.ended("a", 2, ours=True)
    recorder.carried("a", b"late", 2, ours=False)
    recorder.ended("a", 2, ours=False)
    recorder.begin("tcp/second")
    recorder.connected("b", 0, ours=False)
    recorder.ended("b", 0, ours=False, reset=True)
    recorder.ended("b", 0, ours=True)
    recorder.begin("tcp/third")
    recorder.connected("a", 0, ours=True)
    recorder.carried("a", bytes(MAX_PAYLOAD + 1), 0, ours=True)
    return recorder


def written(recorder: Recorder, folder: Path) -> Path:
    path = folder / "out.pcapng"
    write_pcapng(path, recorder.packets)
    return path


def numbered(segments: list[Segment]) -> list[tuple[int, int, int, int, str, int]]:
    """Ports, numbers from the first segment's on, flags, and how many bytes."""
    first = segments[0].seq
    return [
        (
            one.source,
            one.target,
            one.seq - first,
            one.ack - first if "A" in one.flags else 0,
            one.flags,
            len(one.payload),
        )
        for one in segments
    ]


def test_a_connection_is_written_from_its_handshake_to_its_end(recorded: Recorder, tmp_path: Path) -> None:
    found = read_segments(written(recorded, tmp_path))
    assert numbered([one for one in found if one.comment == "tcp/first"]) == [
        (FIRST, PEER, 0, 0, "S", 0),
        (PEER, FIRST, 0, 1, "SA", 0),
        (FIRST, PEER, 1, 1, "A", 0),
        (FIRST, PEER, 1, 1, "PA", 3),
        (PEER, FIRST, 1, 4, "PA", 6),
        (FIRST, PEER, 4, 7, "FA", 0),
        (PEER, FIRST, 7, 5, "A", 0),
        (PEER, FIRST, 7, 5, "PA", 4),
        (PEER, FIRST, 11, 5, "FA", 0),
        (FIRST, PEER, 5, 12, "A", 0),
    ]
    assert numbered([one for one in found if one.comment == "tcp/second"]) == [
        (PEER, FIRST + 1, 0, 0, "S", 0),
        (FIRST + 1, PEER, 0, 1, "SA", 0),
        (PEER, FIRST + 1, 1, 1, "A", 0),
        (PEER, FIRST + 1, 1, 1, "RA", 0),
    ]
    assert [len(one.payload) for one in found if one.comment == "tcp/third"] == [0, 0, 0, MAX_PAYLOAD, 1]
    assert len({one.seq for one in found if one.flags == "S"}) == 3


@needs_tshark
def test_tshark_reads_the_same_and_finds_nothing_strange(recorded: Recorder, tmp_path: Path) -> None:
    path = written(recorded, tmp_path)
    assert segments_by_tshark(path) == read_segments(path)


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dialogues of several kinds, played against the reference."""
    path = tmp_path_factory.mktemp("captured") / "out.pcapng"
    assert main(["--transport=tcp", "-o", str(path), f"{GROUP}*", "handshake/client/ping/*", "tcp/*"]) == OK
    return path


def given(case: Case) -> dict[int, bytes]:
    """The bytes that a dialogue writes from each port."""
    found: dict[int, bytes] = {}
    for step in parse_dialogue(case.input).steps:
        if not isinstance(step, Send | SendEach | Write) or len(step.link) > 1:
            continue
        port = FIRST + ord(step.link) - ord("a")
        frames = [step.datagram] if isinstance(step, Send) else step.datagrams() if isinstance(step, SendEach) else []
        found[port] = found.get(port, b"") + b"".join(map(with_length, frames))
        found[port] += step.data if isinstance(step, Write) else b""
    return found


@pytest.mark.slow
def test_the_bytes_of_each_direction_are_whole_and_in_order(captured: Path) -> None:
    flows: dict[tuple[str, int, int], bytearray] = {}
    begins: dict[tuple[str, int, int], int] = {}
    for one in read_segments(captured):
        key = (one.comment, one.source, one.target)
        if "S" in one.flags:
            begins[key], flows[key] = one.seq + 1, bytearray()
        assert (begins[key] + len(flows[key])) % 2**32 in (one.seq + ("S" in one.flags), one.seq - 1), one
        flows[key] += one.payload
    wanted = {(name, port): data for name in DIALOGUES for port, data in given(DIALOGUES[name]).items()}
    sent = {(name, source): bytes(data) for (name, source, _), data in flows.items() if source != PEER}
    small = {key: data for key, data in sent.items() if key[1] < FIRST + 26}
    assert {key: data for key, data in small.items() if data} == {
        key: data for key, data in wanted.items() if data and key in small
    }
    assert len(small) > 100


@pytest.mark.slow
@needs_tshark
def test_tshark_finds_a_capture_sound(captured: Path) -> None:
    assert segments_by_tshark(captured) == read_segments(captured)


@pytest.mark.slow
def test_who_begins_and_who_resets_is_as_in_the_dialogue(captured: Path) -> None:
    by_name: dict[str, list[Segment]] = {}
    for one in read_segments(captured):
        by_name.setdefault(one.comment, []).append(one)
    clients = {name for name, those in by_name.items() if those[0].source == PEER}
    assert clients == {name for name in by_name if DIALOGUES[name].input["role"] == "client"}
    reset = {name for name, those in by_name.items() if any("R" in one.flags and one.source != PEER for one in those)}
    assert reset == {
        name
        for name in by_name
        if any(isinstance(step, Close) and step.how == "reset" for step in parse_dialogue(DIALOGUES[name].input).steps)
    }
    assert reset


@pytest.mark.slow
def test_the_same_dialogues_give_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        files.append(tmp_path / f"{name}.pcapng")
        assert main(["--transport=tcp", "-o", str(files[-1]), f"{GROUP}*@tcp"]) == OK
    assert files[0].read_bytes() == files[1].read_bytes()
