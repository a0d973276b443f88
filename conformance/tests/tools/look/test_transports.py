"""Datagrams in fragments, and bytes of TCP in whatever segments: the same frames come out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from resonant.observe import Seen, Told

from conformance.tests.tools.look import made
from conformance.tests.tools.look.made import ACK, FIN, RST, SYN, Sent
from conformance.tests.tools.look.test_files import check, explained, only
from conformance.tools.look.conversations import Conversation
from conformance.wire.lengths import with_length

LARGE = made.conversation(made.LARGE)
FIRST, OTHER = 1000, 2**32 - 100
"""The first sequence number of each direction; the server's goes past the largest."""


def in_fragments(six: bool, size: int) -> list[made.Timed]:
    client, server = (made.CLIENT_6, made.SERVER_6) if six else (made.CLIENT, made.SERVER)
    make = made.fragments_6 if six else made.fragments
    packets = []
    for number, one in enumerate(LARGE):
        ends = (client, server) if one.up else (server, client)
        parts = make(*ends, made.udp(*ends, one.data), number + 1, size)
        packets += [(one.at_ms * 10**6, part) for part in parts]
    return packets


def frames(one: Conversation) -> list[bytes]:
    return [entry.data for entry in one.entries if isinstance(entry, Seen)]


@pytest.mark.parametrize("six", [False, True])
def test_datagrams_of_60_kb_are_put_together_in_any_order(six: bool, tmp_path: Path) -> None:
    packets = in_fragments(six, 1480)
    assert len(packets) > 80
    shuffled = sorted(packets, key=lambda one: (one[0], random.Random(one[1]).random()))
    for those in (packets, shuffled, [one for one in packets for _ in (0, 1)]):
        found = only(explained(made.pcap(those, made.RAW), tmp_path))
        assert found.faults == 0
        assert list(dict.fromkeys(frames(found))) == [one.data for one in LARGE]


def test_a_fragment_that_is_missing_leaves_its_datagram_out(tmp_path: Path) -> None:
    packets = in_fragments(False, 1480)
    large = next(at for at, (_, data) in enumerate(packets) if len(data) == 1500)
    found = explained(made.pcap(packets[:large] + packets[large + 1 :], made.RAW), tmp_path)
    assert "1 IP packets came in fragments that are not all in the capture" in found.notes
    assert only(found).frames == len(LARGE) - 1


def test_fragments_that_overlap_are_no_datagram(tmp_path: Path) -> None:
    whole = made.datagrams()
    bad = made.fragments(made.CLIENT, made.SERVER, bytes(100), 9, 64)
    overlapping = made.ipv4(made.CLIENT, made.SERVER, made.UDP, b"y" * 64, 9, 0x2000)
    found = explained(made.pcap([*whole, (0, bad[0]), (0, overlapping)], made.RAW), tmp_path)
    check(only(found))
    assert "1 packet: fragments of IP that overlap or are too many" in found.notes


def stream(sent: list[Sent]) -> dict[bool, bytes]:
    return {up: b"".join(with_length(one.data) for one in sent if one.up == up) for up in (True, False)}


def opened() -> list[tuple[bool, int, bytes, int]]:
    return [(True, FIRST - 1, b"", SYN), (False, OTHER - 1, b"", SYN | ACK), (True, FIRST, b"", ACK)]


def parts(data: bytes, first: int, *, up: bool, size: int) -> list[tuple[bool, int, bytes, int]]:
    return [(up, first + at, data[at : at + size], ACK) for at in range(0, len(data), size)]


def over_tcp(size: int) -> list[tuple[bool, int, bytes, int]]:
    """The conversation, its frames cut into segments of so many bytes."""
    both = stream(made.conversation())
    ping = len(with_length(made.conversation()[0].data))
    first = parts(both[True][:ping], FIRST, up=True, size=size)
    rest = parts(both[True][ping:], FIRST + ping, up=True, size=size)
    return [*opened(), *first, *parts(both[False], OTHER, up=False, size=size), *rest]


@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_frames_over_tcp_are_found_in_segments_of_any_size(size: int, tmp_path: Path) -> None:
    found = only(explained(made.pcap(made.segments(over_tcp(size)), made.RAW), tmp_path))
    assert sorted(frames(found)) == sorted(one.data for one in made.conversation())
    assert (found.faults, found.transport, tuple(found.client)) == (0, "TCP", made.CLIENT)
    assert any("stream 3 complete" in entry.text for entry in found.entries if isinstance(entry, Told))


@pytest.mark.parametrize("seed", range(5))
def test_segments_out_of_order_again_and_overlapping_are_the_same_bytes(seed: int, tmp_path: Path) -> None:
    chosen = random.Random(seed)
    plain = over_tcp(20)
    both = stream(made.conversation())
    mixed = plain[:3]
    for at in range(3, len(plain), 4):
        few = plain[at : at + 4]
        chosen.shuffle(few)
        up, seq, data, flags = chosen.choice(few)
        offset = (seq - (FIRST if up else OTHER)) % 2**32
        longer = both[up][max(0, offset - 5) : offset + len(data)]
        mixed += [*few, (up, seq - min(5, offset), longer, flags)]
    found = only(explained(made.pcap(made.segments(mixed), made.RAW), tmp_path))
    assert sorted(frames(found)) == sorted(one.data for one in made.conversation())
    assert found.faults == 0


