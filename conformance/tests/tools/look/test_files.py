"""Capture files of every format and link type: the same conversation comes out of each."""

from __future__ import annotations

import gzip
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from resonant.observe import Seen, Told

from conformance.tests.tools.look import made
from conformance.tools.look.conversations import Conversation, Explained, explain_capture
from conformance.tools.look.source import CaptureError

EDITCAP = shutil.which("editcap")
needs_editcap = pytest.mark.skipif(
    EDITCAP is None, reason="editcap is not installed; .ci/run installs it (Debian package tshark)"
)
ORDERS = ("<", ">")
FRAMES = made.conversation()
WANTED = [
    (True, "ping"),
    (False, "capability"),
    (True, "HEAD"),
    (True, "Think"),
    (True, "Think"),
    (True, "TAIL"),
]


def explained(data: bytes, folder: Path, key: bytes | None = None, most: int = 1000) -> Explained:
    path = folder / "capture"
    path.write_bytes(data)
    return explain_capture(path, key, (), most)


def only(found: Explained) -> Conversation:
    (one,) = found.conversations
    return one


def check(one: Conversation, ends: tuple[tuple[str, int], tuple[str, int]] = (made.CLIENT, made.SERVER)) -> None:
    """The conversation is the one that was made, at its times."""
    seen = [entry for entry in one.entries if isinstance(entry, Seen)]
    assert [(entry.way == "up", entry.what) for entry in seen] == WANTED
    assert [entry.data for entry in seen] == [frame.data for frame in FRAMES]
    assert [entry.time_us - one.begin_us for entry in seen] == [1000 * frame.at_ms for frame in FRAMES]
    assert (tuple(one.client), tuple(one.server)) == ends
    assert [entry.text.partition(":")[0] for entry in one.entries if isinstance(entry, Told)] == [
        "session established",
        "stream 3 opened",
        "stream 3 complete",
    ]
    assert (one.faults, one.whole, one.knows_roles, one.left) == (0, True, True, 0)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("nanoseconds", [False, True])
def test_pcap_of_both_orders_and_resolutions(order: str, nanoseconds: bool, tmp_path: Path) -> None:
    data = made.pcap(made.datagrams(), made.RAW, order=order, nanoseconds=nanoseconds)
    check(only(explained(data, tmp_path)))


@pytest.mark.parametrize("order", ORDERS)
def test_pcapng_of_both_orders(order: str, tmp_path: Path) -> None:
    check(only(explained(made.pcapng(made.datagrams(), made.RAW, order=order), tmp_path)))


LINKS = (made.ETHERNET, made.RAW, 12, 14, made.NULL, made.LOOP, made.SLL, made.SLL2)


@pytest.mark.parametrize("link", [*LINKS, made.IPV4])
def test_every_link_type_over_ipv4(link: int, tmp_path: Path) -> None:
    check(only(explained(made.pcap(made.datagrams(link), link), tmp_path)))


@pytest.mark.parametrize("link", [*LINKS, made.IPV6])
def test_every_link_type_over_ipv6(link: int, tmp_path: Path) -> None:
    data = made.pcap(made.datagrams(link, six=True), link)
    check(only(explained(data, tmp_path)), (made.CLIENT_6, made.SERVER_6))


def test_tags_of_vlans_are_passed_over(tmp_path: Path) -> None:
    packets = [
        (time, data[:12] + bytes.fromhex("88a80001 81000002") + data[12:])
        for time, data in made.datagrams(made.ETHERNET)
    ]
    check(only(explained(made.pcap(packets, made.ETHERNET), tmp_path)))


@pytest.mark.parametrize("tags", [(0x8100,), (0x88A8, 0x8100), (0x9200, 0x9100, 0x8100)])
def test_tags_of_vlans_stand_behind_the_heads_of_linux_too(tags: tuple[int, ...], tmp_path: Path) -> None:
    """libpcap puts a tag back where the type of a cooked packet stands, and the type behind it."""
    for link, at, start in ((made.SLL, 14, 16), (made.SLL2, 0, 20)):
        tagged = []
        for time_ns, data in made.datagrams(link):
            kinds = [*(struct.pack(">H", tag) for tag in tags), data[at : at + 2]]
            inside = b"".join(b"\0\5" + kind for kind in kinds[1:])
            tagged.append((time_ns, data[:at] + kinds[0] + data[at + 2 : start] + inside + data[start:]))
        assert only(explained(made.pcap(tagged, link), tmp_path)).frames == len(FRAMES)


def test_padding_of_ethernet_is_no_part_of_a_frame(tmp_path: Path) -> None:
    packets = [(time, data + bytes(6)) for time, data in made.datagrams(made.ETHERNET)]
    check(only(explained(made.pcap(packets, made.ETHERNET), tmp_path)))


def test_a_compressed_capture_is_read_as_the_plain_one(tmp_path: Path) -> None:
    check(only(explained(gzip.compress(made.pcapng(made.datagrams(), made.RAW)), tmp_path)))


def test_times_of_an_interface_have_its_units_and_offset(tmp_path: Path) -> None:
    binary = struct.pack("<HHB3xHHqHH", 9, 1, 0x80 | 10, 14, 8, 1000, 0, 0)
    packets = made.datagrams()
    blocks = [made.enhanced(1024 * at, data) for at, (_, data) in enumerate(packets)]
    found = only(explained(made.section() + made.interface(made.RAW, options=binary) + b"".join(blocks), tmp_path))
    times = [entry.time_us for entry in found.entries if isinstance(entry, Seen)]
    assert times == [(1000 + at) * 1_000_000 for at in range(len(packets))]


