"""One piece at a time: what is sent unasked, what is sent when it is asked for, and what is asked for."""

from __future__ import annotations

from adapters.driver import Testee

from ..verdict import PASSED, Verdict
from .basics import UNKNOWN, Heard, heard, message, wrong
from .datagrams import small_pieces
from .long_replies import asked_for, long_replies

_ASK = "a datagram of 12 bytes, `RTPA`, request_id, index and count,"
_AT_ONCE = (2, 0, 0, 1, 3)
_WANTED = ((0, 1, 1, 3), (0, 1, 1, 2, 2))  # and none once all are there; the latter lost piece 2, which TST-4 forbids


def first_piece_alone(testee: Testee) -> Verdict:
    """TST-21: the first piece of a reply is sent, and no other unasked."""
    for first in long_replies(testee):
        came = [first, *heard(testee, ())]
        indexes = sorted({one.index for one in came if one.request_id == first.request_id and not one.is_ask})
        if indexes != [0]:
            expected = f"piece 0 of a reply of {first.count} pieces alone, each other one once {_ASK} asks for it"
            return wrong(expected, f"pieces {indexes} unasked")
        return PASSED
    return PASSED  # of one that sends no long replies


def pieces_when_asked(testee: Testee) -> Verdict:
    """TST-22: each piece of a kept reply is sent when it is asked for, in any order, and as often."""
    for first in long_replies(testee):
        heard(testee, ())  # what came unasked is no answer
        for index in (*reversed(range(first.count)), first.count - 1):
            found = asked_for(testee, first, index)
            if found is None:
                expected = f"piece {index} of a reply of {first.count} pieces, in answer to {_ASK} which asks for it"
                return wrong(expected, "no piece")
            if index == 0 and found.piece != first.piece:
                return wrong(f"piece 0 as it was before, {first.piece!r}", repr(found.piece))
        return PASSED
    return PASSED  # of one that sends no long replies


def asks_for_pieces(testee: Testee) -> Verdict:
    """TST-23: after each piece the first one that is missing is asked for, and none once all are there."""
    request_id = testee.channel.next_id()
    pieces = small_pieces(message(UNKNOWN), request_id)
    came = heard(testee, [pieces[at] for at in _AT_ONCE])
    asked = [one for one in came if one.is_ask and one.request_id == request_id]
    wanted, *others = ([Heard(True, request_id, at, len(pieces), b"") for at in order] for order in _WANTED)
    if asked in (wanted, *others):
        return PASSED
    order = ", ".join(map(str, _AT_ONCE))
    expected = f"{_ASK} for the pieces {_shown(wanted)}, as the pieces {order} of a request of {len(pieces)} come in"
    return wrong(expected, f"asks for the pieces {_shown(asked)}" if asked else "no ask")


def _shown(asks: list[Heard]) -> str:
    return ", ".join(f"{one.index} of {one.count}" for one in asks)
