"""A dialogue played with its requests in few messages, as long as everything holds.

That is the usual case, and takes a fraction of the time. In any other the dialogue is played step by step, and what is
found then counts: there is one way only in which faults are found and told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.driver import (
    Address,
    Answer,
    GatheringPeer,
    Ok,
    PeerReply,
    PeerRequest,
    Testee,
    WirePeer,
    attempt_peer_batch,
    takes_peer_batches,
)

from ..model.cases import Case
from ..model.verdict import PASSED, PASSED_UNNAMED, Verdict
from .clock import Ask
from .connections import TcpEnds
from .endpoints import UdpEnds
from .ends import TCP, UDP, EndError
from .found import Found, NotAtOnceError, key_of
from .script import PLAYABLE, Script
from .steps import Dialogue, Events
from .transcript import Transcript

_CLOSED = "closed"


def can_be_played_at_once(testee: Testee, transport: str, dialogue: Dialogue) -> bool:
    """Whether to try. A connection that ends takes along what is sent ahead, so that each of its steps has its time."""
    if transport not in (UDP, TCP) or not takes_peer_batches(testee):
        return False
    if not PLAYABLE.issuperset(map(type, dialogue.steps)):
        return False
    told = (event for step in dialogue.steps if type(step) is Events for event in step.events)
    return transport == UDP or all(event["event"] != _CLOSED for event in told)


def play_at_once(testee: Testee, ask: Ask, case: Case, dialogue: Dialogue, to: Address) -> Verdict | None:
    """That it passed; None if it is to be played step by step. to: the testee's wire."""

    def exchange(requests: Sequence[PeerRequest]) -> Sequence[PeerReply]:
        came.send_out()
        replies = attempt_peer_batch(testee, requests, case.id, case.profile)
        if replies is None:
            raise NotAtOnceError
        came.look()
        return replies

    came = (_OverUdp if case.transport == UDP else _OverTcp)(to)
    script = Script(came.ends, exchange, dialogue.role)
    try:
        script.begin(dialogue)
        script.play(dialogue)
        came.before_the_end(script)
        script.flush()
        found = Found(script.replies, came, key_of(dialogue.config))
        for check, wanted in script.checks:
            check(found, wanted)
        came.end(ask)
    except (NotAtOnceError, EndError):
        return None
    finally:
        came.ends.close()
    return PASSED_UNNAMED if found.unnamed else PASSED


class _OverUdp:
    """Datagrams that came to other ends. Peers are closed in the message with the last steps."""

    def __init__(self, to: Address) -> None:
        self.ends = UdpEnds(to, WirePeer, Transcript())
        self._out: dict[str, list[bytes]] = {}
        self._letters: Mapping[str, str] = {}

    def send_out(self) -> None:
        """Nothing: every datagram goes by itself."""

    def look(self) -> None:
        """Take what has come, before more than finds room comes."""
        self.ends.look()

    def before_the_end(self, script: Script) -> None:
        """Ask for the last op, once all steps are played."""
        script.close()

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

    def end(self, ask: Ask) -> None:
        """Nothing came that no reply has told of."""
        if any(map(self.ends.unclaimed, self.letters().values())):
            raise NotAtOnceError


class _OverTcp:
    """Frames that came over connections. Whether the testee ended one is looked at before its peers are closed."""

    def __init__(self, to: Address) -> None:
        self._connections: list[GatheringPeer] = []
        self.ends = TcpEnds(to, Transcript(), self._open)

    def _open(self, to: Address, letter: str, listening: bool) -> GatheringPeer:
        connection = GatheringPeer(to, listening=listening)
        self._connections.append(connection)
        return connection

    def send_out(self) -> None:
        """Send what is taken with the next replies."""
        for connection in self._connections:
            connection.send_out()

    def look(self) -> None:
        """Nothing yet: bytes are read as far as each reply tells of them."""

    def before_the_end(self, script: Script) -> None:
        """Nothing."""

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

    def end(self, ask: Ask) -> None:
        """All connections are there until the peers are closed, and then none is."""
        self.ends.check_open()
        if not isinstance(ask("peer_close", {}), Ok):
            raise NotAtOnceError
        self.ends.check_over()
