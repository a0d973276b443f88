"""Captures: what went over the wire, in order, on fixed ports, in files that others can read."""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path

import pytest

from conformance.dialogue.parse import parse_dialogue
from conformance.dialogue.steps import Send, SendEach
from conformance.model.cases import DIALOGUE, load_cases
from conformance.tests.tools.captures import Captured, blocks, needs_tshark, read_by_tshark, read_file
from conformance.tools.capture.__main__ import main
from conformance.tools.capture.pcapng import write_pcapng
from conformance.tools.capture.recorder import Packet, Recorder, port_of

LARGEST = 65_507  # FRM-28
MINUTE_US = 60_000_000
PEER, FIRST = 50_051, 50_101
OK, FAILED, USAGE = 0, 1, 2
DIALOGUES = {case.id: case for case in load_cases() if case.op == DIALOGUE and case.transport == "udp"}
GROUP = "handshake/client/ping/"

pytestmark = pytest.mark.usefixtures("forks")


@pytest.fixture
def recorded() -> Recorder:
    """Two dialogues: one with two other ends and an hour in it, one of a single large datagram."""
    recorder = Recorder()
    recorder.begin("handshake/first")
    recorder.sent("a", b"\x01one", 0)
    recorder.received("a", b"two", 0)
    recorder.sent("b", b"", 3_600_000)
    recorder.begin("stream/second")
    recorder.received("c", bytes(LARGEST), 1)
    return recorder


EXPECTED = [
    Captured(0, 50101, 50051, b"\x01one", "handshake/first"),
    Captured(1, 50051, 50101, b"two", "handshake/first"),
    Captured(3_600_000_002, 50102, 50051, b"", "handshake/first"),
    Captured(3_660_001_000, 50051, 50103, bytes(LARGEST), "stream/second"),
]


def test_letters_are_ports() -> None:
    ports = {"a": 50101, "b": 50102, "z": 50126, "aa": 50127, "az": 50152, "ba": 50153}
    assert {letter: port_of(letter) for letter in ports} == ports
    for wrong in ("", "A", "aaa", "é", "a1"):
        with pytest.raises(ValueError, match="no letter"):
            port_of(wrong)


