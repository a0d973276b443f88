"""One request and the reply to it, piece by piece: section 3 of specs/testee.md. No sockets, no clock."""

from __future__ import annotations

from .pieces import Joiner, cut, read_ask


class Exchange:
    """Says what to send next, from what came. One piece is on its way at a time, so that no buffer overflows.

    The first piece of the request goes out alone, and each further one when the testee asks for it (TST-23). The first
    piece of the reply comes alone, and each further one is asked for (TST-21, TST-22).

    A testee may be older than asks: it waits for the whole request and sends the whole reply. It is told by its silence
    after the first piece, and gets the request at once from then on; pieces of a reply are taken as they come. It can
    be judged wherever the buffers hold what it sends.
    """

    def __init__(self, message: bytes, request_id: int, *, whole: bool = False) -> None:
        """whole: the testee is known not to ask. Raises PieceError for a message that is too long."""
        self._request_id = request_id
        self._pieces = cut(message, request_id)
        self._asked = False
        self._on_its_way: int | None = None
        self.whole = whole
        """Whether the testee gets whole requests, as it does not ask."""
        self.joiner = Joiner(request_id)
        """The pieces of the reply that have come."""
        self._ask: bytes | None = None

    def begin(self) -> list[bytes]:
        """The datagrams to send first."""
        self._on_its_way = None if self.whole else 0
        return self._request()

    def take(self, datagram: bytes) -> tuple[bytes | None, list[bytes]]:
        """The reply if this completed it, and what to send now, which is nothing for a datagram of no use.

        Raises PieceError for a reply whose pieces contradict each other.
        """
        index = read_ask(datagram, self._request_id, len(self._pieces))
        if index is not None:
            self._asked, self.whole = True, False
            if index == self._on_its_way:
                return None, []  # or each repetition would be answered twice from then on
            self._on_its_way = index
            return None, self._request()
        reply = self.joiner.add(datagram)
        ask = self.joiner.ask
        if ask == self._ask or ask is None:
            return reply, []
        self._ask = ask
        return reply, [ask]

    def again(self) -> list[bytes]:
        """The datagrams to send when nothing useful has come for a while.

        The request besides the ask, for a testee that knows no asks; any other repeats a piece that is there already.
        That comes second, so that in a small buffer it cannot take the place of the piece that is missing.
        """
        if len(self._pieces) > 1 and not self._asked and self._ask is None:
            self.whole, self._on_its_way = True, None
        return [*([self._ask] if self._ask else []), *self._request()]

    def _request(self) -> list[bytes]:
        return self._pieces if self._on_its_way is None else [self._pieces[self._on_its_way]]
