"""A request and its reply piece by piece, without sockets: what each end sends in answer to what."""

from __future__ import annotations

import pytest

from adapters.driver import HEAD, MAGIC, PIECE_BYTES, Exchange, Joiner, PieceError, ask_for, cut
from adapters.driver.pieces import read_ask

LONG = bytes(range(256)) * 1000  # five pieces
PIECES = cut(LONG, 1)
SHORT = b"{}"


def replied(exchange: Exchange, datagrams: list[bytes]) -> tuple[bytes | None, list[bytes]]:
    """The reply after these datagrams, and all that was sent for them."""
    reply, sent = None, []
    for datagram in datagrams:
        reply, sending = exchange.take(datagram)
        sent += sending
    return reply, sent


def test_each_piece_of_a_request_waits_for_its_ask() -> None:
    exchange = Exchange(LONG, 1)
    assert exchange.begin() == PIECES[:1]
    for index in range(1, 5):
        assert exchange.take(ask_for(1, index, 5)) == (None, [PIECES[index]])
    assert exchange.take(cut(SHORT, 1)[0]) == (SHORT, [])


def test_each_piece_of_a_reply_is_asked_for_after_the_one_before() -> None:
    exchange = Exchange(SHORT, 1)
    assert exchange.begin() == cut(SHORT, 1)
    for index, piece in enumerate(PIECES[:-1], start=1):
        assert exchange.take(piece) == (None, [ask_for(1, index, 5)])
    assert exchange.take(PIECES[-1]) == (LONG, [])


def test_what_comes_twice_is_answered_once() -> None:
    request = Exchange(LONG, 1)
    request.begin()
    assert replied(request, [ask_for(1, 1, 5)] * 3) == (None, [PIECES[1]])
    reply = Exchange(SHORT, 1)
    reply.begin()
    assert replied(reply, [PIECES[0]] * 3) == (None, [ask_for(1, 1, 5)])


def test_a_piece_that_was_asked_for_again_later_is_sent_again() -> None:
    exchange = Exchange(LONG, 1)
    exchange.begin()
    asks = [ask_for(1, index, 5) for index in (1, 2, 1, 2)]
    assert replied(exchange, asks) == (None, [PIECES[index] for index in (1, 2, 1, 2)])


@pytest.mark.parametrize(
    "datagram",
    [ask_for(2, 1, 5), ask_for(1, 1, 4), ask_for(1, 5, 5), ask_for(1, 1, 5) + b"x", ask_for(1, 1, 5)[:11], b""],
    ids=["another id", "another count", "past the count", "13 bytes", "11 bytes", "nothing"],
)
def test_what_is_no_ask_for_this_request_is_ignored(datagram: bytes) -> None:
    assert read_ask(datagram, 1, 5) is None
    exchange = Exchange(LONG, 1)
    exchange.begin()
    assert exchange.take(datagram) == (None, [])
    assert exchange.joiner.ignored == 1


def test_silence_has_the_piece_sent_again_that_was_sent_last() -> None:
    exchange = Exchange(LONG, 1)
    exchange.begin()
    exchange.take(ask_for(1, 1, 5))
    assert exchange.again() == [PIECES[1]]
    assert not exchange.whole


def test_silence_in_the_middle_of_a_reply_has_it_asked_for_again_before_anything_else() -> None:
    exchange = Exchange(SHORT, 1)
    exchange.begin()
    exchange.take(PIECES[0])
    assert exchange.again() == [ask_for(1, 1, 5), *cut(SHORT, 1)]


def test_one_that_does_not_ask_gets_whole_requests_from_then_on() -> None:
    exchange = Exchange(LONG, 1)
    exchange.begin()
    assert exchange.again() == PIECES
    assert exchange.whole
    assert Exchange(LONG, 1, whole=True).begin() == PIECES


def test_one_that_asks_after_all_is_sent_piece_by_piece_again() -> None:
    exchange = Exchange(LONG, 1, whole=True)
    exchange.begin()
    assert exchange.take(ask_for(1, 3, 5)) == (None, [PIECES[3]])
    assert not exchange.whole


def test_silence_after_a_request_of_one_piece_tells_nothing() -> None:
    exchange = Exchange(SHORT, 1)
    exchange.begin()
    assert exchange.again() == cut(SHORT, 1)
    assert not exchange.whole


def test_pieces_that_come_unasked_in_any_order_are_taken() -> None:
    exchange = Exchange(SHORT, 1)
    exchange.begin()
    reply, _ = replied(exchange, [PIECES[index] for index in (3, 1, 4, 0, 2)])
    assert reply == LONG


def test_a_reply_that_contradicts_itself_is_an_error() -> None:
    exchange = Exchange(SHORT, 1)
    exchange.take(PIECES[0])
    with pytest.raises(PieceError, match="announce 5 and 3"):
        exchange.take(HEAD.pack(MAGIC, 1, 1, 3))


def test_a_joiner_asks_for_nothing_before_a_piece_came_and_after_all_did() -> None:
    joiner, asks = Joiner(1), []
    for piece in (b"", PIECES[1], *PIECES):
        joiner.add(piece)
        asks.append(joiner.ask)
    assert asks == [None, *(ask_for(1, index, 5) for index in (0, 2, 2, 3, 4)), None]
    assert PIECES[0][HEAD.size :] == LONG[:PIECE_BYTES]
