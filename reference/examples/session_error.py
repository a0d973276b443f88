"""Why there is no session, in plain words: the code, the address, and what a person can do."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from typing import Any, TypeAlias

Address: TypeAlias = tuple[Any, ...]
"""As asyncio gives it: host, port, and for IPv6 two more."""

LOST = "LOST"
_NOWHERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH)
MOST_LETTERS = 200
ADVICE: Mapping[str, str] = {
    "HANDSHAKE_TIMEOUT": "no answer in 15 s; start a server there, or see whether UDP gets through",
    "SPACE_MISMATCH": "its embedding space is another one; choose a server of this model's space",
    "UNSUPPORTED_VERSION": "it speaks another version of the protocol; update the older end",
    "CRYPTO_REQUIRED": "one end insists on sealed frames; give both the same key, and let both offer xchacha20poly1305",
    "ENCRYPTION_REQUIRED": "it takes only sealed frames; give both the same key, and offer xchacha20poly1305",
    "HANDSHAKE_REQUIRED": "it knows of no session, perhaps because it was started anew; connect again",
    LOST: "nothing was heard for 45 s; connect again",
}


def host_port(address: Address) -> str:
    """An address in words; an IPv6 one has brackets."""
    host = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
    return f"{host}:{address[1]}"


def is_nowhere(error: BaseException) -> bool:
    """Whether this machine finds or has no such address, so that the arguments are wrong and not the moment."""
    return isinstance(error, socket.gaierror) or (isinstance(error, OSError) and error.errno in _NOWHERE)


def printable(text: str) -> str:
    """Text from the network, safe to show on a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:MOST_LETTERS])


class SessionError(ConnectionError):
    """A session did not come about, ended, or refuses what was sent.

    code: from the registry in specs/README.md, or LOST. trouble: what the network said meanwhile, if anything.
    """

    def __init__(self, code: str, address: Address, trouble: OSError | None = None) -> None:
        advice = ADVICE.get(code, "specs/README.md says what the code means")
        because = f" ({trouble.strerror})" if trouble else ""
        super().__init__(f"{host_port(address)}: {printable(code)}{because}: {advice}")
        self.code = code
