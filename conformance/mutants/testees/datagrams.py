"""Testees that cut, join, keep or ask for the pieces of messages in a wrong way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from adapters.testee_kit.pieces import HEAD, MAGIC, ask_for
from adapters.testee_kit.server import Address, Testee

from ..engine.patches import Change, replaced, wrapped
from .wrong import KIT, AskFurther, Give, Send, breaking, on_datagram

Ask = tuple[int, int, int]


def parts(datagram: bytes) -> tuple[bytes, int, int, int]:
    """Magic, request_id, index and count; of what is shorter than a head as if it were nobody's."""
    if len(datagram) < HEAD.size:
        return b"", 0, 0, 1
    magic, request_id, index, count = HEAD.unpack_from(datagram)
    return magic, request_id, index, count


def _only_in_order(testee: Testee, datagram: bytes) -> bytes:
    magic, request_id, index, count = parts(datagram)
    have = len(testee.pieces) if testee.current and testee.current[1] == request_id else 0
    if magic != MAGIC or not have < index < count or not testee.runner:
        return datagram
    testee.send(ask_for(request_id, have, count), testee.runner)
    return b""


def _joined_as_they_come(testee: Testee, datagram: bytes, sender: Address, head: Ask) -> bytes | None:
    request_id, index, count = head
    if testee.current != (sender, request_id, count):
        testee.current, testee.pieces = (sender, request_id, count), {}
    testee.pieces[index] = datagram[HEAD.size :]
    if len(testee.pieces) < count:
        return None
    message = b"".join(testee.pieces.values())
    testee.current, testee.pieces = None, {}
    return message


def _cut_too_long(message: bytes, request_id: int) -> list[bytes]:
    pieces = [message[at : at + 61_000] for at in range(0, len(message), 61_000)]
    return [HEAD.pack(MAGIC, request_id, at, len(pieces)) + piece for at, piece in enumerate(pieces)]


def _all_at_once(right: Send) -> Send:
    def send(testee: Testee, datagram: bytes, to: Address) -> None:
        kept = testee.kept.get(parts(datagram)[1], [])
        for one in kept if kept and datagram is kept[0] else [datagram]:
            right(testee, one, to)

    return send


def _given_once(right: Give) -> Give:
    given: set[tuple[object, ...]] = set()

    def give(testee: Testee, request_id: int, index: int, count: int, to: Address) -> None:
        what = (request_id, index, count, to)
        if what not in given:
            given.add(what)
            right(testee, *what)

    return give


def _next_one_given(right: Give) -> Give:
    return lambda testee, request_id, index, count, to: right(testee, request_id, min(index + 1, count - 1), count, to)


def _last_reply_given(right: Give) -> Give:
    def give(testee: Testee, request_id: int, index: int, count: int, to: Address) -> None:
        if request_id == list(testee.kept)[-1]:
            right(testee, request_id, index, count, to)

    return give


def _given_by_any_count(testee: Testee, request_id: int, index: int, count: int, to: Address) -> None:
    if request_id in testee.kept and index < len(testee.kept[request_id]):
        testee.send(testee.kept[request_id][index], to)


def _unkept_answered(right: Give) -> Give:
    def give(testee: Testee, request_id: int, index: int, count: int, to: Address) -> None:
        if request_id not in testee.kept:
            testee.send(HEAD.pack(MAGIC, request_id, 0, 1), to)
        right(testee, request_id, index, count, to)

    return give


def _ask_for_the_next(testee: Testee, request_id: int, count: int) -> None:
    if testee.runner:
        testee.send(ask_for(request_id, (list(testee.pieces)[-1] + 1) % count, count), testee.runner)


def _asked_once_a_piece(right: AskFurther) -> AskFurther:
    asked: set[tuple[int, int]] = set()

    def ask_further(testee: Testee, request_id: int, count: int) -> None:
        if (request_id, len(testee.pieces)) not in asked:
            asked.add((request_id, len(testee.pieces)))
            right(testee, request_id, count)

    return ask_further


def _tail_ignored(right: Callable[[bytes], Ask | None]) -> Callable[[bytes], Ask | None]:
    return lambda datagram: right(datagram[: HEAD.size])


def _index_forgiven(_testee: Testee, datagram: bytes) -> bytes:
    _, request_id, index, count = parts(datagram)
    return datagram if index < count else HEAD.pack(MAGIC, request_id, 0, 1) + datagram[HEAD.size :]


