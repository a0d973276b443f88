"""Talk to peers over UDP, TCP or QUIC in asyncio programs: `serve`, `connect`, and an endpoint that gives events.

The only part of the reference that knows sockets, a clock and randomness; nothing else of it imports this package.
"""

from .addresses import Address, host_port, is_nowhere, printable
from .endpoint import Endpoint, Received, Stream, Transport
from .features import ALL_FEATURES
from .opening import connect, serve
from .session_error import SessionError
from .tls import MissingLibraryError, Tls, self_signed

__all__ = [
    "ALL_FEATURES",
    "Address",
    "Endpoint",
    "MissingLibraryError",
    "Received",
    "SessionError",
    "Stream",
    "Tls",
    "Transport",
    "connect",
    "host_port",
    "is_nowhere",
    "printable",
    "self_signed",
    "serve",
]