def test_simple_and_old_packet_blocks_are_read(tmp_path: Path) -> None:
    packets = [data for _, data in made.datagrams()]
    simple = [made.block(3, struct.pack("<I", len(data)) + data) for data in packets]
    old = [made.block(2, struct.pack("<HHIIII", 0, 0, 0, 5, len(data), len(data)) + data) for data in packets]
    for blocks in (simple, old):
        found = only(explained(made.section() + made.interface(made.RAW) + b"".join(blocks), tmp_path))
        assert [entry.what for entry in found.entries if isinstance(entry, Seen)] == [what for _, what in WANTED]


def test_each_section_has_interfaces_of_its_own(tmp_path: Path) -> None:
    first, second = made.datagrams(made.ETHERNET)[:3], made.datagrams(made.RAW)[3:]
    data = made.pcapng(first, made.ETHERNET, order=">") + made.pcapng(second, made.RAW, order="<")
    check(only(explained(data, tmp_path)))


def test_packets_are_looked_at_by_their_times(tmp_path: Path) -> None:
    check(only(explained(made.pcap(made.datagrams()[::-1], made.RAW), tmp_path)))


@needs_editcap
@pytest.mark.parametrize("form", ["pcap", "nsecpcap", "pcapng"])
def test_what_editcap_writes_is_read(form: str, tmp_path: Path) -> None:
    assert EDITCAP is not None
    path, other = tmp_path / "in", tmp_path / "out"
    path.write_bytes(made.pcapng(made.datagrams(made.ETHERNET), made.ETHERNET))
    subprocess.run([EDITCAP, "-F", form, str(path), str(other)], check=True, capture_output=True, timeout=60)
    check(only(explain_capture(other, None, (), 1000)))


@needs_editcap
def test_packets_that_were_cut_are_left_out_with_a_remark(tmp_path: Path) -> None:
    assert EDITCAP is not None
    path, other = tmp_path / "in", tmp_path / "out"
    path.write_bytes(made.pcapng(made.datagrams(made.ETHERNET), made.ETHERNET))
    subprocess.run([EDITCAP, "-s", "300", str(path), str(other)], check=True, capture_output=True, timeout=60)
    found = explain_capture(other, None, (), 1000)
    assert "packet 2 was captured without its last" in found.notes[0]
    assert only(found).frames == len(FRAMES) - 1


def cut_to(most: int, link: int = made.ETHERNET) -> bytes:
    packets = [made.enhanced(0, data[:most], length=len(data)) for _, data in made.datagrams(link)]
    return made.section() + made.interface(link) + b"".join(packets)


FAULTS = {
    "cut inside UDP": (cut_to(60), "left out; capture whole packets, such as with tcpdump -s 0; packet 2 was"),
    "cut inside IP": (cut_to(20), "too few of their bytes to tell what they are; capture whole packets"),
    "cut inside Ethernet": (cut_to(10), "too few of their bytes to tell what they are; capture whole packets"),
    "empty": (b"", "it begins with nothing"),
    "text": (b"GET / HTTP/1.1\r\n\r\n", "it begins with 47455420, as neither pcapng nor pcap does"),
    "header of pcap alone": (made.pcap([], 1), "there is no packet in it"),
    "half a header": (made.pcap([], 1)[:10], "the file ends inside its header"),
    "section alone": (made.section(), "there is no packet in it"),
    "no byte order": (made.section()[:8] + bytes(20), "has no byte order"),
    "no interface": (made.section() + made.enhanced(0, b"x"), "packet 1 names interface 0; there are 0"),
    "2 GB in pcapng": (made.section() + struct.pack("<II", 6, 0x80000000), "a block claims 2,147,483,648 bytes"),
    "2 GB in pcap": (
        made.pcap([], 1) + struct.pack("<IIII", 0, 0, 2**31, 2**31),
        "packet 1 claims 2,147,483,648 bytes",
    ),
    "odd length": (made.section() + struct.pack("<II", 6, 33) + bytes(40), "a block claims 33 bytes"),
    "two lengths": (made.section()[:-4] + bytes(4), "the two lengths of a block differ"),
    "damaged gzip": (gzip.compress(made.section())[:14], "its compressed data is damaged or cut off"),
    "nothing of ours": (
        made.pcap(
            [(0, made.ipv4(made.CLIENT, made.SERVER, made.UDP, made.udp(made.CLIENT, made.SERVER, b"x")))], made.RAW
        ),
        "of 1 packet none is of Resonant Protocol 1; 1 conversation of something else; name a port with --port",
    ),
    "another link": (made.pcap([(0, bytes(60))], 127), "1 packet: of link type 127, which is not read"),
    "no IP": (made.pcap([(0, bytes(60))], made.ETHERNET), "1 packet: neither UDP nor TCP"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_with_nothing_to_look_at_says_why(name: str, tmp_path: Path) -> None:
    data, why = FAULTS[name]
    with pytest.raises(CaptureError) as error:
        explained(data, tmp_path)
    assert why in str(error.value)


def test_a_file_that_is_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    for data in (made.pcap(made.datagrams(), made.RAW), made.pcapng(made.datagrams(), made.RAW)):
        found = explained(data[:-30], tmp_path)
        assert only(found).frames == len(FRAMES) - 1
        assert "the file ends inside" in found.notes[0]


def test_a_limit_leaves_the_rest_out_and_counts_it(tmp_path: Path) -> None:
    found = explained(made.pcap(made.datagrams(), made.RAW), tmp_path, most=4)
    assert (only(found).frames, only(found).left, found.left) == (4, 2, 2)
