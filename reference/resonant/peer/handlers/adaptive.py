"""Messages whose tensors take the form that is chosen for them, and qualities: specs/adaptive.md sections 5 and 6."""

from __future__ import annotations

from ...errors import RejectCode
from ...frame.encode import plain_frame
from ...tensor.adapt import FORMS, MAX_TOLERANCE, Dense, adapt
from ...tensor.tensor import Tensor
from ...wire_values import Flags, Frame, MessageType, Slice
from ..received.frame import Kind, Received
from ..state.peer_state import PeerState, refuse
from ..state.send_streams import sync_draft
from ..state.stream_states import Action
from ..state.tolerances import Slot
from ..sync.objects import Quality
from . import requests, streams
from .check_table import ASKED_ADAPTIVE

OF_DIVERGENCE = ("f16", "i8")
"""MSG-3."""
_OF_CACHE = (Slot.KEYS, Slot.VALUES)


def send(
    state: PeerState,
    type: MessageType,
    tensors: tuple[Dense, ...],
    slices: tuple[Slice, ...],
    stream_id: int,
    modality: int,
) -> None:
    """Choose the forms of the tensors, and send the message of them (ADA-11)."""
    requests.check_type(type)
    requests.check_data(state, stream_id)
    if state.config.adaptive is None:
        refuse(RejectCode.UNSUPPORTED_FEATURE, "ADA-13", "this peer has no tolerance to choose by")
    frame = plain_frame(Frame(type, Flags.NONE, stream_id, 0, state.config.space_hash32, modality, slices))
    requests.check_agreed(state, Received(b"", frame, Kind.DATA), ASKED_ADAPTIVE)
    chosen = [
        one for place, tensor in enumerate(tensors) for one in _chosen(state, type, place, tensor, stream_id).slices()
    ]
    requests.send_data(state, type, (*chosen, *slices), stream_id, modality)


def _chosen(state: PeerState, type: MessageType, place: int, tensor: Dense, stream_id: int) -> Tensor:
    """The tensor in its form. place: among the tensors of its message."""
    agreed = () if state.agreement is None else state.agreement.dtype
    able = OF_DIVERGENCE if type == MessageType.CRITIQUE else FORMS
    own = _OF_CACHE[place] if type == MessageType.CACHE and place < len(_OF_CACHE) else Slot.ANY
    tolerance = state.tolerances.of(own, stream_id, state.now_ms)
    allow = [form for form in able if form in agreed]
    choice = adapt(tensor.source, tensor.data, tensor.dims, allow=allow, tolerance=tolerance)
    return Tensor.chosen(choice, tensor.dims)


def send_quality(state: PeerState, stream_id: int, tolerance: int) -> None:
    """Tell the other end how much error is borne (ADA-14)."""
    requests.check_session(state)
    state.send_streams.check(Action.QUALITY, stream_id)
    if not 0 <= tolerance <= MAX_TOLERANCE:
        refuse(RejectCode.FIELD_RANGE, "ADA-14", f"the tolerance {tolerance} is not 0 to {MAX_TOLERANCE}")
    state.post(sync_draft(Action.QUALITY, stream_id, Quality(tolerance)))


def hear_quality(state: PeerState, received: Received) -> None:
    """Take a quality (ADA-16)."""
    assert isinstance(received.sync, Quality)
    streams.take(state, received)
    state.tolerances.hear(received.frame.stream_id, received.frame.frame_seq, received.sync.tolerance)
