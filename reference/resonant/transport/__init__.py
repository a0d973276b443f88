"""Transports with connections (specs/transport.md): frames in bytes and back, and how connections end. No sockets."""

from .framing import CloseReason, Split, Splitter, join, join_all, split
from .pipe import Pipe

__all__ = ["CloseReason", "Pipe", "Split", "Splitter", "join", "join_all", "split"]
