"""Pieces, addresses and kept replies: section 2 of specs/testee.md."""

from __future__ import annotations

from time import monotonic

from adapters.driver import HEAD, MAGIC, PIECE_BYTES, Joiner, Ok, Testee, cut, open_udp, parse_answer

from ..verdict import PASSED, Verdict
from .basics import UNKNOWN, exchange, expect_kind, message, replies_until, wrong
from .claims import ASKS, LONG_REPLIES, LONG_REQUESTS, for_claims


def pieces_in_any_order(testee: Testee) -> Verdict:
    """TST-4: a long request in reverse order and with every piece twice; the reply in pieces of its own."""
    request = message(for_claims(testee, LONG_REQUESTS))
    expected = testee.exchange(request)
    request_id = testee.channel.next_id()
    datagrams = cut(request, request_id)
    assert len(datagrams) > 3
    twice = [datagram for datagram in reversed(datagrams) for _ in range(2)]
    got = exchange(testee, twice, request_id)
    if not isinstance(expected, Ok) or got != expected:
        return wrong(f"{expected}, as for the pieces in order", got)
    return PASSED


def long_reply(testee: Testee) -> Verdict:
    """TST-4: a reply of more than one piece, none longer than 60,000 bytes."""
    request_id = testee.channel.next_id()
    testee.channel.send_raw(cut(message(for_claims(testee, LONG_REPLIES)), request_id))
    joiner, deadline = Joiner(request_id), monotonic() + testee.limits.reply_s
    while (datagram := testee.channel.receive(deadline)) is not None:
        if len(datagram) > HEAD.size + PIECE_BYTES:
            return wrong(f"at most {PIECE_BYTES} bytes a piece", f"{len(datagram) - HEAD.size} bytes")
        reply = joiner.add(datagram)
        if reply is not None:
            return expect_kind(parse_answer(reply), Ok, "ok, in two pieces")
    return wrong("a reply in two pieces", "none in time")


def bad_heads(testee: Testee) -> Verdict:
    """TST-5: datagrams that are no pieces are ignored."""
    text = message(for_claims(testee, ASKS)[0])
    channel = testee.channel
    first = channel.next_id()
    bad = [
        b"",
        b"RTP1",
        text,
        HEAD.pack(b"RTP2", channel.next_id(), 0, 1) + text,
        HEAD.pack(MAGIC, channel.next_id(), 0, 0) + text,
        HEAD.pack(MAGIC, channel.next_id(), 1, 1) + text,
        HEAD.pack(MAGIC, channel.next_id(), 0, 301) + text,
        HEAD.pack(MAGIC, channel.next_id(), 65_535, 65_535) + text,
        HEAD.pack(MAGIC, channel.next_id(), 0, 1) + text.ljust(PIECE_BYTES + 1),
    ]
    channel.send_raw(bad)
    request_id = channel.next_id()
    channel.send_raw(cut(text, request_id))
    ids = replies_until(testee, request_id, first)
    if ids != [request_id]:
        return wrong(f"one reply, to request {request_id}", f"replies to {ids}")
    return PASSED


def stranger_ignored(testee: Testee) -> Verdict:
    """TST-6: another address is not answered, even with the right token."""
    asks = for_claims(testee, ASKS)
    testee.start()
    with open_udp(testee.control_address) as stranger:
        stranger.setblocking(False)
        stranger.connect(testee.control_address)
        hello = UNKNOWN | {"op": "hello", "input": {"token": testee.token}}
        for request_id, request in enumerate((asks[1], hello, asks[1]), start=1):
            stranger.send(cut(message(request), request_id)[0])
        # The reply to this one comes after the testee has taken the stranger's datagrams: they were there before it.
        verdict = expect_kind(testee.exchange(message(asks[0])), Ok, "ok, for the runner's own request")
        try:
            return wrong("silence towards a stranger", stranger.recv(65_536))
        except BlockingIOError:
            return verdict


def kept_replies(testee: Testee) -> Verdict:
    """TST-7: the last 64 replies are kept by id, and a repeated id performs nothing."""
    one, another = map(message, for_claims(testee, ASKS))
    first = testee.channel.next_id()
    expected = exchange(testee, cut(one, first), first)
    for _ in range(63):
        other = testee.channel.next_id()
        verdict = expect_kind(exchange(testee, cut(another, other), other), Ok, "ok")
        if not verdict.passed:
            return verdict
    again = exchange(testee, cut(another, first), first)
    if not isinstance(expected, Ok) or again != expected:
        return wrong(f"the kept reply to request {first}, {expected}", again)
    return PASSED


def one_reply_each(testee: Testee) -> Verdict:
    """TST-8: each request has exactly one reply."""
    channel, text = testee.channel, message(for_claims(testee, ASKS)[0])
    ids = [channel.next_id() for _ in range(3)]
    got: list[int] = []
    for request_id in ids:
        channel.send_raw(cut(text, request_id))
        got += replies_until(testee, request_id, ids[0])
    return PASSED if got == ids else wrong(f"replies to {ids}", f"replies to {got}")
