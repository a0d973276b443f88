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
from .batch import ask_many, ask_paced, is_asked_alone, learn, pace_of
from .build import build_adapter
from .errors import AdapterError, StartError
from .hello import Hello
from .limits import Limits
from .peer_batch import (
    PeerBatch,
    PeerReply,
    PeerRequest,
    ask_step_by_step,
    begin_peer_batch,
    played_step_by_step,
    takes_peer_batches,
)
from .running import Address
from .session import input_bytes, launch, request_bytes, request_with
from .testee import Testee, not_started
from .transport.channel import RESEND_S, Channel, GoneError, NoReplyError
from .transport.exchange import Exchange
from .transport.pieces import (
    ASK_MAGIC,
    HEAD,
    MAGIC,
    MAX_MESSAGE_BYTES,
    MAX_PIECES,
    PIECE_BYTES,
    Joiner,
    PieceError,
    ask_for,
    cut,
)
from .transport.sockets import enlarge_buffers, open_tcp, open_udp
from .transport.tcp_wire import ConnectionPeer, GatheringPeer
from .transport.udp_wire import GatheringWire, WirePeer

__all__ = [
    "ASK_MAGIC",
    "HEAD",
    "MAGIC",
    "MAX_MESSAGE_BYTES",
    "MAX_PIECES",
    "PIECE_BYTES",
    "RESEND_S",
    "Adapter",
    "AdapterError",
    "Address",
    "Answer",
    "AnswerError",
    "Channel",
    "ConnectionPeer",
    "Crash",
    "Exchange",
    "GatheringPeer",
    "GatheringWire",
    "GoneError",
    "HarnessError",
    "Hello",
    "Joiner",
    "Limits",
    "NoReplyError",
    "Ok",
    "PeerBatch",
    "PeerReply",
    "PeerRequest",
    "PieceError",
    "Reject",
    "RequestError",
    "StartError",
    "Testee",
    "Timeout",
    "Unsupported",
    "WirePeer",
    "ask_for",
    "ask_many",
    "ask_paced",
    "ask_step_by_step",
    "begin_peer_batch",
    "build_adapter",
    "cut",
    "enlarge_buffers",
    "input_bytes",
    "is_asked_alone",
    "launch",
    "learn",
    "load_adapter",
    "not_started",
    "open_tcp",
    "open_udp",
    "pace_of",
    "parse_answer",
    "played_step_by_step",
    "request_bytes",
    "request_with",
    "takes_peer_batches",
]
