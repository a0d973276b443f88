"""Transports that encrypt, known by the look of their packets, and the way to what is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

_VERSIONS: Final = frozenset({0, 1, 0x6B3343CF})
"""QUIC: version negotiation, versions 1 and 2."""
_MOST_ID: Final = 20
_COOKIE: Final = bytes.fromhex("2112a442")
_RECORDS: Final = range(20, 26)

ADVICE: Final[Mapping[str, str]] = {
    "QUIC": "its frames are encrypted. Have one end log its keys (SSLKEYLOGFILE), open the capture in Wireshark with "
    "that file as the (Pre)-Master-Secret log, and export the data of its QUIC streams; or capture the same "
    "conversation over UDP or TCP, which this command reads.",
    "WebRTC": "its frames are encrypted with DTLS, whose keys browsers do not give away. Log messages where a data "
    "channel hands them over, or capture the same conversation over UDP or TCP, which this command reads.",
    "TLS": "what it carries is encrypted. Have one end log its keys (SSLKEYLOGFILE), and open the capture in Wireshark "
    "with that file as the (Pre)-Master-Secret log.",
}
"""A transport -> what to do."""


def encryption_of(datagrams: Iterable[bytes]) -> str:
    """The transport of a conversation over UDP that one of these packets gives away; empty for none."""
    for data in datagrams:
        for name, fits in _LOOKS.items():
            if fits(data):
                return name
    return ""


def is_tls(data: bytes) -> bool:
    """Whether a byte stream begins as TLS does."""
    return len(data) >= 3 and data[0] == 22 and data[1] == 3 and data[2] <= 4


def _is_quic(data: bytes) -> bool:
    """A packet with a long header (RFC 8999, RFC 9000 section 17.2); those that follow have none."""
    if len(data) < 7 or not data[0] & 0x80 or data[5] > _MOST_ID:
        return False
    version = int.from_bytes(data[1:5], "big")
    return version in _VERSIONS and (version == 0 or bool(data[0] & 0x40))


def _is_webrtc(data: bytes) -> bool:
    """DTLS, or STUN, by which its ends look for each other."""
    dtls = len(data) >= 13 and data[0] in _RECORDS and data[1:3] in (b"\xfe\xff", b"\xfe\xfd", b"\xfe\xfc")
    return dtls or (len(data) >= 20 and data[0] < 4 and data[4:8] == _COOKIE)


_LOOKS: Final[Mapping[str, Callable[[bytes], bool]]] = {"QUIC": _is_quic, "WebRTC": _is_webrtc}
