"""Transports with connections (specs/transport.md): frames in bytes and back, and how connections end. No sockets."""

from .framing import CloseReason, Splitter, join
from .pipe import Pipe

__all__ = ["CloseReason", "Pipe", "Splitter", "join"]
