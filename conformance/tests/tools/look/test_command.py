"""The command: text, JSON and a page of the same capture; frames as before; errors in one line."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.tests.support import ROOT
from conformance.tests.tools.look import made
from conformance.tools.look.__main__ import main
from reports.files import checked

OK, FAULTY, USAGE = 0, 1, 2
FRAME = "01030000010000000000000000000000000000000000000000000000002b8b06cf"


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A conversation in which a data frame comes again with other bytes, and the TAIL before the last frame."""
    sent = made.conversation()
    other = made.conversation(made.OTHER)
    frames = [*sent[:4], other[3], sent[5], sent[3], sent[4]]
    timed = [made.Sent(one.up, one.data, at * 1000) for at, one in enumerate(frames)]
    path = tmp_path / "talk.pcapng"
    path.write_bytes(made.pcapng(made.datagrams(frames=timed), made.RAW))
    return path


def run_in(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """A command in a folder, which finds the suite by its own path."""
    path = f"{ROOT}:{ROOT / 'reference'}:{ROOT / 'conformance/tools/package'}"
    env = {"PYTHONPATH": path, "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_capture_is_a_line_for_each_frame_and_what_comes_of_it(
    capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(capture)]) == FAULTY
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "1. 10.0.0.1:40000 (client) and 10.0.0.2:50051 (server) over UDP"
    words = [" ".join(line.split()) for line in lines]
    assert words[1].startswith("2 1.000000 client <- server capability stream 1 seq 0")
    assert words[2].startswith("* session established: compress none; crypto none; dtype f16, i8")
    assert words[3:5] == ["3 2.000000 client -> server HEAD stream 3 seq 0 71 bytes", "* server: stream 3 opened"]
    assert words[5:] == [
        "4 3.000000 client -> server Think stream 3 seq 1 47 bytes I8 [4]",
        "5 4.000000 client -> server Think stream 3 seq 1 47 bytes I8 [4]",
        "! DUPLICATE (HSK-34): the number was accepted before, with other bytes",
        "6 5.000000 client -> server TAIL stream 3 seq 3 90 bytes 2 frames, 94 bytes",
        "* server: stream 3 is incomplete: it lacks 2",
        "7 6.000000 client -> server Think stream 3 seq 1 47 bytes I8 [4] copy of frame 4",
        "8 7.000000 client -> server Think stream 3 seq 2 47 bytes I8 [4]",
        words[12],
        "",
        "8 frames in 1 conversation; 1 with a fault",
    ]
    assert words[12].startswith("* server: stream 3 complete: 2 frames, 94 bytes, xxhash3_64 ")


def test_json_has_the_same(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(capture), "--json"]) == FAULTY
    data = checked(json.loads(capsys.readouterr().out), "explain", capture)
    (talk,) = data["conversations"]
    frames = [entry for entry in talk["entries"] if entry["kind"] == "frame"]
    assert (data["format"], data["capture"], data["packets"], talk["transport"]) == (1, "talk.pcapng", 8, "UDP")
    assert [entry["time_us"] for entry in frames] == [1_000_000 * at for at in range(8)]
    assert {entry["number"]: entry["fault"]["code"] for entry in frames if "fault" in entry} == {5: "DUPLICATE"}
    assert {entry["number"]: entry["again"] for entry in frames if "again" in entry} == {7: 4}
    assert frames[0] | {"frame_seq": "0", "stream_id": 1, "way": "up"} == frames[0]
    assert bytes.fromhex(frames[2]["data"]) == made.conversation()[2].data


