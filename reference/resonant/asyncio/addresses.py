"""Remote addresses, and what comes from them, in words that are safe to print."""

from __future__ import annotations

import errno
import socket
from typing import Any, TypeAlias

Address: TypeAlias = tuple[Any, ...]
"""As asyncio gives it: host, port, and for IPv6 two more."""

_NOWHERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH)
MAX_LETTERS = 200


def host_port(address: Address) -> str:
    """An address in words; an IPv6 one has brackets."""
    host = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
    return f"{host}:{address[1]}"


def is_nowhere(error: BaseException) -> bool:
    """Whether this machine finds or has no such address, so that the arguments are wrong and not the moment."""
    return isinstance(error, socket.gaierror) or (isinstance(error, OSError) and error.errno in _NOWHERE)


def printable(text: str) -> str:
    """Text from the network, safe to show on a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:MAX_LETTERS])
