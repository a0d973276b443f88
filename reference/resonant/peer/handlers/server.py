"""A server's handling of pings: specs/handshake.md section 2."""

from __future__ import annotations

from ..events import ErrorSent
from ..received.frame import Received
from ..replies import Answer
from ..state.agreement import capability_for, server_agreement
from ..state.peer_state import PeerState
from ..state.send_streams import sync_draft
from ..state.stream_states import Action
from ..sync.objects import Ping
from . import streams
from .checks import ref_of


def answer(state: PeerState, received: Received) -> None:
    """Answer a ping that nothing speaks against, and hold what the answer says for agreed (HSK-17)."""
    assert isinstance(received.sync, Ping)
    capability = capability_for(state.config, received.sync)
    sent = state.reply(sync_draft(Action.REPLY, received.frame.stream_id, capability))
    if sent is not None:
        state.answers.remember(ref_of(received), Answer(sent))
        streams.take(state, received)
        state.establish(server_agreement(state.config, received.sync, capability), received.frame.stream_id)


def repeat(state: PeerState, received: Received, answer: Answer) -> None:
    """Answer a ping that was answered before (HSK-18), and count it as accepted (HSK-62)."""
    ref = ref_of(received)
    if state.repeat(answer.datagram):
        state.answers.remember(ref, answer)
        streams.take_again(state, received)
        if answer.code is not None:
            state.events.append(ErrorSent(answer.code, ref.stream_id, ref.frame_seq))