def test_bytes_that_are_not_in_the_capture_are_told_and_frames_found_again(tmp_path: Path) -> None:
    sent = made.conversation()
    whole = [
        *opened(),
        *[(True, FIRST + at, data, ACK) for at, data in placed(stream(sent)[True], [100, 40, 30, 35, 51])],
    ]
    del whole[4]
    found = only(explained(made.pcap(made.segments(whole), made.RAW), tmp_path))
    told = [entry.text for entry in found.entries if isinstance(entry, Told)]
    assert any("bytes of the connection are not in the capture" in text for text in told)
    assert sent[-1].data in frames(found)


def placed(data: bytes, sizes: list[int]) -> list[tuple[int, bytes]]:
    at, found = 0, []
    for size in [*sizes, len(data)]:
        found.append((at, data[at : at + size]))
        at += size
    return [(at, piece) for at, piece in found if piece]


def test_a_connection_whose_beginning_was_not_seen_is_followed_from_its_first_frame(tmp_path: Path) -> None:
    sent = [one for one in made.conversation() if one.up]
    data = stream(sent)[True]
    late = [(True, FIRST + at, data[at : at + 30], ACK) for at in range(50, len(data), 30)]
    found = only(explained(made.pcap(made.segments(late), made.RAW), tmp_path))
    assert not found.whole
    assert frames(found) == [one.data for one in sent[1:]]


ENDS = {
    "FRAME_TOO_SHORT": [(32).to_bytes(4, "little")],
    "FRAME_TOO_LARGE": [b"GET / HTTP/1.1\r\n\r\n"],
    "TRUNCATED_FRAME": [(40).to_bytes(4, "little") + b"\1"],
    "CONNECTION_RESET": [b""],
}


@pytest.mark.parametrize("code", ENDS)
def test_the_end_of_a_connection_has_its_code(code: str, tmp_path: Path) -> None:
    both = stream(made.conversation())
    end = RST if code == "CONNECTION_RESET" else FIN | ACK
    data = [both[True], *ENDS[code]]
    parts = [
        *opened(),
        *((True, FIRST + at, piece, ACK) for at, piece in pieces(data)),
        (True, FIRST + sum(map(len, data)), b"", end),
    ]
    found = only(explained(made.pcap(made.segments(parts), made.RAW), tmp_path))
    last = [entry for entry in found.entries if isinstance(entry, Told)][-1]
    assert (last.code, last.role) == (code, "server")
    assert f"closes the connection: {code} (TCP-" in last.text


def pieces(data: list[bytes]) -> list[tuple[int, bytes]]:
    at, found = 0, []
    for piece in data:
        found.append((at, piece))
        at += len(piece)
    return found


def test_connections_between_the_same_ends_are_conversations_of_their_own(tmp_path: Path) -> None:
    once = over_tcp(100)
    again = [(up, seq + 12_345, data, flags) for up, seq, data, flags in once]
    found = explained(made.pcap(made.segments([*once, *again]), made.RAW), tmp_path)
    assert [one.frames for one in found.conversations] == [6, 6]


def test_several_links_are_conversations_of_their_own(tmp_path: Path) -> None:
    packets = []
    for port in (1, 2, 3):
        ends = ("10.0.0.1", port), made.SERVER
        for one in made.conversation():
            pair = ends if one.up else ends[::-1]
            packets.append((one.at_ms * 10**6, made.ipv4(*pair, made.UDP, made.udp(*pair, one.data))))
    found = explained(made.pcap(packets, made.RAW), tmp_path)
    assert [one.client.port for one in found.conversations] == [1, 2, 3]


QUIC = bytes.fromhex("c300000001088394c8f03e5157080000449e") + bytes(1180)
"""The beginning of the client's Initial packet of RFC 9001, appendix A."""
ENCRYPTED = {
    "QUIC": QUIC,
    "WebRTC": bytes.fromhex("16fefd0000000000000000") + bytes(60),
}


@pytest.mark.parametrize("name", ENCRYPTED)
def test_what_is_encrypted_is_named_and_no_fault(name: str, tmp_path: Path) -> None:
    ends = ("10.0.0.1", 9), made.SERVER
    odd = (5, made.ipv4(*ends, made.UDP, made.udp(*ends, ENCRYPTED[name])))
    short = (6, made.ipv4(*ends, made.UDP, made.udp(*ends, bytes([0x52]) + bytes(40))))
    both = explained(made.pcap([*made.datagrams(), odd, short], made.RAW), tmp_path)
    check(only(both))
    assert f"1 conversation over {name}: its frames are encrypted" in both.notes[0]
    alone = explained(made.pcap([odd, short], made.RAW), tmp_path)
    assert alone.conversations == ()
    assert alone.notes == both.notes


def test_tls_over_tcp_is_named(tmp_path: Path) -> None:
    hello = made.segments([*opened(), (True, FIRST, bytes.fromhex("160301") + bytes(100), ACK)])
    found = explained(made.pcap(hello, made.RAW), tmp_path)
    assert "1 conversation over TLS: what it carries is encrypted" in found.notes[0]


def test_keys_in_a_capture_are_mentioned(tmp_path: Path) -> None:
    ends = made.CLIENT, made.SERVER
    quic = made.enhanced(0, made.ipv4(*ends, made.UDP, made.udp(*ends, QUIC)))
    secrets = made.block(10, b"KSLT" + (4).to_bytes(4, "little") + b"abcd")
    found = explained(made.section() + made.interface(made.RAW) + secrets + quic, tmp_path)
    assert found.notes[0].endswith("brings keys along, with which Wireshark opens it.")
