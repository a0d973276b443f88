"""Transports with connections (specs/transport.md): frames in bytes and back, and how connections end. No sockets."""

from .framing import CloseReason, Split, Splitter, join, join_all, split
from .pipe import NEVER_ALONE, Pipe

__all__ = ["NEVER_ALONE", "CloseReason", "Pipe", "Split", "Splitter", "join", "join_all", "split"]
