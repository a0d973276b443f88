"""Talk to peers over UDP, TCP, QUIC or data channels in asyncio programs, by an endpoint that gives events.

`serve` and `connect` are for the first three, `serve_channels` and `connect_channel` for data channels of aiortc.
`send_array`, `send_cache` and `arrivals` carry arrays of any size, in parts where one message is too small.

The only part of the reference that knows sockets, a clock and randomness; nothing else of it imports this package.
"""

from .addresses import Address, host_port, is_nowhere, printable
from .arrivals import Arrival, Arrived, Broken, CacheArrived, Collector, arrivals, converted
from .channels import ChannelServer, connect_channel, open_channel, serve_channels
from .endpoint import Endpoint, Received, Transport
from .features import ALL_FEATURES
from .opening import connect, serve
from .requests import Stream
from .sending import SendOptions, recv_array, recv_cache, send_array, send_cache
from .session_error import SessionError
from .tls import MissingLibraryError, Tls, self_signed

__all__ = [
    "ALL_FEATURES",
    "Address",
    "Arrival",
    "Arrived",
    "Broken",
    "CacheArrived",
    "ChannelServer",
    "Collector",
    "Endpoint",
    "MissingLibraryError",
    "Received",
    "SendOptions",
    "SessionError",
    "Stream",
    "Tls",
    "Transport",
    "arrivals",
    "connect",
    "connect_channel",
    "converted",
    "host_port",
    "is_nowhere",
    "open_channel",
    "printable",
    "recv_array",
    "recv_cache",
    "self_signed",
    "send_array",
    "send_cache",
    "serve",
    "serve_channels",
]
