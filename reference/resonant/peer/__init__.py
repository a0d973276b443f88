"""Peers: the handshake and streams of Resonant Protocol 1, without sockets, clocks or randomness."""

from .config import Announce, Config, RepairShape, Role
from .events import (
    Closed,
    Completed,
    Delivered,
    Dropped,
    ErrorReceived,
    ErrorSent,
    Established,
    Event,
    Failed,
    Incomplete,
    Lost,
    Opened,
    Output,
    Place,
    Recovered,
    Ref,
)
from .peer import Peer

__all__ = [
    "Announce",
    "Closed",
    "Completed",
    "Config",
    "Delivered",
    "Dropped",
    "ErrorReceived",
    "ErrorSent",
    "Established",
    "Event",
    "Failed",
    "Incomplete",
    "Lost",
    "Opened",
    "Output",
    "Peer",
    "Place",
    "Recovered",
    "Ref",
    "RepairShape",
    "Role",
]