def test_order_by_time_is_the_order_on_the_wire() -> None:
    recorder = Recorder()
    for dialogue in ("one", "two"):
        recorder.begin(dialogue)
        for number in range(3000):
            recorder.sent("a", b"", number // 2000)
    times = [packet.time_us for packet in recorder.packets]
    assert times == sorted(set(times))


def test_a_file_holds_the_packets(recorded: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "out.pcapng"
    write_pcapng(path, recorded.packets)
    assert read_file(path) == EXPECTED


@needs_tshark
def test_tshark_reads_the_same(recorded: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "out.pcapng"
    write_pcapng(path, recorded.packets)
    assert read_by_tshark(path) == EXPECTED


def test_times_are_exact_to_the_microsecond(tmp_path: Path) -> None:
    times = [0, 1, 3, 999_999, 1_000_001, 86_400_000_123, 360_000_000_007]
    path = tmp_path / "out.pcapng"
    write_pcapng(path, [Packet(time, 1, 2, b"x", "") for time in times])
    _, _, *packets = blocks(path.read_bytes())
    stamps = [struct.unpack_from("<II", body, 4) for _, body in packets]
    assert [high << 32 | low for high, low in stamps] == times


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A group of dialogues, played against the reference."""
    path = tmp_path_factory.mktemp("captured") / "out.pcapng"
    assert main(["-o", str(path), f"{GROUP}*"]) == OK
    return path


def by_dialogue(packets: list[Captured]) -> dict[str, list[Captured]]:
    found: dict[str, list[Captured]] = {}
    for packet in packets:
        found.setdefault(packet.comment, []).append(packet)
    return found


def test_every_dialogue_is_there_in_order_each_from_a_minute_of_its_own(captured: Path) -> None:
    packets = read_file(captured)
    found = by_dialogue(packets)
    assert list(found) == [name for name in DIALOGUES if name.startswith(GROUP)]
    begins = [group[0].time_us for group in found.values()]
    assert [time % MINUTE_US for time in begins] == [0] * len(begins)
    assert [packet.time_us for packet in packets] == sorted({packet.time_us for packet in packets})


def test_what_a_dialogue_sends_is_there_byte_for_byte(captured: Path) -> None:
    for name, packets in by_dialogue(read_file(captured)).items():
        sent = [packet.payload for packet in packets if (packet.source, packet.target) == (FIRST, PEER)]
        due: list[bytes] = []
        for step in parse_dialogue(DIALOGUES[name].input).steps:
            due += [step.datagram] if isinstance(step, Send) else step.datagrams() if isinstance(step, SendEach) else []
        assert sent == due
        assert {(packet.source, packet.target) for packet in packets} <= {(FIRST, PEER), (PEER, FIRST)}


def test_a_clients_ping_and_its_repetitions_have_the_dialogues_times(captured: Path) -> None:
    packets = by_dialogue(read_file(captured))[f"{GROUP}retries-exact"]  # HSK-20
    begin = packets[0].time_us
    assert {packet.payload for packet in packets} == {packets[0].payload}
    assert [(packet.time_us - begin) // 1_000_000 for packet in packets] == [0, 1, 3, 7]


def test_the_same_dialogues_give_the_same_bytes(captured: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pcapng"
    assert main(["-o", str(again), f"{GROUP}*"]) == OK
    assert again.read_bytes() == captured.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again.pcapng"]


@needs_tshark
def test_tshark_finds_a_capture_sound(captured: Path) -> None:
    assert read_by_tshark(captured) == read_file(captured)


def test_a_dialogue_with_two_other_ends_has_two_ports(tmp_path: Path) -> None:
    path = tmp_path / "out.pcapng"
    main(["-o", str(path), "handshake/server/repeated/from-another-address"])
    assert {packet.source for packet in read_file(path)} == {PEER, FIRST, FIRST + 1}


@pytest.mark.slow
def test_dialogues_that_carry_too_much_are_left_out_and_counted(
    captured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes: Counter[str] = Counter()
    for packet in read_file(captured):
        sizes[packet.comment] += len(packet.payload)
    largest = sorted(sizes.values())[len(sizes) // 2]
    fitting = [name for name, size in sizes.items() if size <= largest]
    path = tmp_path / "some.pcapng"
    assert main(["-o", str(path), "--largest", str(largest), f"{GROUP}*"]) == OK
    assert list(dict.fromkeys(packet.comment for packet in read_file(path))) == fitting
    left_out = len(sizes) - len(fitting)
    assert left_out
    assert f"{left_out} with more than {largest:,} bytes left out" in capsys.readouterr().out


@pytest.mark.parametrize("largest", ["0", "-1", "many", "1e6"])
def test_what_is_no_number_of_bytes_is_refused(
    largest: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["-o", str(tmp_path / "out.pcapng"), f"--largest={largest}"])
    assert ended.value.code == USAGE
    assert f"{largest!r} is no number of bytes from 1 up" in capsys.readouterr().err


@pytest.mark.slow
def test_a_dialogue_that_fails_is_said_and_captured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = next(name for name in DIALOGUES if name.startswith("handshake/server/lists/"))
    path = tmp_path / "out.pcapng"
    assert main(["--impl=wrong:polls-nothing", "-o", str(path), first]) == FAILED
    assert capsys.readouterr().err.startswith(f"{first}: fail: step ")
    assert [packet.source for packet in read_file(path)] == [FIRST]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["no/such"], "no dialogue is called 'no/such'"),
        ([f"{GROUP}*", "stream/nothing"], "no dialogue is called 'stream/nothing'"),
        (["--impl=referense"], "no adapter is called 'referense'"),
        (["tcp/*"], "no dialogue is called 'tcp/*' over udp, but over tcp: add --transport=tcp"),
    ],
)
def test_nothing_to_capture_is_one_clear_line(
    arguments: list[str], text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.pcapng"
    assert main(["-o", str(path), *arguments]) == USAGE
    said = capsys.readouterr()
    assert text in said.err.splitlines()[0]
    assert said.out == ""
    assert not path.exists()


@pytest.mark.slow
def test_a_testee_without_peers_has_nothing_to_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "out.pcapng"
    assert main(["--impl=wrong:performs-what-it-does-not-claim", "-o", str(path), f"{GROUP}*"]) == USAGE
    assert "claims no profile, or has no clock, by which" in capsys.readouterr().err
    assert not path.exists()


@pytest.mark.slow
def test_a_path_that_cannot_be_written_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path, why in ((tmp_path / "no" / "folder", "No such file or directory"), (tmp_path, "Is a directory")):
        assert main(["-o", str(path), f"{GROUP}*"]) == USAGE
        assert capsys.readouterr().err == f"nothing captured: {path}: cannot be written: {why}\n"
    assert not tmp_path.with_name(f"{tmp_path.name}.part").exists()
