"""A dialogue played with its requests in few messages, as long as everything holds.

That is the usual case, and takes a fraction of the time. In any other the dialogue is played step by step, and what is
found then counts: there is one way only in which faults are found and told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Protocol

from adapters.driver import (
    Address,
    Answer,
    GatheringPeer,
    GatheringWire,
    Ok,
    PeerReply,
    PeerRequest,
    Testee,
    begin_peer_batch,
    input_bytes,
    request_with,
    takes_peer_batches,
)

from ..model.cases import Case
from ..model.verdict import PASSED, PASSED_UNNAMED, Verdict
from .connections import TcpEnds
from .endpoints import UdpEnds
from .ends import TCP, UDP, EndError
from .found import Came, Found, NotAtOnceError, key_of
from .script import PLAYABLE, GatheredEnds, Outgoing, Round, Script
from .steps import Dialogue, Events
from .transcript import Transcript

_CLOSED = "closed"
_CLOSE = Round([PeerRequest(request_with("peer_close", input_bytes({}), "", ""), 0)], ())


def can_be_played_at_once(testee: Testee, transport: str, dialogue: Dialogue) -> bool:
    """Whether to try. A connection that ends takes along what is sent ahead, so that each of its steps has its time."""
    if transport not in (UDP, TCP) or not takes_peer_batches(testee):
        return False
    if not PLAYABLE.issuperset(map(type, dialogue.steps)):
        return False
    told = (event for step in dialogue.steps if type(step) is Events for event in step.events)
    return transport == UDP or all(event["event"] != _CLOSED for event in told)


def play_at_once(testee: Testee, case: Case, dialogue: Dialogue, to: Address) -> Verdict | None:
    """That it passed; None if it is to be played step by step. to: the testee's wire."""
    attempt = Attempt(case, dialogue, to)
    try:
        while not attempt.made_all:
            requests, before = attempt.next_round()
            send_out(before)
            batch = begin_peer_batch(testee, requests, case.id, case.profile)
            batch.wait()
            attempt.look(closed=attempt.made_all)
            replies = batch.replies()
            if replies is None:
                return None
            attempt.replies += replies
        return attempt.verdict()
    except NotAtOnceError:
        return None
    finally:
        attempt.close()


def send_out(outgoing: Outgoing) -> None:
    """Have ends send what goes before a message. Raises NotAtOnceError."""
    try:
        for send in outgoing:
            send()
    except OSError as error:
        raise NotAtOnceError from error


class Attempt:
    """One dialogue on its way to be played at once: what to ask for, what came of it, and whether all of it holds.

    All that the verdict rests on has been taken in when the last reply is there and was looked for. So it makes no
    difference what the testee is asked before the verdict is found.
    """

    def __init__(self, case: Case, dialogue: Dialogue, to: Address) -> None:
        """to: the testee's wire of the case's transport."""
        self.case = case
        self._dialogue = dialogue
        self._came: _Coming = (_OverUdp if case.transport == UDP else _OverTcp)(to)
        self._script = Script(self._came.ends, self._came.gathered, dialogue.role)
        self.replies: list[PeerReply] = []
        """Those to the requests of all rounds, to be filled by whoever asks for them."""
        self.made_all = False
        """Whether the last round was made."""
        self._rounds = self._all_rounds()

    @property
    def may_be_followed(self) -> bool:
        """Whether the last round was made, and the beginning of the next dialogue may travel with it.

        That closes connections, which this one's peer_close has to do by itself.
        """
        return self.made_all and self._came.closed_along

    def next_round(self) -> Round:
        """The round behind those that were made; there is one until `made_all`. Raises NotAtOnceError."""
        try:
            return next(self._rounds)
        except EndError as error:
            raise NotAtOnceError from error

    def _all_rounds(self) -> Iterator[Round]:
        yield from self._script.rounds(self._dialogue)
        self.made_all = self._came.closed_along
        yield self._script.rest(close=self._came.closed_along)
        if not self._came.closed_along:
            self.made_all = True
            self._script.checks.append((Found.done, None))
            yield _CLOSE

    def look(self, *, closed: bool) -> None:
        """Take in what has come, once the replies of a round have; closed: of the last one. Raises NotAtOnceError."""
        self._came.look(closed=closed)

    def verdict(self) -> Verdict:
        """That it passed, once all replies are there. Raises NotAtOnceError."""
        found = Found(self.replies, self._came, key_of(self._dialogue.config))
        try:
            for check, wanted in self._script.checks:
                check(found, wanted)
            self._came.end()
        except EndError as error:
            raise NotAtOnceError from error
        return PASSED_UNNAMED if found.unnamed else PASSED

    def close(self) -> None:
        """Close every socket. May be called twice. No round is made after it."""
        self._came.ends.close()
        self._rounds = iter(())  # which refers back to this: nothing of it is to wait for the garbage collector


