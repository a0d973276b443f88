"""QUIC (specs/quic.md): which carriage a frame goes on, and what comes on each. No sockets, and no library of QUIC."""

from .acts import MAIN, Act, Close, Datagram, Finish, Reset, Stop, Write
from .carriages import Carriages
from .numbers import code_of, number_of

__all__ = [
    "MAIN",
    "Act",
    "Carriages",
    "Close",
    "Datagram",
    "Finish",
    "Reset",
    "Stop",
    "Write",
    "code_of",
    "number_of",
]
