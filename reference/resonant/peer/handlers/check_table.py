"""The steps through which a received frame goes: specs/handshake.md section 4, as a table in their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...wire_values import Flags, MessageType
from ..config import CRITIQUE, XCHACHA, ZSTD
from ..received.frame import AT_ONCE, OF_MUX, Kind, Received
from ..received.verdicts import Verdict
from ..state.peer_state import PeerState
from . import checks
from .checks import Judge


@dataclass(frozen=True, slots=True)
class Check:
    """One step, for the kinds of frames that it looks at. judge: None lets the frame pass."""

    clause: str
    kinds: frozenset[Kind]
    judge: Judge


def first_verdict(checks: Iterable[Check], state: PeerState, received: Received) -> tuple[str, Verdict] | None:
    """The clause and verdict of the first step that does not let the frame pass; None for a frame that passes all."""
    for check in checks:
        if received.kind in check.kinds:
            verdict = check.judge(state, received)
            if verdict is not None:
                return check.clause, verdict
    return None


_ALL = frozenset(Kind)
_DATA, _HEAD, _TAIL, _PING = (frozenset({kind}) for kind in (Kind.DATA, Kind.HEAD, Kind.TAIL, Kind.PING))
_HEART, _UNREADABLE, _OTHER = (frozenset({kind}) for kind in (Kind.HEART, Kind.UNREADABLE, Kind.OTHER))
_LATER = OF_MUX | {Kind.QUALITY}
"""Methods that not every peer knows."""
_OF_STREAM = _DATA | _HEART | _TAIL
_GUARDED = _OF_STREAM | _HEAD
_ZSTD = checks.uses(ZSTD, lambda received: bool(received.frame.flags & Flags.ZSTD))
_XCHACHA = checks.uses(XCHACHA, lambda received: received.sealed)
_CRITIQUE = checks.uses(CRITIQUE, lambda received: received.frame.type == MessageType.CRITIQUE)

RECEIVED: tuple[Check, ...] = (
    Check("HSK-29", _ALL, checks.failed),
    Check("HSK-32", _ALL, checks.reflected),
    Check("HSK-33", _PING, checks.answered),
    Check("STM-19", _ALL - AT_ONCE, checks.closed),
    Check("HSK-34", _ALL, checks.number),  # and STM-9
    Check("HSK-37", _HEART, checks.heart_without_session),
    Check("HSK-36", _DATA | _HEAD | _TAIL, checks.no_session),
    Check("HSK-36", _DATA, checks.other_space),
    Check("HSK-36", _GUARDED, checks.unsealed),
    Check("HSK-60", _OTHER, checks.unsealed),
    Check("MUX-6", _LATER, checks.unsealed),  # and ADA-15, in these four
    Check("MUX-6", _LATER, _ZSTD),
    Check("MUX-6", _LATER, _XCHACHA),
    Check("MUX-6", _LATER, checks.fault),
    Check("HSK-36", _GUARDED, _ZSTD),
    Check("HSK-36", _GUARDED, _XCHACHA),
    Check("HSK-36", _DATA, _CRITIQUE),
    Check("HSK-36", _DATA, checks.modality),
    Check("HSK-36", _DATA | _HEAD | _TAIL, checks.fault),
    Check("HSK-36", _DATA, checks.dtype),
    Check("HSK-19", _UNREADABLE, checks.unreadable),  # and HSK-40
    Check("HSK-63", frozenset({Kind.ERROR, Kind.CAPABILITY}), checks.fault_dropped),  # and HSK-23
    Check("STM-26", _OF_STREAM, checks.strong),
    Check("STM-15", _ALL - _HEAD - AT_ONCE, checks.after_tail),
    Check("MUX-14", _DATA, checks.beyond_limit),
    Check("STM-8", _ALL - _HEAD - _TAIL - AT_ONCE, checks.room),
    Check("STM-10", _HEAD, checks.one_stream_more),  # and MUX-22
    Check("STM-13", _TAIL, checks.tail_alone),
    Check("MUX-17", frozenset({Kind.BLOCKED}), checks.blocked_alone),
    Check("HSK-11", _PING, checks.fault),
    Check("HSK-11", _PING, checks.version),
    Check("HSK-12", _PING, checks.ping_space),
)
"""The checks of a received frame, in order; the first verdict is the last."""

ASKED: tuple[Check, ...] = (
    Check("HSK-6", _DATA, _CRITIQUE),
    Check("HSK-6", _DATA, checks.modality),
    Check("HSK-6", _DATA, checks.fault),
    Check("HSK-6", _DATA, checks.dtype),
)
"""The checks of a data frame before it is sent, once there is a session that allows it."""

ASKED_ADAPTIVE = ASKED[:2]
"""Those of them that come before the tensors of an adaptive message are looked at (ADA-13)."""
