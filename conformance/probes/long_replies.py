"""Replies of several pieces, seen piece by piece, whichever op it takes to get one."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from adapters.driver import RESEND_S, Exchange, GoneError, Testee, Timeout, ask_for

from .basics import UNKNOWN, Heard, UnansweredError, heard, message, read
from .choosing import claimed, seen_failing
from .claims import LONG_REPLIES, Request


def long_replies(testee: Testee) -> Iterator[Heard]:
    """The first piece of each reply of several pieces that this testee can be made to send, whatever the reply says."""
    for offer in claimed(testee, LONG_REPLIES):
        (request,) = offer.requests
        try:
            first = _first_piece(testee, request)
        except GoneError:
            first = None
        if first is None:
            seen_failing(testee, request)
            testee.exchange(message(UNKNOWN))  # which finds it gone or hanging, and the next one starts it again
            if not offer.profile:
                raise UnansweredError(Timeout(testee.limits.reply_s))
        elif first.count > 1:
            yield first


def _first_piece(testee: Testee, request: Request) -> Heard | None:
    """The piece that comes first of the reply; None if none comes in time."""
    channel = testee.channel
    request_id = channel.next_id()
    deadline, talk = monotonic() + testee.limits.reply_s, Exchange(message(request), request_id)
    sending = talk.begin()
    while monotonic() < deadline:
        channel.send_raw(sending)
        datagram = channel.receive(min(deadline, monotonic() + RESEND_S[0]))
        if datagram is None:
            sending = talk.again()
            continue
        one = read(datagram)
        if one.request_id == request_id and not one.is_ask:
            return one
        _, sending = talk.take(datagram)
    return None


def asked_for(testee: Testee, first: Heard, index: int) -> Heard | None:
    """The piece of the reply that comes when it is asked for; None if it does not come."""
    ask = ask_for(first.request_id, index, first.count)
    came = heard(testee, [ask])
    numbers = (False, first.request_id, index)
    return next((one for one in came if (one.is_ask, one.request_id, one.index) == numbers), None)
