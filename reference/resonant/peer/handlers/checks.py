"""The single questions that the table of checks asks of a received frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ...errors import DropCode, RejectCode
from ...message.messages import Ask, Cache, Critique, Message, Think
from ...tensor.tensor import Tensor
from ...transform.xchacha import nonce_start
from ..config import Role, dtype_name, modality_name
from ..events import Ref
from ..received.frame import Kind, Received
from ..received.verdicts import Drop, Refusal, Repeat, Verdict, incomplete
from ..state.agreement import names_another_space
from ..state.peer_state import PeerState
from ..state.recv_stream import MISSING
from ..sync.objects import Ping

Judge: TypeAlias = Callable[[PeerState, Received], Verdict | None]


def failed(state: PeerState, _: Received) -> Verdict | None:
    """HSK-29: a client whose handshake failed hears nothing."""
    return Drop(DropCode.IGNORED) if state.facts.silent else None


def reflected(state: PeerState, received: Received) -> Verdict | None:
    """XCH-12: its own frame came back."""
    own = received.sealed and received.nonce_start == nonce_start(state.config.salt, received.frame.stream_id)
    return Drop(DropCode.REFLECTED) if own else None


def answered(state: PeerState, received: Received) -> Verdict | None:
    """HSK-18: a ping that was answered is answered again."""
    answer = state.answers.find(ref_of(received))
    return None if answer is None else Repeat(answer)


def closed(state: PeerState, received: Received) -> Verdict | None:
    """STM-19: the stream is over."""
    return Drop(DropCode.CLOSED) if state.recv_streams.closed(received.frame.stream_id) else None


def number(state: PeerState, received: Received) -> Verdict | None:
    """HSK-34, STM-9: the number was accepted before, or is too old to know."""
    if not state.numbered(received):
        return None
    if received.kind is Kind.HEAD and state.recv_streams.open_stream(received.frame.stream_id) is None:
        return None  # STM-6: whatever was accepted before
    code = state.recv_streams.judge_number(received)
    return None if code is None else Drop(code)


def no_session(state: PeerState, _: Received) -> Verdict | None:
    """Nothing but handshakes goes without a session."""
    return Refusal(RejectCode.HANDSHAKE_REQUIRED, "there is no session") if state.agreement is None else None


def heart_without_session(state: PeerState, _: Received) -> Verdict | None:
    """HSK-37: a HEART without a session is no reason for an answer."""
    return Drop(DropCode.IGNORED) if state.agreement is None else None


def other_space(state: PeerState, received: Received) -> Verdict | None:
    """The frame is of another embedding space."""
    own, got = state.config.space_hash32, received.frame.space_hash32
    if own in (0, got):
        return None
    adds = (("expected_hash", own), ("got_hash", got))
    return Refusal(RejectCode.SPACE_MISMATCH, f"the frame is of space {got}, not {own}", adds)


def unsealed(state: PeerState, received: Received) -> Verdict | None:
    """The frame is not sealed, and this peer requires it."""
    if received.sealed or not state.config.require_crypto:
        return None
    return Refusal(RejectCode.ENCRYPTION_REQUIRED, "the frame is not sealed")


def uses(feature: str, used: Callable[[Received], bool]) -> Judge:
    """A judge of frames that use a feature without agreement."""

    def judge(state: PeerState, received: Received) -> Verdict | None:
        if not used(received) or (state.agreement is not None and state.agreement.has(feature)):
            return None
        return Refusal(RejectCode.UNSUPPORTED_FEATURE, f"{feature} is not agreed", (("feature", feature),))

    return judge


def modality(state: PeerState, received: Received) -> Verdict | None:
    """The frame's modality is not agreed."""
    name = modality_name(received.frame.modality)
    if state.agreement is not None and name in state.agreement.modality:
        return None
    return Refusal(RejectCode.UNSUPPORTED_MODALITY, f"{name} is not agreed", (("modality", name),))


def fault(_: PeerState, received: Received) -> Verdict | None:
    """The frame's content could not be read: it is refused."""
    if received.fault is None:
        return None
    return Refusal(RejectCode.BAD_MESSAGE, received.fault.detail, (("detail", str(received.fault.code)),))


def fault_dropped(_: PeerState, received: Received) -> Verdict | None:
    """The frame's content could not be read: it is dropped."""
    return None if received.fault is None else Drop(RejectCode.BAD_MESSAGE)


def unreadable(state: PeerState, received: Received) -> Verdict | None:
    """HSK-19, HSK-40: a server answers what it cannot read, a client does not."""
    judge = fault_dropped if state.role is Role.CLIENT else fault  # HSK-40, HSK-19
    return judge(state, received)