def _any_magic(_testee: Testee, datagram: bytes) -> bytes:
    return MAGIC + datagram[len(MAGIC) :] if len(datagram) > HEAD.size else datagram


def _cut_short(_testee: Testee, datagram: bytes) -> bytes:
    return datagram[:60_012]


class Forgetful(OrderedDict[int, list[bytes]]):
    """Kept replies that are never found."""

    def __contains__(self, key: object) -> bool:
        return False


def _performed_again(right: Callable[[Testee], None]) -> Callable[[Testee], None]:
    def forget(testee: Testee) -> None:
        right(testee)
        testee.kept = Forgetful()

    return forget


def _sent_twice(right: Send) -> Send:
    def send(testee: Testee, datagram: bytes, to: Address) -> None:
        for _ in range(2 if datagram.startswith(MAGIC) else 1):
            right(testee, datagram, to)

    return send


def nothing(*_given: object) -> None:
    """Do nothing."""


def _give(make: Callable[[Give], Give]) -> Change:
    return wrapped(f"{KIT}.give", make)


def _kept(replies: int) -> Change:
    return replaced("testee_kit.server.KEPT_REPLIES", replies)


WRONG = (
    breaking(
        "pieces-in-any-order", "pieces-only-in-order", "Takes no piece before its turn.", on_datagram(_only_in_order)
    ),
    breaking(
        "pieces-in-any-order",
        "pieces-joined-as-they-come",
        "Joins pieces in the order in which they came.",
        replaced(f"{KIT}.joined", _joined_as_they_come),
    ),
    breaking(
        "long-reply",
        "pieces-too-long",
        "Cuts replies into 61,000 bytes.",
        replaced("testee_kit.pieces.cut", _cut_too_long),
    ),
    breaking(
        "first-piece-alone",
        "all-pieces-at-once",
        "Sends a whole long reply unasked.",
        wrapped(f"{KIT}.send", _all_at_once),
    ),
    breaking("pieces-when-asked", "pieces-never-given", "Gives no piece when asked.", replaced(f"{KIT}.give", nothing)),
    breaking("pieces-when-asked", "pieces-given-once", "Gives a piece once only.", _give(_given_once)),
    breaking(
        "pieces-when-asked", "pieces-off-by-one", "Gives the piece after the one asked for.", _give(_next_one_given)
    ),
    breaking(
        "pieces-when-asked",
        "pieces-of-the-last-reply",
        "Gives pieces of its last reply only.",
        _give(_last_reply_given),
    ),
    breaking("asks-for-pieces", "never-asks", "Asks for no missing piece.", replaced(f"{KIT}.ask_further", nothing)),
    breaking(
        "asks-for-pieces",
        "asks-for-the-next",
        "Asks for the piece after the last that came, missing or not.",
        replaced(f"{KIT}.ask_further", _ask_for_the_next),
    ),
    breaking(
        "asks-for-pieces",
        "asks-once",
        "Asks once for each missing piece, as if no datagram were lost.",
        wrapped(f"{KIT}.ask_further", _asked_once_a_piece),
    ),
    breaking(
        "bad-heads",
        "asks-of-any-length",
        "Takes asks with something behind them.",
        wrapped("testee_kit.pieces.read_ask", _tail_ignored),
    ),
    breaking(
        "bad-heads", "asks-of-any-count", "Takes asks with another count.", replaced(f"{KIT}.give", _given_by_any_count)
    ),
    breaking("bad-heads", "asks-for-unkept-answered", "Answers asks for what it has not.", _give(_unkept_answered)),
    breaking("bad-heads", "index-past-the-count", "Takes an index past the count.", on_datagram(_index_forgiven)),
    breaking("bad-heads", "any-magic", "Looks at no magic.", on_datagram(_any_magic)),
    breaking("bad-heads", "long-pieces-cut", "Cuts pieces that are too long.", on_datagram(_cut_short)),
    breaking("kept-replies", "keeps-8-replies", "Keeps the last 8 replies.", _kept(8)),
    breaking("kept-replies", "keeps-63-replies", "Keeps the last 63 replies.", _kept(63)),
    breaking(
        "kept-replies",
        "requests-performed-again",
        "Performs a request that comes again.",
        wrapped(f"{KIT}.forget", _performed_again),
    ),
    breaking("one-reply-each", "replies-sent-twice", "Sends each reply twice.", wrapped(f"{KIT}.send", _sent_twice)),
)
