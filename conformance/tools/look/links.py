"""From a packet of a link to the IP packet in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

_IPV4, _IPV6 = 0x0800, 0x86DD
_TAGS: Final = frozenset({0x8100, 0x88A8, 0x9100, 0x9200})
_MOST_TAGS: Final = 4
_FAMILIES: Final = frozenset({2, 10, 23, 24, 28, 30})
"""AF_INET, and AF_INET6 as systems number it."""

Inner: TypeAlias = bytes | None
"""An IP packet; None for what is another protocol, or too short."""


def ip_of(link: int, data: bytes) -> Inner:
    """The IP packet in a packet of this link type. Raises KeyError for a link type that is not known."""
    inner = _LINKS[link](data)
    return inner if inner and inner[0] >> 4 in (4, 6) else None


def _of_type(data: bytes, at: int, start: int) -> Inner:
    """The packet that starts there, of the type that stands at `at`; a tag of a VLAN comes before it, type and all."""
    kind = int.from_bytes(data[at : at + 2], "big")
    for _ in range(_MOST_TAGS):
        if kind not in _TAGS:
            break
        kind, start = int.from_bytes(data[start + 2 : start + 4], "big"), start + 4
    return data[start:] if kind in (_IPV4, _IPV6) else None


def _loopback(data: bytes) -> Inner:
    """NULL in the byte order of whoever captured, LOOP in that of the network."""
    family = data[:4]
    known = any(int.from_bytes(family, order) in _FAMILIES for order in ("big", "little"))
    return data[4:] if known else None


_LINKS: Final[Mapping[int, Callable[[bytes], Inner]]] = {
    0: _loopback,
    1: lambda data: _of_type(data, 12, 14),
    12: lambda data: data,
    14: lambda data: data,
    101: lambda data: data,
    108: _loopback,
    113: lambda data: _of_type(data, 14, 16),
    228: lambda data: data,
    229: lambda data: data,
    276: lambda data: _of_type(data, 0, 20),
}
"""LINKTYPE_ number -> its reader: NULL, Ethernet, raw IP, LOOP, Linux cooked (SLL), IPv4, IPv6, SLL2."""
