"""The other ends over QUIC: their connections, what is under way on one carriage of them, and the frames that came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from resonant.console import counted

from adapters.driver import Address

from ..wire.lengths import with_length
from .carriages import DATAGRAMS, MAIN_ID, PAGE, Carriages, Number
from .ends import CHOSEN, MAX_BYTES, QUIC, EndError, told_counts
from .quic_end import INTERNAL_ERROR, End, OpenQuic, certificate, open_quic
from .steps import DATAGRAM, FIRST, MAIN, Close, ExpectEnd
from .transcript import Transcript

if TYPE_CHECKING:
    from adapters.driver.transport.quic_wire import QuicPeer

_CLAUSES = {"fin": "QUI-12", "none": "QUI-12", "reset": "QUI-10", "stop": "QUI-7, QUI-8"}


class QuicEnds:
    """`Ends` over QUIC. The testee is made to take what is under way on a carriage before anything goes on another."""

    def __init__(self, to: Address, transcript: Transcript, opens: OpenQuic = open_quic) -> None:
        """to: the testee's wire."""
        self._to, self._transcript, self._open = to, transcript, opens
        self._ends: dict[str, End] = {}
        self._datagrams: int | None = None
        self._under_way: dict[str, Any] = {}
        """The members of `arrived` but for bytes, and for those that carry some `on`, or None for datagrams."""
        self._letter = ""
        self._bytes = 0

    @property
    def under_way(self) -> bool:
        """Whether something was sent that the testee has not been made to take yet."""
        return bool(self._letter)

    def begin(self, role: str, letters: Iterable[str], datagrams: int | None = None) -> Mapping[str, Any]:
        """For a client, listen; connections to a server are made once its peers are open."""
        self._datagrams = datagrams
        made = certificate()
        if role != "client":
            return {"tls": {"certificate": made.certificate, "key": made.key}}
        peer = self._open(self._to, FIRST, True, datagrams)
        self._ends[FIRST] = self._end_of(FIRST, peer, CHOSEN)
        return {"link": CHOSEN, "transport": QUIC, "remote": peer.port, "tls": {"trust": made.certificate}}

    def join(self, letter: str) -> None:
        """Take the connection of a client, or make one to a server, which it has to accept before anything else."""
        if letter not in self._ends:
            self._connect(letter)
        elif not self._ends[letter].peer.accept():
            raise EndError("made no connection to the port that peer_open names", "no connection", PAGE)
        self._ends[letter].check_made(letter)

    def has_room(self, letter: str, data: bytes, on: str = MAIN) -> bool:
        """Whether one more frame may be under way: on one carriage at a time, and not too much."""
        if not self._letter:
            return True
        same = letter == self._letter and self._under_way == {"on": self._number(letter, on)}
        return same and self._bytes + len(data) <= MAX_BYTES

    def send(self, letter: str, frame: bytes, on: str = MAIN) -> None:
        """Send a frame, behind its length or as a datagram."""
        self.write(letter, frame if on == DATAGRAM else with_length(frame), on)

    def write(self, letter: str, data: bytes, on: str = MAIN) -> None:
        """Send bytes as they are."""
        end, number = self._end(letter), self._number(letter, on)
        if number is DATAGRAMS and not end.over and len(data) > end.peer.takes_datagrams:
            raise EndError(
                "takes no datagram of this size (QUI-3)", counted(end.peer.takes_datagrams, "byte", ","), PAGE
            )
        with _streams_there(letter):
            end.peer.send(number, data)
        self._take_up(letter, {"on": number})
        self._bytes += len(data)

    def text(self, letter: str, text: str) -> None:
        """Not over QUIC: `load` sees to that."""
        raise AssertionError("channels of WebRTC alone have text messages")

    def finish(self, step: Close) -> None:
        """End the connection, or a carriage of it."""
        end = self._end(step.link)
        if step.how in ("clean", "reset") and not step.on:
            end.check_named(step.link)
            end.peer.end(step.code if step.how == "clean" else INTERNAL_ERROR, by_application=step.how == "clean")
            self._take_up(step.link, {"on": DATAGRAMS, "ended": True})
        elif step.how == "stop":
            self._stop(step, end)
        else:
            number = self._number(step.link, step.on or MAIN)
            assert number is not None
            with _streams_there(step.link):
                if step.how == "half":
                    end.peer.send(number, b"", end=True)
                else:
                    end.peer.reset(number, step.code)
            self._take_up(step.link, {"on": number, "ended": True})

    def _stop(self, step: Close, end: End) -> None:
        if step.of is None:  # the connection ends with that
            number = self._number(step.link, step.on)
            self._take_up(step.link, {"on": DATAGRAMS, "ended": True})
        else:
            number = end.carriages.uni_of(step.of)
            self._take_up(step.link, {"on": number, "ended": True})
        if number is None:
            raise EndError(f"has sent nothing of stream_id {step.of} on a uni (QUI-4)", "no uni", PAGE)
        with _streams_there(step.link):
            end.peer.stop(number, step.code)

    def _take_up(self, letter: str, what: dict[str, Any]) -> None:
        self._letter, self._under_way = letter, what

    def arrived(self) -> Mapping[str, Any]:
        """The members of an op that make the testee take what is under way (TST-28, TST-31)."""
        if not self._letter:
            return {}
        end, number = self._ends[self._letter], self._under_way.get("on")
        members = {name: value for name, value in self._under_way.items() if value is not None}
        return {"arrived": {"link": end.name, "bytes": end.peer.sent.get(number, 0)} | members}

    def handled(self) -> None:
        """Everything that was under way has been taken."""
        self._letter, self._bytes, self._under_way = "", 0, {}

    def heed(self, reply: Mapping[str, Any]) -> None:
        """Take note of how much the testee has sent, and how many streams it has ended (TST-30, TST-32)."""
        letters = self.letters()
        for letter, count in told_counts(reply, "sent", "TST-30", letters):
            self._ends[letter].told = count
        for letter, count in told_counts(reply, "ends", "TST-32", letters):
            self._ends[letter].ended = count

    def look(self) -> None:
        """Take what the testee has sent, all that it has told of."""
        for letter, end in self._ends.items():
            end.peer.wait(end.has_come)
            self._keep(letter, end)
            end.check_all_came(letter)
            if not end.is_over():
                end.carriages.check_whole()

    def _keep(self, letter: str, end: End) -> None:
        for number, data in end.peer.take_pieces():
            for frame in end.carriages.take(number, data, self._transcript.key):
                self._transcript.came(letter, frame)

    def check_end(self, step: ExpectEnd) -> None:
        """The testee has ended a carriage in this way, or has not (QUI-7, QUI-8, QUI-10, QUI-12)."""
        end = self._end(step.link)
        number = self._number(step.link, step.on) if step.of is None else end.carriages.uni_of(step.of)
        what = step.on or f"the uni of stream_id {step.of}"
        if number is None:
            raise EndError(f"has sent nothing of stream_id {step.of} on a uni (QUI-4)", "no uni", PAGE)
        got = end.peer.how_ended(number, of_testee=step.of is not None)
        wanted = (step.how, step.code if step.how in ("reset", "stop") else 0)
        if got != wanted:
            text = f"has ended {what} otherwise ({_CLAUSES[step.how]})"
            raise EndError(f"{text}: {_told(*wanted)} was due", _told(*got), PAGE)
        end.expected.add(number)

    def takes(self, step: Mapping[str, Any], letter: str) -> bool:
        """Whether the testee reads the carriage of that name still, or sends on its uni, where a step names one."""
        end = self._end(letter)
        if "of" in step:
            number = end.carriages.uni_of(step["of"])
            return number is not None and not end.peer.is_over(number)
        return end.reads(str(step.get("on", MAIN)))

    def unnamed_ends(self, letter: str) -> Sequence[Mapping[str, Any]]:
        """Of each carriage once: its latest end is the one that counts."""
        return self._end(letter).unnamed_ends()

    def closed(self, letter: str, code: str | None) -> None:
        """Await the end of the connection, which is there or on its way, and compare its number (QUI-15)."""
        end = self._end(letter)
        end.over = True
        if not end.peer.wait(end.is_over):
            raise EndError(f"told `closed` and did not end the connection with {letter}", "a connection", PAGE)
        self._keep(letter, end)
        end.check_number(letter, code)

    def unclaimed(self, letter: str) -> Sequence[bytes]:
        """The frames that came to this end and are unclaimed."""
        return [frame for _, frame in self._end(letter).carriages.came]

    def firsts(self, letter: str) -> Sequence[bytes]:
        """The first ones of each carriage."""
        return self._end(letter).carriages.firsts()

    def claim(self, letter: str, frame: bytes) -> None:
        """Take one of them away."""
        self._end(letter).carriages.claim(frame)

    def name(self, letter: str) -> str:
        """The link by which the testee knows this end."""
        return self._end(letter).name

    def letters(self) -> Mapping[str, str]:
        """The letter of the end that each link leads to."""
        return {end.name: letter for letter, end in self._ends.items()}

    def check_open(self) -> None:
        """No connection has ended without a word of it, and no stream was reset or stopped that no step names."""
        for letter, end in self._ends.items():
            if end.is_over() and not end.over:
                raise EndError(f"ended the connection with {letter} and told no `closed` (TCP-15)", "its end", PAGE)
            end.check_named(letter)

    def check_over(self) -> None:
        """Every connection has ended with the peers (TST-19), and no byte came that was not told (TST-30)."""
        for letter, end in self._ends.items():
            if not end.peer.wait(end.is_over):
                text = f"closed its peers and not the connection with {letter} (TST-19)"
                raise EndError(text, "a connection", PAGE)
            self._keep(letter, end)
            if end.peer.received > end.told:
                text = f"told of {counted(end.told, 'byte')} to {letter}, and sent more (TST-30)"
                raise EndError(text, counted(end.peer.received, "byte"), PAGE)

    def close(self) -> None:
        """Close every socket. May be called twice."""
        for end in self._ends.values():
            end.peer.close()

    def _connect(self, letter: str) -> None:
        try:
            peer = self._open(self._to, letter, False, self._datagrams)
        except OSError as error:
            text = f"took no connection on its wire of quic: {error} (QUI-1, QUI-13)"
            raise EndError(text, "no connection", PAGE) from error
        end = self._ends[letter] = self._end_of(letter, peer, f"{QUIC}-{peer.port}")
        end.own[MAIN] = peer.open_stream(both_ways=True)
        self._take_up(letter, {"on": DATAGRAMS})

    @staticmethod
    def _end_of(letter: str, peer: QuicPeer, name: str) -> End:
        return End(peer, name, Carriages(letter, peer.is_over))

    def _end(self, letter: str) -> End:
        if letter not in self._ends:
            self._connect(letter)
        return self._ends[letter]

    def _number(self, letter: str, on: str) -> Number:
        """The QUIC stream of that name, which is opened if it is new."""
        if on == DATAGRAM:
            return DATAGRAMS
        own = self._end(letter).own
        if on == MAIN:
            return own.setdefault(MAIN, MAIN_ID)
        if on not in own:
            own[on] = self._end(letter).peer.open_stream(both_ways=on.startswith("bi-"))
        return own[on]


@contextmanager
def _streams_there(letter: str) -> Iterator[None]:
    """Sees to it that a stream which is the testee's to open is there."""
    try:
        yield
    except OSError as error:
        raise EndError(f"has not opened main to {letter}, as the first ping does (QUI-5)", str(error), PAGE) from error


def _told(how: str, code: int) -> str:
    words = {"fin": "FIN", "reset": f"a reset with {code}", "stop": f"a stop with {code}", "none": "no end"}
    return words[how]