def test_a_page_is_written_whole_and_named(capture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "deep" / "page.html"
    assert main([str(capture), "--html", str(page)]) == FAULTY
    assert capsys.readouterr().out == f"written: {page}\n8 frames in 1 conversation; 1 with a fault\n"
    assert page.read_text("utf-8").rstrip().endswith("</html>")
    assert [one.name for one in page.parent.iterdir()] == ["page.html"]


def test_a_capture_without_a_fault_is_status_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "fine.pcap"
    path.write_bytes(made.pcap(made.datagrams(), made.RAW))
    assert main([str(path)]) == OK
    assert "; 0 with a fault" in capsys.readouterr().out


def test_sealed_frames_need_the_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sealed.pcap"
    path.write_bytes(made.pcap(made.datagrams(frames=made.conversation(config=made.SEALING)), made.RAW))
    assert main([str(path)]) == OK
    without = capsys.readouterr().out
    assert main([str(path), "--key", made.KEY.hex()]) == OK
    opened = capsys.readouterr().out
    assert main([str(path), "--key", "00" * 32]) == FAULTY
    assert capsys.readouterr().out.count("! DECRYPT_FAILED (XCH-") == 4
    assert (without.count("sealed"), without.count("stream 3 complete")) == (5, 0)
    assert "* sealed from here on: only headers are seen, and no stream is followed" in without
    assert (opened.count("HEAD"), opened.count("stream 3 complete")) == (1, 1)


def test_a_port_can_be_named_for_frames_that_are_all_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.pcap"
    path.write_bytes(made.pcap(made.datagrams(frames=[made.Sent(True, b"\2" + bytes(40), 0)]), made.RAW))
    assert main([str(path)]) == USAGE
    assert "name a port with --port" in capsys.readouterr().err
    assert main([str(path), "--port", "50051"]) == FAULTY
    assert "! BAD_VERSION (FRM-2)" in capsys.readouterr().out


def test_a_conversation_without_its_handshake_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "late.pcap"
    path.write_bytes(made.pcap(made.datagrams(frames=made.conversation()[3:]), made.RAW))
    assert main([str(path)]) == OK
    out = capsys.readouterr().out
    assert "nothing says which end is the client: the one that sent first is taken for it" in out
    assert "its handshake is not in the capture: both ends are taken to have agreed to everything" in out


def test_frames_are_explained_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([FRAME[:16], FRAME[16:]]) == OK
    assert "valid frame: Sync stream 0x1 seq 0" in capsys.readouterr().out
    assert main(["00"]) == FAULTY
    assert "FRAME_TOO_SHORT" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["{folder}/none.pcapng"], "none.pcapng, and the name is not hexadecimal"),
        (["{folder}/none.pcapng", "--html", "{folder}/page"], "none.pcapng cannot be read: No such file or directory"),
        (["{folder}", "--json"], "cannot be read: Is a directory"),
        (["{capture}", "{capture}"], "one capture is looked at at a time"),
        (["00", "--json"], "00 is no capture, which --html, --json, --port and --limit are for"),
        (["{capture}", "--key", "00"], "the key has 1 byte; it must have 32"),
        (["{capture}", "--html", "{folder}"], "cannot be written"),
        (["{capture}", "--html", "{folder}/../{folder.name}/{capture.name}"], "would take the place of the capture"),
        (["{capture}", "--html", "{capture}/page"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: list[str], text: str, capture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [one.format(folder=tmp_path, capture=capture) for one in arguments]
    assert main(filled) == USAGE
    said = capsys.readouterr()
    assert text in said.err
    assert len(said.err.splitlines()) == 1
    assert said.out == ""


@pytest.mark.parametrize("name", ["none.pcapng", "none.PCAP", "none.cap.gz"])
@pytest.mark.parametrize("data", [bytes.fromhex("89504e470d0a1a0a"), bytes(64)], ids=["picture", "zeros"])
def test_a_file_that_is_only_called_a_capture_is_no_frame(
    name: str, data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert main([str(path)]) == USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith(f"{name} holds no capture: it begins as neither pcapng nor pcap does\n")


def test_an_empty_file_with_the_name_of_a_capture_is_called_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.pcap"
    path.touch()
    assert main([str(path)]) == USAGE
    assert capsys.readouterr().err.endswith("none.pcap holds no capture: it is empty\n")


UNREAD = {
    "28b52ffd": "compressed with zstd; unpack it",
    "fd377a585a00": "compressed with xz; unpack it",
    "425a6839": "compressed with bzip2; unpack it",
    "04224d18": "compressed with lz4; unpack it",
    "504b0304": "a ZIP archive; unpack it",
    "736e6f6f7000": "a capture of snoop; let editcap",
    "474d4255": "a capture of Network Monitor; let editcap",
    "34cdb2a1": "a modified pcap file; let editcap",
}


@pytest.mark.parametrize(("head", "words"), UNREAD.items())
def test_a_form_that_is_not_read_is_no_frame_and_says_what_to_do(
    head: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "talk"
    path.write_bytes(bytes.fromhex(head) + bytes(40))
    for options in ([], ["--json"]):
        assert main([str(path), *options]) == USAGE
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines())) == ("", 1)
        assert f"talk cannot be read: it is {words}" in said.err


def test_a_form_that_is_not_read_is_known_in_standard_input() -> None:
    done = piped(lzma.compress(made.pcap([], 1)))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (USAGE, b"", 1)
    assert b"standard input cannot be read: it is compressed with xz" in done.stderr


def test_a_capture_outlives_a_page_of_its_name(capture: Path) -> None:
    before = capture.read_bytes()
    assert main([str(capture), "--html", str(capture)]) == USAGE
    assert capture.read_bytes() == before


def test_a_page_and_json_are_not_asked_for_together(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(capture), "--json", "--html", str(capture.with_suffix(".html"))])
    assert "not allowed with" in capsys.readouterr().err


def test_nobody_has_to_read_that_a_page_was_written(capture: Path) -> None:
    script = f"{{ {sys.executable} -m resonant_conformance explain talk.pcapng --html p.html; echo $? >&2; }} | true"
    done = run_in(capture.parent, ["bash", "-c", script])
    assert done.stderr == "141\n"


def test_a_frame_in_a_pipe_is_whole(tmp_path: Path) -> None:
    script = f"{sys.executable} -m resonant_conformance explain <(printf {FRAME})"
    done = run_in(tmp_path, ["bash", "-c", script])
    assert (done.returncode, done.stderr) == (OK, "")
    assert "valid frame" in done.stdout


def piped(data: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "conformance.tools.look", "-", *options]
    return subprocess.run(command, cwd=ROOT, input=data, capture_output=True, timeout=60, check=False)


@pytest.mark.slow
def test_a_capture_in_standard_input_is_explained_as_in_a_file(
    capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(capture)]) == FAULTY
    done = piped(capture.read_bytes())
    assert (done.returncode, done.stdout.decode(), done.stderr) == (FAULTY, capsys.readouterr().out, b"")
    packed = piped(gzip.compress(capture.read_bytes()), "--json")
    assert json.loads(packed.stdout)["capture"] == "standard input"


