"""Requests to send, from the application to its peer: HSK-6, STM-4, STM-5."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ...errors import RejectCode, ResonantError
from ...frame.encode import check_fields, plain_frame
from ...wire_values import Flags, Frame, MessageType, Modality, Slice
from ..config import Announce, Role
from ..received.frame import Received, read_frame
from ..received.verdicts import Refusal
from ..state.peer_state import PeerState, refuse
from ..state.send_streams import Draft, sync_draft
from ..state.stream_states import Action
from ..sync.objects import METHODS, Head, read_sync, write_sync
from . import mux_send
from .check_table import ASKED, Check, first_verdict

_DIRECTION = {Role.CLIENT: "up", Role.SERVER: "down"}


def send_data(state: PeerState, type: MessageType, slices: tuple[Slice, ...], stream_id: int, modality: int) -> None:
    """Send a data frame, unless the other end would refuse it (HSK-6)."""
    check_type(type)
    check_data(state, stream_id)
    frame = plain_frame(Frame(type, Flags.NONE, stream_id, 0, state.config.space_hash32, modality, slices))
    check_fields(frame)
    received = read_frame(b"", frame, state.role)
    check_agreed(state, received, ASKED)
    mux_send.send(
        state, Draft(Action.DATA, frame.stream_id, MessageType(frame.type), frame.slices, Modality(frame.modality))
    )


def check_type(type: MessageType) -> None:
    """Raise ValueError for the type of Sync frames."""
    if type == MessageType.SYNC:
        raise ValueError("Sync frames are the peer's own; see ping, open_stream, close_stream and heart")


def check_data(state: PeerState, stream_id: int) -> None:
    """Refuse a data frame that cannot go now, whatever is in it (HSK-57)."""
    check_session(state, _check_space)
    state.send_streams.check(Action.DATA, stream_id)
    mux_send.check_tail_waits(state, stream_id)


def open_stream(
    state: PeerState, stream_id: int, announce: Announce | None, *, strong: bool, urgency: int | None = None
) -> None:
    """Send HEAD (STM-4)."""
    check_session(state)
    state.send_streams.check(Action.HEAD, stream_id)
    mux_send.check_head(state, urgency)
    head = Head(_DIRECTION[state.role])
    if announce is not None:
        head = Head(head.dir, announce.frames, announce.total_len, announce.md5, announce.xxhash3_64)
        _check_announced(head)
    if state.agreement is not None and state.agreement.mux is not None:
        head = replace(head, urgency=urgency)  # MUX-35
    state.post(sync_draft(Action.HEAD, stream_id, head, strong=strong))
    mux_send.begin(state, stream_id, urgency)


def close_stream(state: PeerState, stream_id: int) -> None:
    """Send TAIL (STM-5)."""
    check_session(state)
    state.send_streams.check(Action.TAIL, stream_id)
    mux_send.check_tail_waits(state, stream_id)
    if not mux_send.end_later(state, stream_id):
        state.post(sync_draft(Action.TAIL, stream_id, state.send_streams.tail_of(stream_id)))


def send_heart(state: PeerState, stream_id: int) -> None:
    """Send a HEART because the program above wants one."""
    check_session(state)
    mux_send.check_tail_waits(state, stream_id)
    state.post(Draft(Action.HEART, stream_id))


def reset_stream(state: PeerState, stream_id: int, code: str) -> None:
    """Send reset (MUX-25)."""
    check_session(state)
    mux_send.reset(state, stream_id, code)


def check_session(state: PeerState, check_space: Callable[[PeerState], None] = lambda _: None) -> None:
    """Refuse what cannot be sent without a session, or unsealed (HSK-57, HSK-58). check_space: asked in between."""
    if state.agreement is None:
        refuse(RejectCode.HANDSHAKE_REQUIRED, "HSK-6", "there is no session")
    check_space(state)
    if state.mute:
        refuse(RejectCode.ENCRYPTION_REQUIRED, "HSK-46", "crypto is required and none could be chosen")


def _check_space(state: PeerState) -> None:
    """Refuse data to another space, as the other end told it (HSK-57)."""
    own, theirs = state.config.space_hash32, 0 if state.agreement is None else state.agreement.their_hash
    if theirs not in (0, own):
        refuse(RejectCode.SPACE_MISMATCH, "HSK-57", f"the other end is of space {theirs}, not {own}")


def check_agreed(state: PeerState, received: Received, checks: Iterable[Check]) -> None:
    """Refuse what the other end would refuse by these checks, with the message layer's own code for a fault."""
    found = first_verdict(checks, state, received)
    if found is None:
        return
    clause, verdict = found
    assert isinstance(verdict, Refusal)
    if verdict.code is RejectCode.BAD_MESSAGE and received.fault is not None:
        raise received.fault  # the message layer's own code
    raise ResonantError(verdict.code, clause, verdict.detail)


def _check_announced(head: Head) -> None:
    try:
        read_sync(METHODS["head"], write_sync(head))
    except ResonantError as fault:
        raise ResonantError(RejectCode.BAD_MESSAGE, "HSK-6", fault.detail) from fault
