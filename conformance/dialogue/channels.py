"""The other ends over WebRTC: their channels on the one association with a testee, and the frames that came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from resonant.console import counted

from .ends import CHOSEN, MAX_BYTES, WEBRTC, EndError, told_counts
from .one_way import InOrder
from .steps import FIRST, MAIN, Close, ExpectEnd, Raw
from .transcript import Transcript

if TYPE_CHECKING:
    from adapters.driver.transport.webrtc_wire import WebrtcChannel, WebrtcPeer

PROTOCOL = "resonant/1"
"""RTC-1."""
_PAGE = "specs/webrtc.md"


@dataclass(slots=True)
class _End:
    """One other end. told: how many bytes the testee says it has sent to it. over: whether its end was told."""

    channel: WebrtcChannel
    name: str
    came: list[bytes] = field(default_factory=list)
    told: int = 0
    over: bool = False


class WebrtcEnds(InOrder[_End]):
    """`Ends` over WebRTC. The testee takes what is under way on one channel before anything goes on another."""

    def __init__(self, association: WebrtcPeer, transcript: Transcript, channels: Mapping[str, Raw]) -> None:
        """channels: properties of the channels of these letters, by the names of `ChannelOptions`."""
        self._association, self._transcript, self._channels = association, transcript, channels
        super().__init__()
        self._letter = ""
        self._bytes = 0
        self._ending = self._is_client = False
        self._told_first = 0

    @property
    def under_way(self) -> bool:
        """Whether something was sent that the testee has not been made to take yet."""
        return bool(self._letter)

    def begin(self, role: str, letters: Iterable[str], datagrams: int | None = None) -> Mapping[str, Any]:
        """Nothing to make ready: the association is there, and channels are opened once the peers are."""
        self._is_client = role == "client"
        return {"link": CHOSEN, "transport": WEBRTC} if self._is_client else {}

    def join(self, letter: str) -> None:
        """Take the channel of a client, or open one to a server, which it has to take before anything else."""
        if letter not in self._ends:
            (self._accept if self._is_client else self._open)(letter)

    def has_room(self, letter: str, data: bytes, on: str = MAIN) -> bool:
        """Whether one more message may be under way: on one channel at a time, and not too much."""
        return not self._letter or (letter == self._letter and self._bytes + len(data) <= MAX_BYTES)

    def send(self, letter: str, frame: bytes, on: str = MAIN) -> None:
        """Send a binary message."""
        self._say(letter, frame)

    def text(self, letter: str, text: str) -> None:
        """Send a text message."""
        self._say(letter, text)

    def write(self, letter: str, data: bytes, on: str = MAIN) -> None:
        """Not on channels: `load` sees to that."""
        raise AssertionError("a channel carries messages")

    def finish(self, step: Close) -> None:
        """Close the channel, or end the association below it."""
        if step.how == "reset":
            self._association.close()
        else:
            self._end(step.link).channel.close()
        self._letter, self._ending = step.link, True

    def check_end(self, step: ExpectEnd) -> None:
        """The testee has closed the channel, of which it tells nobody (RTC-2)."""
        end = self._end(step.link)
        end.over = True
        if not end.channel.await_end():
            raise EndError(
                f"keeps the channel of {step.link}, which is not of this protocol (RTC-2)", "a channel", _PAGE
            )

    def arrived(self) -> Mapping[str, Any]:
        """The members of an op that make the testee take what is under way (TST-28, TST-31)."""
        if not self._letter:
            return {}
        end = self._ends[self._letter]
        ended = {"ended": True} if self._ending else {}
        return {"arrived": {"link": end.name, "bytes": end.channel.sent} | ended}

    def handled(self) -> None:
        """Everything that was under way has been taken."""
        self._letter, self._bytes, self._ending = "", 0, False

    def heed(self, reply: Mapping[str, Any]) -> None:
        """Take note of how much the testee has sent (TST-30)."""
        first = {CHOSEN: FIRST} if self._is_client else {}  # told by peer_open, before its channel is taken
        for letter, count in told_counts(reply, "sent", "TST-30", self.letters() | first):
            if letter in self._ends:
                self._ends[letter].told = count
            else:
                self._told_first = count

    def look(self) -> None:
        """Take what the testee has sent, all that it has told of."""
        for letter, end in self._ends.items():
            channel = end.channel
            if not channel.await_bytes(end.told):
                got = f"{channel.received} of {counted(end.told, 'byte')}"
                raise EndError(f"says it has sent bytes to {letter} that it has not (TST-30)", got, _PAGE)
            self._keep(letter, end)

    def closed(self, letter: str, code: str | None) -> None:
        """Await the end of the channel, which is there or on its way."""
        end = self._end(letter)
        end.over = True
        if self._association.open and not end.channel.await_end():
            raise EndError(f"told `closed` and did not close the channel of {letter} (RTC-10)", "a channel", _PAGE)
        self._keep(letter, end)

    def check_open(self) -> None:
        """No channel has ended without a word of it."""
        for letter, end in self._ends.items():
            if end.channel.ended and not end.over:
                raise EndError(f"closed the channel of {letter} and told no `closed` (RTC-10)", "its end", _PAGE)

    def check_over(self) -> None:
        """Every channel has ended with the peers (TST-19), and no byte came that was not told (TST-30)."""
        for letter, end in self._ends.items():
            channel = end.channel
            if self._association.open and not channel.await_end():
                raise EndError(f"closed its peers and not the channel of {letter} (TST-19)", "a channel", _PAGE)
            if channel.received > end.told:
                got = counted(channel.received, "byte")
                raise EndError(f"told of {counted(end.told, 'byte')} to {letter}, and sent more (TST-30)", got, _PAGE)

    def close(self) -> None:
        """Close every channel, and leave the association as it is. May be called twice."""
        for end in self._ends.values():
            if not end.channel.ended and self._association.open:
                end.channel.close()

    def _say(self, letter: str, message: bytes | str) -> None:
        self._end(letter).channel.send(message)
        self._letter = letter
        self._bytes += len(message)

    def _accept(self, letter: str) -> None:
        channel = self._association.accept()
        if channel is None:
            raise EndError("opened no channel on the association (RTC-1)", "no channel", _PAGE)
        self._ends[letter] = _End(channel, CHOSEN, told=self._told_first)
        if channel.options.protocol != PROTOCOL:
            raise EndError("opened a channel with another protocol (RTC-1)", repr(channel.options.protocol), _PAGE)

    def _open(self, letter: str) -> None:
        given = self._channels.get(letter, {})
        ours = given.get("protocol", PROTOCOL) == PROTOCOL
        channel = self._association.open_channel(**given)
        end = _End(channel, f"{WEBRTC}-{channel.id}")
        self._ends[letter] = end
        if not channel.await_open() and ours:
            end.over = True
            raise EndError(f"did not take the channel of {letter} (RTC-2)", "no channel", _PAGE)
        end.name = f"{WEBRTC}-{channel.id}"
        self._letter, self._ending = letter, not ours

    def _end(self, letter: str) -> _End:
        if letter not in self._ends:
            self._open(letter)
        return self._ends[letter]

    def _keep(self, letter: str, end: _End) -> None:
        for message in end.channel.take():
            if isinstance(message, str):
                raise EndError(f"sent a text message to {letter} (RTC-4)", repr(message[:80]), _PAGE)
            end.came.append(message)
            self._transcript.came(letter, message)
