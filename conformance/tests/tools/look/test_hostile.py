"""Captures that are damaged, hostile or nonsense: a clear word, never a traceback, and no page that runs anything."""

from __future__ import annotations

import gzip
import os
import random
import re
import struct
import time
import tracemalloc
from collections.abc import Callable, Mapping
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conformance.tests.tools.look import made
from conformance.tests.tools.look.test_transports import in_fragments, over_tcp
from conformance.tools.look import pcapng, reading
from conformance.tools.look.__main__ import main
from conformance.wire.build import build, sync

SEED = int(os.environ.get("RESONANT_SEED", "1"))
ROUNDS = 60
WHOLE: dict[str, Callable[[], bytes]] = {
    "pcap": lambda: made.pcap(made.datagrams(made.ETHERNET), made.ETHERNET),
    "pcapng": lambda: made.pcapng(made.datagrams(made.SLL2, six=True), made.SLL2, order=">"),
    "fragments": lambda: made.pcap(in_fragments(False, 8000), made.RAW),
    "tcp": lambda: made.pcapng(made.segments(over_tcp(50)), made.RAW),
}
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_damaged_captures_end_with_a_status(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print(f"seed {SEED}")
    chosen, whole = random.Random(f"{SEED} {name}"), WHOLE[name]()
    path = tmp_path / "capture"
    for number in range(ROUNDS):
        data = bytearray(whole)
        for _ in range(chosen.choice((1, 1, 4, 40))):
            at = chosen.randrange(len(data))
            junk = (chosen.randbytes(4), b"\xff\xff\xff\xff", b"", bytes(4))
            data[at : at + chosen.choice((1, 4))] = chosen.choice(junk)
        path.write_bytes(data[: chosen.choice((None, chosen.randrange(len(data))))])
        options: tuple[list[str], ...] = ([], ["--json"], ["--port", "50051"], ["--html", str(tmp_path / "out")])
        status = main([str(path), *chosen.choice(options)])
        said = capsys.readouterr()
        assert status in (0, 1, 2), number
        assert not OBEYED.search(said.out + said.err)


def test_frames_that_are_damaged_are_shown_with_their_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = random.Random(SEED)
    frames = made.conversation()
    for _ in range(300):
        one = chosen.choice(frames[:6])
        data = bytearray(one.data)
        data[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)
        frames.append(made.Sent(one.up, bytes(data[: chosen.choice((None, None, 30))]), len(frames)))
    path = tmp_path / "capture"
    path.write_bytes(made.pcap(made.datagrams(frames=frames), made.RAW))
    assert main([str(path)]) == 1
    out = capsys.readouterr().out
    assert out.count("! ") == 300
    assert {"CRC_MISMATCH", "FRAME_TOO_SHORT"} <= set(re.findall(r"! (\w+) \(\w+-\d+\)", out))


SECTION = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
INTERFACE = struct.pack("<IIHHII", 1, 20, 1, 0, 65_535, 20)
PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)


def packet(*, captured: int = 40, size: int = 72, trailer: int = 72) -> bytes:
    head = struct.pack("<IIIIIII", 6, size, 0, 0, 0, captured, 40)
    return head + bytes(40) + struct.pack("<I", trailer)