def dtype(state: PeerState, received: Received) -> Verdict | None:
    """A tensor's dtype is not agreed; scales, indices, masks and JSON are no tensors of their own."""
    agreed = () if state.agreement is None else state.agreement.dtype
    for tensor in _tensors(received.message):
        name = dtype_name(tensor.dtype)
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


def strong(state: PeerState, received: Received) -> Verdict | None:
    """STM-26: STRONG_TAIL is not as in the HEAD."""
    stream = state.recv_streams.open_stream(received.frame.stream_id)
    if stream is None or stream.strong == received.strong:
        return None
    return Refusal(RejectCode.STREAM_FLAG_MISMATCH, "STRONG_TAIL is not as in the HEAD")


def after_tail(state: PeerState, received: Received) -> Verdict | None:
    """STM-15: the number is not below the TAIL's."""
    stream = state.recv_streams.open_stream(received.frame.stream_id)
    if stream is None or not state.numbered(received):
        return None
    late = stream.after_tail(received.frame.frame_seq, tail=received.kind is Kind.TAIL)
    return Drop(DropCode.AFTER_TAIL) if late else None


def room(state: PeerState, received: Received) -> Verdict | None:
    """STM-8: the frame would have to wait, and there is no room for it."""
    if state.recv_streams.open_stream(received.frame.stream_id) is None or not state.numbered(received):
        return None
    return None if state.recv_streams.has_room(received) else Drop(DropCode.BUFFER_LIMIT)


def beyond_limit(state: PeerState, received: Received) -> Verdict | None:
    """MUX-14: the sender of the stream was not allowed to go so far."""
    stream = state.recv_streams.open_stream(received.frame.stream_id)
    if stream is None or stream.told is None or received.frame.frame_seq < stream.told:
        return None
    detail = f"the limit of the stream is {stream.told}"
    return Refusal(RejectCode.FLOW_CONTROL, detail, (("limit", str(stream.told)),))


def blocked_alone(state: PeerState, received: Received) -> Verdict | None:
    """MUX-17: no HEAD opened the stream of this blocked, or it has failed."""
    stream_id = received.frame.stream_id
    if not state.credit or state.recv_streams.open_stream(stream_id) is not None:
        return None
    if not state.recv_streams.closed(stream_id):
        return incomplete(tuple(range(min(received.frame.frame_seq, MISSING))))
    if not state.recv_streams.failed(stream_id):
        return None
    return Refusal(RejectCode.STREAM_CANCELLED, "the stream has failed", about=Ref(stream_id, 0))


def one_stream_more(state: PeerState, _: Received) -> Verdict | None:
    """STM-10, MUX-22: as many streams are open as can be."""
    if state.agreement is not None and state.agreement.mux is not None and state.config.mux is not None:
        most = state.config.mux.streams
        if state.recv_streams.counted(state.now_ms) < most:
            return None
        return Refusal(RejectCode.STREAM_LIMIT, f"{most} streams may be open", (("max", most),))
    return None if state.recv_streams.can_open() else Drop(DropCode.BUFFER_LIMIT)


def tail_alone(state: PeerState, received: Received) -> Verdict | None:
    """STM-13: no HEAD opened the stream of this TAIL."""
    if state.recv_streams.open_stream(received.frame.stream_id) is not None:
        return None
    return incomplete(tuple(range(min(received.frame.frame_seq, MISSING))))


def version(_: PeerState, received: Received) -> Verdict | None:
    """HSK-11: there is no such version."""
    if not isinstance(received.sync, Ping) or received.sync.v is None or received.sync.v >= 1:
        return None
    adds = (("min", 1), ("max", 1))
    return Refusal(RejectCode.UNSUPPORTED_VERSION, f"version {received.sync.v}; there is 1", adds)


def ping_space(state: PeerState, received: Received) -> Verdict | None:
    """HSK-12: the ping is from another embedding space."""
    ping = received.sync
    if not isinstance(ping, Ping) or not names_another_space(state.config, ping):
        return None
    adds = (
        ("expected", state.config.embedding_space_id),
        ("got", ping.embedding_space_id or ""),
        ("expected_hash", state.config.space_hash32),
        ("got_hash", ping.space_hash32 or 0),
    )
    return Refusal(RejectCode.SPACE_MISMATCH, "the ping is from another embedding space", adds)


def ref_of(received: Received) -> Ref:
    """The numbers of a frame."""
    return Ref(received.frame.stream_id, received.frame.frame_seq)
