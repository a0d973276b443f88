"""Talk to peers over UDP, TCP, QUIC or data channels in asyncio programs, by an endpoint that gives events.

`serve` and `connect` are for the first three, `serve_channels` and `connect_channel` for data channels of aiortc.

The only part of the reference that knows sockets, a clock and randomness; nothing else of it imports this package.
"""

from .addresses import Address, host_port, is_nowhere, printable
from .channels import ChannelServer, connect_channel, open_channel, serve_channels
from .endpoint import Endpoint, Received, Transport
from .features import ALL_FEATURES
from .opening import connect, serve
from .requests import Stream
from .session_error import SessionError
from .tls import MissingLibraryError, Tls, self_signed

__all__ = [
    "ALL_FEATURES",
    "Address",
    "ChannelServer",
    "Endpoint",
    "MissingLibraryError",
    "Received",
    "SessionError",
    "Stream",
    "Tls",
    "Transport",
    "connect",
    "connect_channel",
    "host_port",
    "is_nowhere",
    "open_channel",
    "printable",
    "self_signed",
    "serve",
    "serve_channels",
]