LYING: Mapping[str, tuple[bytes, str]] = {
    "cut": (SECTION + INTERFACE + packet()[:20], "the file ends inside a block"),
    "4 GiB": (SECTION + INTERFACE + packet(size=0xFFFF_FFFC), "a block claims 4,294,967,292 bytes"),
    "no bytes": (SECTION + INTERFACE + packet(size=0), "a block claims 0 bytes"),
    "odd": (SECTION + INTERFACE + packet(size=11), "a block claims 11 bytes"),
    "a packet of 4 GiB": (SECTION + INTERFACE + packet(captured=0xFFFF_FFFF), "packet 1 claims 4,294,967,295 bytes"),
    "two lengths": (SECTION + INTERFACE + packet(trailer=12), "the two lengths of a block differ"),
    "a section of 4 GiB": (SECTION[:4] + b"\xfc\xff\xff\xff" + SECTION[8:], "a block claims 4,294,967,292 bytes"),
    "no interface": (SECTION + packet() * 1000, "packet 1 names interface 0; there are 0; "),
    "interfaces": (SECTION + INTERFACE * 10_001 + packet(), "more than 10,000 interfaces"),
    "pcap of 4 GiB": (PCAP + b"\xff" * 16, "packet 1 claims 4,294,967,295 bytes"),
    "nothing, 8 MiB of it": (gzip.compress(PCAP + bytes(8 << 20), 1), "only the first 1,000,000 packets were read"),
    "twice compressed": (gzip.compress(gzip.compress(PCAP)), "it begins with 1f8b"),
}


@pytest.mark.parametrize("name", LYING)
def test_lengths_and_numbers_that_lie_are_one_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, text = LYING[name]
    monkeypatch.setattr(reading, "MOST_PACKETS", 1000)
    path = tmp_path / "capture"
    path.write_bytes(data)
    tracemalloc.start()
    assert main([str(path)]) == 2
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    error = capsys.readouterr().err
    assert text.replace("1,000,000", "1,000") in error
    assert len(error) < 600
    assert len(error.splitlines()) == 1
    assert most_bytes < 32 << 20


def test_blocks_of_no_packet_end_somewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pcapng, "MOST_BLOCKS", 100)
    path = tmp_path / "capture"
    path.write_bytes((SECTION + INTERFACE) * 200 + packet())
    assert main([str(path)]) == 2
    assert "only the first 100 blocks were read" in capsys.readouterr().err


TEXT = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b[31m'\"&"


def hostile_frames() -> list[made.Sent]:
    """A method, an error and a list with markup in them, and a frame of the largest size with them."""
    objects: list[dict[str, object]] = [
        {"method": "ping", "ts": 1, "compress": [TEXT] * 20, "embedding_space_id": TEXT},
        {"method": TEXT},
        {"method": "error", "code": TEXT, "message": TEXT * 50},
        {"method": "head", "dir": TEXT},
    ]
    return [made.Sent(True, build(sync(at, 0, members)), at) for at, members in enumerate(objects)]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_text_of_others_is_nothing_but_text_in_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, page = tmp_path / f"<b>{'x'}.pcapng", tmp_path / "page.html"
    comment = TEXT.encode()
    options = (1).to_bytes(2, "little") + len(comment).to_bytes(2, "little") + comment + bytes(-len(comment) % 4)
    blocks = b""
    for _, data in made.datagrams(frames=hostile_frames()):
        body = made.enhanced(0, data)[8:-4] + options + bytes(4)
        blocks += made.block(6, body)
    path.write_bytes(made.section() + made.interface(made.RAW) + blocks)
    main([str(path), "--html", str(page)])
    main([str(path)])
    assert not OBEYED.search(capsys.readouterr().out)
    text = page.read_text("utf-8")
    parser = _Tags()
    parser.feed(text)
    assert not {"script", "img", "iframe", "object", "link", "form"} & parser.tags
    assert not {name for name in parser.attributes if name.startswith("on")} | {"style", "src"} & parser.attributes
    assert "default-src 'none'" in unescape(text)
    assert not re.search("[\u202a-\u202e\x1b]", text)


def test_many_segments_that_fill_no_gap_take_bounded_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = over_tcp(1)
    gap = [one for at, one in enumerate(parts) if at != 10]
    path = tmp_path / "capture"
    path.write_bytes(made.pcap(made.segments([*gap, *gap[4:] * 20]), made.RAW))
    begin = time.monotonic()
    assert main([str(path)]) in (0, 1, 2)
    assert time.monotonic() - begin < 20
    capsys.readouterr()
