"""The driver: starts a testee, asks it, and says what came back.

It knows the testee protocol (specs/testee.md) and nothing of cases or verdicts:

    with Testee(load_adapter("reference", Path("adapters"))) as testee:
        answer = testee.ask("tail_hash", {"data": "00ff"})
"""

from .adapter import Adapter, load_adapter
from .answer import (
    Answer,
    AnswerError,
    Crash,
    HarnessError,
    Ok,
    Reject,
    RequestError,
    Timeout,
    Unsupported,
    parse_answer,
)
from .build import build_adapter
from .channel import Channel, GoneError, NoReplyError
from .errors import AdapterError, StartError
from .hello import Hello
from .pieces import HEAD, MAGIC, MAX_MESSAGE_BYTES, MAX_PIECES, PIECE_BYTES, Joiner, PieceError, cut
from .running import Address
from .session import launch
from .sockets import open_udp
from .testee import Limits, Testee
from .wire import WirePeer

__all__ = [
    "HEAD",
    "MAGIC",
    "MAX_MESSAGE_BYTES",
    "MAX_PIECES",
    "PIECE_BYTES",
    "Adapter",
    "AdapterError",
    "Address",
    "Answer",
    "AnswerError",
    "Channel",
    "Crash",
    "GoneError",
    "HarnessError",
    "Hello",
    "Joiner",
    "Limits",
    "NoReplyError",
    "Ok",
    "PieceError",
    "Reject",
    "RequestError",
    "StartError",
    "Testee",
    "Timeout",
    "Unsupported",
    "WirePeer",
    "build_adapter",
    "cut",
    "launch",
    "load_adapter",
    "open_udp",
    "parse_answer",
]
