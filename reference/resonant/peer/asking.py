"""What the program above may ask a peer to send: HSK-6, STM-4, STM-5."""

from __future__ import annotations

from ..encode import check_fields, plain_frame
from ..errors import RejectCode, ResonantError
from ..values import Flags, Frame, MessageType, Modality, Slice
from .checks import ASKED, first_verdict
from .config import Announce, Role
from .conversation import Conversation, refuse
from .outbox import Draft, sync_draft
from .received import Received, read_frame
from .stream_states import Action
from .syncs import METHODS, Head, read_sync, write_sync
from .verdicts import Refusal

_DIRECTION = {Role.CLIENT: "up", Role.SERVER: "down"}


def send_data(talk: Conversation, type: MessageType, slices: tuple[Slice, ...], stream_id: int, modality: int) -> None:
    """Send a data frame, unless the other end would refuse it (HSK-6)."""
    if type == MessageType.SYNC:
        raise ValueError("Sync frames are the peer's own; see ping, open_stream, close_stream and heart")
    check_session(talk)
    frame = plain_frame(Frame(type, Flags.NONE, stream_id, 0, talk.config.space_hash32, modality, slices))
    check_fields(frame)
    received = read_frame(b"", frame, talk.role)
    _check_agreed(talk, received)
    talk.post(Draft(Action.DATA, frame.stream_id, MessageType(frame.type), frame.slices, Modality(frame.modality)))


def open_stream(talk: Conversation, stream_id: int, announce: Announce | None, *, strong: bool) -> None:
    """Send HEAD (STM-4)."""
    check_session(talk)
    head = Head(_DIRECTION[talk.role])
    if announce is not None:
        head = Head(head.dir, announce.frames, announce.total_len, announce.md5, announce.xxhash3_64)
        _check_announced(head)
    talk.post(sync_draft(Action.HEAD, stream_id, head, strong=strong))


def close_stream(talk: Conversation, stream_id: int) -> None:
    """Send TAIL (STM-5)."""
    check_session(talk)
    talk.post(sync_draft(Action.TAIL, stream_id, talk.outbox.tail_of(stream_id)))


def send_heart(talk: Conversation, stream_id: int) -> None:
    """Send a HEART because the program above wants one."""
    check_session(talk)
    talk.post(Draft(Action.HEART, stream_id))


def check_session(talk: Conversation) -> None:
    """Refuse what cannot be sent without a session, or unsealed (HSK-6, HSK-4)."""
    if talk.agreement is None:
        refuse(RejectCode.HANDSHAKE_REQUIRED, "HSK-6", "there is no session")
    if talk.mute:
        refuse(RejectCode.ENCRYPTION_REQUIRED, "HSK-4", "crypto is required and none could be chosen")


def _check_agreed(talk: Conversation, received: Received) -> None:
    found = first_verdict(ASKED, talk, received)
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
