"""The address of a server, as --impl names it: udp://HOST:PORT, tcp://HOST:PORT or quic://HOST:PORT."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

UDP, TCP, QUIC = "udp", "tcp", "quic"
_KINDS: Final[Mapping[str, socket.SocketKind]] = MappingProxyType(
    {UDP: socket.SOCK_DGRAM, TCP: socket.SOCK_STREAM, QUIC: socket.SOCK_DGRAM}
)
TRANSPORTS: Final = tuple(_KINDS)
"""The transports over which a server can be judged."""
CONNECTED: Final = tuple(name for name in TRANSPORTS if name != UDP)
"""Those over which a conversation has a connection. The profile of each has its name."""
_FORMS: Final = tuple(f"{name}://HOST:PORT" for name in TRANSPORTS)
FORMS: Final = f"{', '.join(_FORMS[:-1])} or {_FORMS[-1]}"
_OF_SCHEMES: Final = "+.-"
"""Beside letters and digits, what a scheme is made of."""


class UnreachableError(Exception):
    """There is no server to judge; the text says why, on one line."""


@dataclass(frozen=True, slots=True)
class Address:
    """A server's address as the socket module takes it, and the transport on which it is asked."""

    family: int
    target: Any
    transport: str = UDP
    name: str = ""
    """The name of the host, which a certificate may be for; empty where only its number is known."""

    @property
    def kind(self) -> socket.SocketKind:
        """The kind of socket that reaches it."""
        return _KINDS[self.transport]


def is_address(impl: str) -> bool:
    """Whether --impl is meant for an address: of an unknown scheme it is one that `parse_addresses` refuses."""
    scheme, mark, _ = impl.partition("://")
    return bool(mark and scheme) and all(one.isalnum() or one in _OF_SCHEMES for one in scheme)


def parse_address(impl: str) -> Address:
    """The first of `parse_addresses`."""
    return parse_addresses(impl)[0]


def parse_addresses(impl: str) -> list[Address]:
    """All addresses of a host, those of IPv4 first: a server on localhost is most often there.

    Raises UnreachableError for what is no address, or has none.
    """
    transport = impl.partition("://")[0]
    try:
        parts = urlsplit(impl)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UnreachableError(f"--impl={impl}: {error}") from None
    if transport not in _KINDS:
        raise UnreachableError(f"--impl={impl}: {transport!r} is no transport of servers; a server is named by {FORMS}")
    known = not (parts.path or parts.query or parts.fragment or parts.username is not None)
    if not known or not host or not port:
        raise UnreachableError(f"--impl={impl}: a server is named by {FORMS}")
    try:
        found = socket.getaddrinfo(host, port, type=_KINDS[transport])
    except OSError as error:
        raise UnreachableError(f"--impl={impl}: {host} has no address: {error.strerror}") from None
    except UnicodeError:
        raise UnreachableError(f"--impl={impl}: {host} is no name of a host: check its dots and length") from None
    ordered = sorted(found, key=lambda one: one[0] != socket.AF_INET)
    name = "" if _is_number(host) else host
    return [Address(family, target, transport, name) for family, _, _, _, target in ordered]


def _is_number(host: str) -> bool:
    try:
        socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except OSError:
        return False
    return True
