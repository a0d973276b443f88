"""The steps through which a received frame goes: specs/handshake.md section 4, as a table in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import DropCode, RejectCode
from ..messages import Ask, Cache, Critique, Message, Think
from ..sealing import nonce_start
from ..tensors import Tensor
from ..values import Flags, MessageType
from .agreement import names_another_space
from .config import CRITIQUE, DTYPE_NAMES, MODALITY_NAMES, XCHACHA, ZSTD, Role
from .conversation import Conversation
from .events import Ref
from .incoming import MISSING
from .received import Kind, Received
from .syncs import Ping
from .verdicts import Drop, Refusal, Repeat, Verdict, incomplete

Judge: TypeAlias = Callable[[Conversation, Received], Verdict | None]


@dataclass(frozen=True, slots=True)
class Check:
    """One step, for the kinds of frames that it looks at. judge: None lets the frame pass."""

    clause: str
    kinds: frozenset[Kind]
    judge: Judge


def first_verdict(checks: Iterable[Check], talk: Conversation, received: Received) -> tuple[str, Verdict] | None:
    """The clause and verdict of the first step that does not let the frame pass; None for a frame that passes all."""
    for check in checks:
        if received.kind in check.kinds:
            verdict = check.judge(talk, received)
            if verdict is not None:
                return check.clause, verdict
    return None


def _failed(talk: Conversation, _: Received) -> Verdict | None:
    return Drop(DropCode.IGNORED) if talk.facts.silent else None


def _reflected(talk: Conversation, received: Received) -> Verdict | None:
    own = received.sealed and received.nonce_start == nonce_start(talk.config.salt, received.frame.stream_id)
    return Drop(DropCode.REFLECTED) if own else None


def _answered(talk: Conversation, received: Received) -> Verdict | None:
    answer = talk.answers.find(ref_of(received))
    return None if answer is None else Repeat(answer)


def _closed(talk: Conversation, received: Received) -> Verdict | None:
    return Drop(DropCode.CLOSED) if talk.inbox.closed(received.frame.stream_id) else None


def _number(talk: Conversation, received: Received) -> Verdict | None:
    if not talk.numbered(received):
        return None
    if received.kind is Kind.HEAD and talk.inbox.open_stream(received.frame.stream_id) is None:
        return None  # STM-6: whatever was accepted before
    code = talk.inbox.judge_number(received.frame.stream_id, received.frame.frame_seq)
    return None if code is None else Drop(code)


def _no_session(talk: Conversation, _: Received) -> Verdict | None:
    return Refusal(RejectCode.HANDSHAKE_REQUIRED, "there is no session") if talk.agreement is None else None


def _heart_without_session(talk: Conversation, _: Received) -> Verdict | None:
    return Drop(DropCode.IGNORED) if talk.agreement is None else None


def _other_space(talk: Conversation, received: Received) -> Verdict | None:
    own, got = talk.config.space_hash32, received.frame.space_hash32
    if own in (0, got):
        return None
    adds = (("expected_hash", own), ("got_hash", got))
    return Refusal(RejectCode.SPACE_MISMATCH, f"the frame is of space {got}, not {own}", adds)


def _unsealed(talk: Conversation, received: Received) -> Verdict | None:
    if received.sealed or not talk.config.require_crypto:
        return None
    return Refusal(RejectCode.ENCRYPTION_REQUIRED, "the frame is not sealed")


def _uses(feature: str, used: Callable[[Received], bool]) -> Judge:
    def judge(talk: Conversation, received: Received) -> Verdict | None:
        if not used(received) or (talk.agreement is not None and talk.agreement.has(feature)):
            return None
        return Refusal(RejectCode.UNSUPPORTED_FEATURE, f"{feature} is not agreed", (("feature", feature),))

    return judge


def _modality(talk: Conversation, received: Received) -> Verdict | None:
    name = MODALITY_NAMES[received.frame.modality]
    if talk.agreement is not None and name in talk.agreement.modality:
        return None
    return Refusal(RejectCode.UNSUPPORTED_MODALITY, f"{name} is not agreed", (("modality", name),))


def _fault(_: Conversation, received: Received) -> Verdict | None:
    if received.fault is None:
        return None
    return Refusal(RejectCode.BAD_MESSAGE, received.fault.detail, (("detail", str(received.fault.code)),))


def _fault_dropped(_: Conversation, received: Received) -> Verdict | None:
    return None if received.fault is None else Drop(RejectCode.BAD_MESSAGE)


def _unreadable(talk: Conversation, received: Received) -> Verdict | None:
    judge = _fault_dropped if talk.role is Role.CLIENT else _fault  # HSK-40, HSK-19
    return judge(talk, received)


def _dtype(talk: Conversation, received: Received) -> Verdict | None:
    agreed = () if talk.agreement is None else talk.agreement.dtype
    for tensor in _tensors(received.message):
        name = DTYPE_NAMES[tensor.dtype]
        if name not in agreed:
            return Refusal(RejectCode.UNSUPPORTED_DTYPE, f"{name} is not agreed", (("dtype", name),))
    return None


def _tensors(message: Message | None) -> tuple[Tensor, ...]:
    match message:
        case Think(hidden):
            return (hidden,)
        case Cache(keys, values):
            return keys, values
        case Ask(query, context):
            return (query,) if context is None else (query, context)
        case Critique(divergence):
            return (divergence,)
        case _:
            return ()


def _strong(talk: Conversation, received: Received) -> Verdict | None:
    stream = talk.inbox.open_stream(received.frame.stream_id)
    if stream is None or stream.strong == received.strong:
        return None
    return Refusal(RejectCode.STREAM_FLAG_MISMATCH, "STRONG_TAIL is not as in the HEAD")


def _after_tail(talk: Conversation, received: Received) -> Verdict | None:
    stream = talk.inbox.open_stream(received.frame.stream_id)
    if stream is None or not talk.numbered(received):
        return None
    late = stream.after_tail(received.frame.frame_seq, tail=received.kind is Kind.TAIL)
    return Drop(DropCode.AFTER_TAIL) if late else None


def _room(talk: Conversation, received: Received) -> Verdict | None:
    if talk.inbox.open_stream(received.frame.stream_id) is None or not talk.numbered(received):
        return None
    return None if talk.inbox.has_room(received) else Drop(DropCode.BUFFER_LIMIT)


def _one_stream_more(talk: Conversation, _: Received) -> Verdict | None:
    return None if talk.inbox.can_open() else Drop(DropCode.BUFFER_LIMIT)


def _tail_alone(talk: Conversation, received: Received) -> Verdict | None:
    if talk.inbox.open_stream(received.frame.stream_id) is not None:
        return None
    return incomplete(tuple(range(min(received.frame.frame_seq, MISSING))))


def _version(_: Conversation, received: Received) -> Verdict | None:
    if not isinstance(received.sync, Ping) or received.sync.v is None or received.sync.v >= 1:
        return None
    adds = (("min", 1), ("max", 1))
    return Refusal(RejectCode.UNSUPPORTED_VERSION, f"version {received.sync.v}; there is 1", adds)


def _ping_space(talk: Conversation, received: Received) -> Verdict | None:
    ping = received.sync
    if not isinstance(ping, Ping) or not names_another_space(talk.config, ping):
        return None
    adds = (
        ("expected", talk.config.embedding_space_id),
        ("got", ping.embedding_space_id or ""),
        ("expected_hash", talk.config.space_hash32),
        ("got_hash", ping.space_hash32 or 0),
    )
    return Refusal(RejectCode.SPACE_MISMATCH, "the ping is from another embedding space", adds)


def ref_of(received: Received) -> Ref:
    """The numbers of a frame."""
    return Ref(received.frame.stream_id, received.frame.frame_seq)


_ALL = frozenset(Kind)
_DATA, _HEAD, _TAIL, _PING = (frozenset({kind}) for kind in (Kind.DATA, Kind.HEAD, Kind.TAIL, Kind.PING))
_HEART, _UNREADABLE = frozenset({Kind.HEART}), frozenset({Kind.UNREADABLE})
_NEVER_CLOSED = frozenset({Kind.PING, Kind.CAPABILITY, Kind.ERROR})
_OF_STREAM = _DATA | _HEART | _TAIL
_GUARDED = _OF_STREAM | _HEAD
_ZSTD = _uses(ZSTD, lambda received: bool(received.frame.flags & Flags.ZSTD))
_XCHACHA = _uses(XCHACHA, lambda received: received.sealed)
_CRITIQUE = _uses(CRITIQUE, lambda received: received.frame.type == MessageType.CRITIQUE)

RECEIVED: tuple[Check, ...] = (
    Check("HSK-29", _ALL, _failed),
    Check("HSK-32", _ALL, _reflected),
    Check("HSK-33", _PING, _answered),
    Check("STM-19", _ALL - _NEVER_CLOSED, _closed),
    Check("HSK-34", _ALL, _number),  # and STM-9
    Check("HSK-37", _HEART, _heart_without_session),
    Check("HSK-36", _DATA | _HEAD | _TAIL, _no_session),
    Check("HSK-36", _DATA, _other_space),
    Check("HSK-36", _GUARDED, _unsealed),
    Check("HSK-36", _GUARDED, _ZSTD),
    Check("HSK-36", _GUARDED, _XCHACHA),
    Check("HSK-36", _DATA, _CRITIQUE),
    Check("HSK-36", _DATA, _modality),
    Check("HSK-36", _DATA | _HEAD | _TAIL, _fault),
    Check("HSK-36", _DATA, _dtype),
    Check("HSK-19", _UNREADABLE, _unreadable),  # and HSK-40
    Check("HSK-39", frozenset({Kind.ERROR, Kind.CAPABILITY}), _fault_dropped),  # and HSK-23
    Check("STM-3", _OF_STREAM, _strong),
    Check("STM-15", _ALL - _HEAD, _after_tail),
    Check("STM-8", _ALL - _HEAD - _TAIL, _room),
    Check("STM-10", _HEAD, _one_stream_more),
    Check("STM-13", _TAIL, _tail_alone),
    Check("HSK-11", _PING, _fault),
    Check("HSK-11", _PING, _version),
    Check("HSK-12", _PING, _ping_space),
)
"""What is received goes through these in order; the first verdict is the last."""

ASKED: tuple[Check, ...] = (
    Check("HSK-6", _DATA, _CRITIQUE),
    Check("HSK-6", _DATA, _modality),
    Check("HSK-6", _DATA, _fault),
    Check("HSK-6", _DATA, _dtype),
)
"""What a data frame goes through before it is sent, once there is a session that allows it."""
