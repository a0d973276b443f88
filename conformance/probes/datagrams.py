"""Pieces, addresses and kept replies: section 3 of specs/testee.md. What concerns asks is in asks.py."""

from __future__ import annotations

from adapters.driver import ASK_MAGIC, HEAD, MAGIC, PIECE_BYTES, Testee, ask_for, cut, open_udp, parse_answer

from ..model.verdict import PASSED, Verdict
from .basics import UNKNOWN, exchange, heard, message, wrong
from .choosing import choose
from .claims import ASKS, CUTTABLE
from .long_replies import asked_for, long_replies


def small_pieces(text: bytes, request_id: int, count: int = 4) -> list[bytes]:
    """A message in more pieces than it needs, so small that a few of them fit into any receive buffer."""
    size = -(-len(text) // count)
    return [HEAD.pack(MAGIC, request_id, at, count) + text[at * size : (at + 1) * size] for at in range(count)]


def pieces_in_any_order(testee: Testee) -> Verdict:
    """TST-4: a request in pieces, in reverse order and every piece twice."""
    asks = choose(testee, CUTTABLE)
    if asks is None:
        return PASSED
    text = message(asks[0])
    expected = testee.exchange(text)
    request_id = testee.channel.next_id()
    twice = [piece for piece in reversed(small_pieces(text, request_id)) for _ in range(2)]
    got = exchange(testee, twice, request_id)
    if got == expected or testee.exchange(text) != expected:  # the latter: an op that answers differently each time
        return PASSED
    return wrong(f"{expected}, as for the request in one piece", got)


def long_reply(testee: Testee) -> Verdict:
    """TST-4: a reply of more than one piece, none longer than 60,000 bytes."""
    for first in long_replies(testee):
        pieces = [first, *(found for at in range(1, first.count) if (found := asked_for(testee, first, at)))]
        longest = max(len(one.piece) for one in pieces)
        if longest > PIECE_BYTES:
            return wrong(f"at most {PIECE_BYTES} bytes a piece", f"{longest} bytes")
        if {one.count for one in pieces} != {first.count}:
            return wrong(f"{first.count} as the count of each piece", f"{[one.count for one in pieces]} (TST-4)")
        if len(pieces) == first.count:
            parse_answer(b"".join(one.piece for one in pieces))
            return PASSED
    return PASSED  # of one that sends no long replies, or no further pieces of them, which is another clause's


def bad_heads(testee: Testee) -> Verdict:
    """TST-5: datagrams that are no pieces, and asks for nothing there is, are ignored."""
    text = message((choose(testee, ASKS) or (UNKNOWN,))[0])
    channel = testee.channel
    kept = channel.next_id()
    exchange(testee, cut(text, kept), kept)
    heard(testee, ())  # and what else there may be of it
    first = channel.next_id()
    bad = [
        b"",
        b"RTP1",
        text,
        HEAD.pack(b"RTP2", first, 0, 1) + text,
        HEAD.pack(MAGIC, channel.next_id(), 0, 0) + text,
        HEAD.pack(MAGIC, channel.next_id(), 1, 1) + text,
        HEAD.pack(MAGIC, channel.next_id(), 0, 301) + text,
        HEAD.pack(MAGIC, channel.next_id(), 65_535, 65_535) + text,
        ASK_MAGIC,
        ask_for(kept, 0, 1) + b"\0",
        ask_for(kept, 1, 1),
        ask_for(kept, 0, 2),
        ask_for(kept, 0, 0),
        ask_for(channel.next_id(), 0, 1),
        HEAD.pack(MAGIC, channel.next_id(), 0, 1) + text.ljust(PIECE_BYTES + 1),  # last, as it may fill a buffer
    ]
    ids = [one.request_id for one in heard(testee, bad)]
    answered = [each for each in ids if each == kept or not 0 < each < first]  # the others are late ones
    return wrong("silence after datagrams that must be ignored", f"answers to {answered}") if answered else PASSED


def stranger_ignored(testee: Testee) -> Verdict:
    """TST-6: another address is not answered, even with the right token."""
    request = (choose(testee, ASKS) or (UNKNOWN,))[-1]
    hello = UNKNOWN | {"op": "hello", "input": {"token": testee.token}}
    kept = testee.channel.next_id()
    exchange(testee, cut(message(request), kept), kept)
    with open_udp(testee.control_address) as stranger:
        stranger.setblocking(False)
        stranger.connect(testee.control_address)
        for request_id, one in enumerate((request, hello, request), start=1):
            stranger.send(cut(message(one), request_id)[0])
        stranger.send(HEAD.pack(MAGIC, 4, 0, 2))
        stranger.send(ask_for(kept, 0, 1))
        # The reply to this one comes after the testee has taken the stranger's datagrams: they were there before it.
        heard(testee, ())
        try:
            return wrong("silence towards a stranger", stranger.recv(65_536))
        except BlockingIOError:
            return PASSED


def kept_replies(testee: Testee) -> Verdict:
    """TST-7: the last 64 replies are kept by id, and a repeated id performs nothing."""
    asks = choose(testee, ASKS)
    if asks is None:
        return PASSED  # of one that answers every request alike
    one, another = map(message, asks)
    first = testee.channel.next_id()
    expected = exchange(testee, cut(one, first), first)
    for _ in range(63):
        other = testee.channel.next_id()
        exchange(testee, cut(another, other), other)
    again = exchange(testee, cut(another, first), first)
    return PASSED if again == expected else wrong(f"the kept reply to request {first}, {expected}", again)


def one_reply_each(testee: Testee) -> Verdict:
    """TST-8: each request has exactly one reply."""
    channel, text = testee.channel, message((choose(testee, ASKS) or (UNKNOWN,))[0])
    ids = [channel.next_id() for _ in range(3)]
    got = [one.request_id for each in ids for one in heard(testee, cut(text, each)) if one.request_id in ids]
    return PASSED if got == ids else wrong(f"replies to {ids}", f"replies to {got}")
