"""The objections of a receiver to a frame, from what its peer reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..errors import CloseCode, DropCode, RejectCode
from ..peer import Dropped, ErrorReceived, ErrorSent, Event, Recovered
from ..peer.received.frame import Kind, Received
from .entries import Fault
from .pair import Reported
from .words import Numbers

_DROPPED: Mapping[str, tuple[str, str]] = {
    DropCode.REFLECTED: ("HSK-32", "the receiver's own frame comes back to it"),
    DropCode.DUPLICATE: ("HSK-34", "the number was accepted before, with other bytes"),
    DropCode.STALE: ("HSK-34", "the number is 1,024 or more below the highest one"),
    DropCode.IGNORED: ("HSK-37", "there is no session"),
    DropCode.REPLY_LIMIT: ("HSK-42", "a receiver has sent 8 replies within the second"),
    DropCode.BUFFER_LIMIT: ("STM-8", "there is no room to wait for the numbers below"),
    DropCode.AFTER_TAIL: ("STM-15", "the number is not below that of the TAIL"),
    DropCode.CLOSED: ("STM-19", "the stream is complete, or has failed"),
    DropCode.REPAIR_MISMATCH: ("FEC-16", "the repair does not fit its group"),
    RejectCode.BAD_MESSAGE: ("HSK-10", "the message cannot be read"),
    RejectCode.BAD_VERSION: ("FRM-2", "repair was not agreed, and this is no frame"),
}
"""A code under which peers drop what decodes -> the clause, and why."""
CONNECTION: Mapping[str, str] = {
    RejectCode.FRAME_TOO_SHORT: "TCP-3",
    RejectCode.FRAME_TOO_LARGE: "TCP-4",
    CloseCode.FRAME_TIMEOUT: "TCP-8",
    CloseCode.TRUNCATED_FRAME: "TCP-11",
    CloseCode.CONNECTION_RESET: "TCP-12",
}
_HARMLESS = frozenset({DropCode.DUPLICATE, DropCode.CLOSED, DropCode.AFTER_TAIL, DropCode.STALE})
"""Codes that a copy of an earlier frame may be dropped with."""


def fault_of(received: Received, reported: Sequence[Reported], *, again: bool) -> Fault | None:
    """The first objection of the receiver; what cannot be read is one without any receiver, too."""
    numbers = (received.frame.stream_id, received.frame.frame_seq)
    for one in reported:
        match one.event:
            case ErrorSent(code=code, stream_id=stream_id, frame_seq=frame_seq) if (stream_id, frame_seq) == numbers:
                clause, _, detail = one.why.partition(": ")
                return _detailed(Fault(str(code), clause, detail), received)
    fault = drop_of(one.event for one in reported)
    if fault is not None and not (again and fault.code in _HARMLESS):
        return _detailed(fault, received)
    return None if received.kind is Kind.STRAY else _read_fault(received)


def _detailed(fault: Fault, received: Received) -> Fault:
    """BAD_MESSAGE with the message layer's own code and clause; any other fault as it is."""
    return (_read_fault(received) or fault) if fault.code == RejectCode.BAD_MESSAGE else fault


def _read_fault(received: Received) -> Fault | None:
    fault = received.fault
    return None if fault is None else Fault(RejectCode.BAD_MESSAGE, fault.clause, f"{fault.code}: {fault.detail}")


def drop_of(events: Iterable[Event]) -> Fault | None:
    """The code under which the frame itself was dropped, and not one that was recovered."""
    for event in events:
        match event:
            case Recovered():
                return None
            case Dropped(code=code):
                return Fault(str(code), *_DROPPED.get(code, ("HSK-54", "dropped")))
    return None


def besides(reported: Iterable[Reported], numbers: Numbers, kind: Kind | None = None) -> Iterator[Reported]:
    """The events that are neither the fault of the frame itself nor told by its kind, as the arrival of an error is."""
    own = True
    for one in reported:
        match one.event:
            case ErrorSent(stream_id=stream_id, frame_seq=frame_seq) if (stream_id, frame_seq) == numbers:
                continue
            case ErrorReceived() if kind is Kind.ERROR:
                continue
            case Dropped() if own:
                continue
            case Recovered():
                own = False
        yield one