@pytest.mark.parametrize(
    ("data", "options", "text"),
    [
        (bytes.fromhex("0a0d0d0a"), (), "standard input: the header of a section has no byte order, or is cut off"),
        (b"", ("--json",), "standard input is no capture"),
        (b"no capture", ("--json",), "standard input is no capture"),
    ],
)
def test_standard_input_without_a_capture_is_one_line(
    data: bytes,
    options: tuple[str, ...],
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))
    assert main(["-", *options]) == USAGE
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert text in said.err


@pytest.mark.parametrize("option", [["--port", "x"], ["--port", "65536"], ["--limit", "0"], ["--limit", "-1"]])
def test_numbers_have_their_ranges(option: list[str], capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(capture), *option])
    assert "is not " in capsys.readouterr().err


def test_the_reference_alone_says_what_reads_captures(capture: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "resonant", "explain", str(capture)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == USAGE
    assert "is a capture and no frame: resonant-conformance explain reads it from a file" in done.stderr


@pytest.mark.slow
def test_the_installed_command_reads_captures_from_any_folder(capture: Path, tmp_path: Path) -> None:
    done = run_in(
        tmp_path, [sys.executable, "-m", "resonant_conformance", "explain", capture.name, "--html", "page.html"]
    )
    assert (done.returncode, done.stderr) == (FAULTY, "")
    assert (tmp_path / "page.html").is_file()
