"""Repair that comes, and what is recovered from it: specs/fec.md sections 3 and 4."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import DropCode, ResonantError
from ...fec.datagram import read_repair
from ..events import Recovered
from ..received.frame import Received
from ..state.peer_state import PeerState


def hear(state: PeerState, datagram: bytes) -> None:
    """Handle a datagram that begins with RSF1, where rs8 is agreed (FEC-13)."""
    try:
        repair = read_repair(datagram)
    except ResonantError as error:
        state.drop(error.code)
        return
    code = state.recv_groups.take(repair, state.recv_streams.waiting_bytes)
    if code is not None:
        state.drop(code)


def keep(state: PeerState, received: Received) -> None:
    """Keep an accepted frame for recovery (FEC-18)."""
    if state.has_repair:
        where = received.frame.stream_id, received.frame.frame_seq
        waiting_bytes = state.recv_streams.waiting_bytes
        state.recv_groups.keep(where, received.datagram, sealed=received.sealed, waiting_bytes=waiting_bytes)


def recover(state: PeerState, receive: Callable[[PeerState, bytes], bool]) -> None:
    """Make groups whole as long as one can be (FEC-25). receive: handles a frame, and says whether it is accepted."""
    while (group := state.recv_groups.ready()) is not None:
        try:
            frames = state.recv_groups.recover(group)
        except ResonantError:
            state.recv_groups.forget(group)
            state.drop(DropCode.REPAIR_MISMATCH)
            continue
        for frame_seq, frame in frames:
            state.events.append(Recovered(group.shape.group.stream_id, frame_seq))
            receive(state, frame)
        if group.missing:
            state.recv_groups.forget(group)  # FEC-24
