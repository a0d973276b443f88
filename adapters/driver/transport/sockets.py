"""Sockets from which a testee can be reached, wherever its loopback is."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import Final, TypeAlias

from ..running import Address

_WISHES_BYTES: Final = tuple(mebibytes << 20 for mebibytes in (4, 2, 1))
OpenSocket: TypeAlias = Callable[[socket.AddressFamily, socket.SocketKind], socket.socket]


class InsideAddress(tuple[str, int]):
    """An address of a network that is not this process's own; equal to the same address of any other network."""

    open_socket: OpenSocket
    """Makes a socket in that network."""

    def __new__(cls, host: str, port: int, open_socket: OpenSocket) -> InsideAddress:
        """host and port, as in `Address`."""
        address = super().__new__(cls, (host, port))
        address.open_socket = open_socket
        return address


def open_udp(to: Address | None, family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    """A new UDP socket in the network of this address; None: in that of this process."""
    return _open(to, family, socket.SOCK_DGRAM)


def open_tcp(to: Address | None, family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    """A new TCP socket, neither bound nor connected, in the network of this address; None: in that of this process."""
    return _open(to, family, socket.SOCK_STREAM)


def _open(to: Address | None, family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
    if isinstance(to, InsideAddress):
        return to.open_socket(family, kind)
    return socket.socket(family, kind)


def enlarge_buffers(sock: socket.socket) -> None:
    """Give a socket larger buffers than usual, as large as the system grants; some grant less, some refuse.

    Where even the least is refused it keeps those it has, in which one datagram fits at any rate.
    """
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):  # on some systems the latter limits a single datagram
        for wish in _WISHES_BYTES:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, option, wish)
                break
