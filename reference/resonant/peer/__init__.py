"""Peers: the handshake and streams of Resonant Protocol 1, without sockets, clocks or randomness."""

from .config import Announce, Config, Role
from .events import (
    Closed,
    Completed,
    Delivered,
    Done,
    Dropped,
    ErrorReceived,
    ErrorSent,
    Established,
    Event,
    Failed,
    Incomplete,
    Lost,
    Mux,
    Opened,
    Output,
    Place,
    Ref,
)
from .peer import Peer

__all__ = [
    "Announce",
    "Closed",
    "Completed",
    "Config",
    "Delivered",
    "Done",
    "Dropped",
    "ErrorReceived",
    "ErrorSent",
    "Established",
    "Event",
    "Failed",
    "Incomplete",
    "Lost",
    "Mux",
    "Opened",
    "Output",
    "Peer",
    "Place",
    "Ref",
    "Role",
]