class _Coming(Came, Protocol):
    """The other ends of an attempt, and all that comes to them."""

    closed_along: bool
    """Whether the peer is closed along with the last steps, as nothing is to be looked at before."""

    @property
    def ends(self) -> GatheredEnds:
        """The other ends, which only gather what they are to send."""

    def gathered(self) -> Outgoing:
        """All that they are to send, and have not."""

    def look(self, *, closed: bool) -> None:
        """Take in what has come. closed: the peer was closed. Raises NotAtOnceError."""

    def end(self) -> None:
        """Everything is over as it should be. Raises NotAtOnceError or EndError."""


class _OverUdp:
    """Datagrams that came to other ends. Peers are closed in the message with the last steps."""

    closed_along = True

    def __init__(self, to: Address) -> None:
        self._waiting: list[Callable[[], None]] = []
        self.ends = UdpEnds(to, partial(GatheringWire, waiting=self._waiting), Transcript())
        self._out: dict[str, list[bytes]] = {}
        self._letters: Mapping[str, str] = {}

    def gathered(self) -> Outgoing:
        """Datagrams, each of which goes by itself."""
        waiting = tuple(self._waiting)
        self._waiting.clear()
        return waiting

    def look(self, *, closed: bool) -> None:
        """Take what has come, before more than finds room comes."""
        self.ends.look()

    def let_out(self, answer: Answer, sent: Mapping[str, int]) -> None:
        """As many as were sent in the course of an op."""
        for name, count in sent.items():
            letter = self.letters().get(name)
            came = [] if letter is None else self.ends.unclaimed(letter)
            if letter is None or count > len(came):
                raise NotAtOnceError
            self._out.setdefault(letter, []).extend(came[:count])
            del came[:count]

    def to(self, letter: str) -> list[bytes]:
        """Those that are there, and that nobody has claimed."""
        return self._out.setdefault(letter, [])

    def letters(self) -> Mapping[str, str]:
        """The letter of the end that each link leads to. All ends are open when somebody asks."""
        if not self._letters:
            self._letters = self.ends.letters()
        return self._letters

    def end(self) -> None:
        """Nothing came that no reply has told of."""
        if any(map(self.ends.unclaimed, self.letters().values())):
            raise NotAtOnceError


def _gathering(to_all: list[GatheringPeer], to: Address, letter: str, listening: bool) -> GatheringPeer:
    connection = GatheringPeer(to, listening=listening)
    to_all.append(connection)
    return connection


class _OverTcp:
    """Frames that came over connections. Whether the testee ended one is looked at before its peers are closed."""

    closed_along = False

    def __init__(self, to: Address) -> None:
        self._connections: list[GatheringPeer] = []
        self.ends = TcpEnds(to, Transcript(), partial(_gathering, self._connections))

    def gathered(self) -> Outgoing:
        """Connections that are made, and bytes."""
        return [do for do in (connection.gathered() for connection in self._connections) if do is not None]

    def look(self, *, closed: bool) -> None:
        """Take in what has come. All connections are there until the peers are closed, and then none is."""
        for connection in self._connections:
            connection.keep(to_the_end=closed)
            if connection.open and connection.kept_all != closed:
                raise NotAtOnceError

    def let_out(self, answer: Answer, sent: Mapping[str, int]) -> None:
        """Those that the reply tells of. What comes of an end that nobody expects has its time step by step."""
        if isinstance(answer, Ok):
            if "sent" in answer.value:
                self.ends.heed(answer.value)
            events = answer.value.get("events", ())
            if any(isinstance(event, dict) and event.get("event") == _CLOSED for event in events):
                raise NotAtOnceError
        self.ends.look()

    def to(self, letter: str) -> list[bytes]:
        """Those that are there, and that nobody has claimed."""
        return self.ends.unclaimed(letter)

    def letters(self) -> Mapping[str, str]:
        """The letter of the end that each link leads to."""
        return self.ends.letters()

    def end(self) -> None:
        """Nothing came that no reply has told of."""
        self.ends.check_over()
