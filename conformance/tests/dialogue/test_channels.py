"""The other ends on channels, with an association that does what a test says: what testees must not do, and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from adapters.driver.transport.webrtc_wire import ChannelOptions, WebrtcPeer
from conformance.dialogue.channels import WebrtcEnds
from conformance.dialogue.ends import CHOSEN, MAX_BYTES, EndError
from conformance.dialogue.steps import Close, ExpectEnd
from conformance.dialogue.transcript import Transcript

A, B = "a", "b"


@dataclass
class Channel:
    """A channel without a network. opens, ends: whether the testee takes it, and closes it where that is awaited."""

    id: int
    options: ChannelOptions = field(default_factory=ChannelOptions)
    opens: bool = True
    ends: bool = True
    sent: int = 0
    received: int = 0
    ended: bool = False
    came: list[bytes | str] = field(default_factory=list)
    went: list[bytes | str] = field(default_factory=list)

    def await_open(self) -> bool:
        return self.opens

    def await_bytes(self, count: int) -> bool:
        return self.ended or self.received >= count

    def await_end(self) -> bool:
        self.ended |= self.ends
        return self.ended

    def send(self, message: bytes | str) -> None:
        self.went.append(message)
        self.sent += len(message)

    def take(self) -> list[bytes | str]:
        taken, self.came = self.came, []
        return taken

    def close(self) -> None:
        self.ended = True

    def come(self, *messages: bytes | str) -> None:
        """Have the testee send these."""
        self.came += messages
        self.received += sum(map(len, messages))


@dataclass
class Association:
    """An association whose channels are made ready: those that the runner opens, and those of the testee."""

    ours: list[Channel] = field(default_factory=list)
    theirs: list[Channel] = field(default_factory=list)
    open: bool = True
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    def open_channel(self, **properties: Any) -> Channel:
        self.asked.append(properties)
        return self.ours.pop(0)

    def accept(self) -> Channel | None:
        return self.theirs.pop(0) if self.theirs else None

    def close(self) -> None:
        self.open = False


def ends_of(
    association: Association, role: str = "server", channels: Mapping[str, Mapping[str, Any]] | None = None
) -> WebrtcEnds:
    """The ends on it, of a testee with this role."""
    ends = WebrtcEnds(cast(WebrtcPeer, association), Transcript(), channels or {})
    ends.begin(role, (A, B))
    return ends


def joined(channel: Channel) -> WebrtcEnds:
    """The ends of a server, one of which has this channel, which the testee has taken."""
    ends = ends_of(Association([channel]))
    ends.join(A)
    ends.handled()
    return ends


def test_a_channel_is_announced_before_anything_goes_on_another() -> None:
    association = Association([Channel(1), Channel(3)])
    ends = ends_of(association)
    ends.join(A)
    assert ends.arrived() == {"arrived": {"link": "webrtc-1", "bytes": 0}}
    assert not ends.has_room(B, b"")
    ends.handled()
    assert ends.arrived() == {}
    ends.join(A)
    ends.send(B, b"four")
    assert ends.arrived() == {"arrived": {"link": "webrtc-3", "bytes": 4}}
    assert ends.letters() == {"webrtc-1": A, "webrtc-3": B}


def test_bytes_are_counted_from_the_first_message_on_and_bounded_between_ops() -> None:
    ends = joined(channel := Channel(1))
    ends.send(A, b"xx")
    ends.handled()
    ends.text(A, "three")
    assert channel.went == [b"xx", "three"]
    assert ends.arrived() == {"arrived": {"link": "webrtc-1", "bytes": 7}}
    assert ends.has_room(A, bytes(MAX_BYTES - 5))
    assert not ends.has_room(A, bytes(MAX_BYTES - 4))


def test_the_first_channel_of_a_client_is_taken_with_what_peer_open_told() -> None:
    channel = Channel(0, received=9)
    association = Association(theirs=[channel])
    ends = WebrtcEnds(cast(WebrtcPeer, association), Transcript(), {})
    assert ends.begin("client", A) == {"link": CHOSEN, "transport": "webrtc"}
    ends.heed({"sent": {CHOSEN: 9}})
    ends.join(A)
    ends.look()
    assert ends.name(A) == CHOSEN
    channel.received += 1
    with pytest.raises(EndError, match=r"told of 9 bytes to a, and sent more \(TST-30\)"):
        ends.check_over()


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ([], r"opened no channel on the association \(RTC-1\)"),
        ([Channel(0, ChannelOptions(protocol="other"))], r"opened a channel with another protocol \(RTC-1\)"),
    ],
)
def test_a_client_without_a_channel_of_this_protocol_is_wrong(theirs: list[Channel], said: str) -> None:
    with pytest.raises(EndError, match=said):
        ends_of(Association(theirs=theirs), "client").join(A)


def test_a_channel_that_is_not_taken_is_wrong_and_one_of_another_protocol_may_be() -> None:
    with pytest.raises(EndError, match=r"did not take the channel of a \(RTC-2\)"):
        ends_of(Association([Channel(1, opens=False)])).join(A)
    association = Association([Channel(1, opens=False)])
    ends = ends_of(association, channels={A: {"protocol": "other", "ordered": False}})
    ends.join(A)
    assert association.asked == [{"protocol": "other", "ordered": False}]
    assert ends.arrived() == {"arrived": {"link": "webrtc-1", "bytes": 0, "ended": True}}


@pytest.mark.parametrize(("closes", "error"), [(True, ""), (False, r"keeps the channel of a, .*\(RTC-2\)")])
def test_a_channel_of_another_protocol_has_to_be_closed(closes: bool, error: str) -> None:
    ends = joined(Channel(1, ends=closes))
    step = ExpectEnd({}, A, "reset")
    if not error:
        ends.check_end(step)
        ends.check_open()
        return
    with pytest.raises(EndError, match=error):
        ends.check_end(step)


def test_frames_are_claimed_in_order_and_noted() -> None:
    ends = joined(channel := Channel(1))
    channel.come(b"one", b"two")
    ends.heed({"sent": {"webrtc-1": 6}})
    ends.look()
    assert (ends.unclaimed(A), ends.firsts(A)) == ([b"one", b"two"], [b"one"])
    ends.claim(A, b"one")
    assert ends.firsts(A) == [b"two"]


@pytest.mark.parametrize(
    ("message", "told", "said"),
    [
        (b"one", 4, r"says it has sent bytes to a that it has not \(TST-30\)"),
        ("one", 3, r"sent a text message to a \(RTC-4\)"),
    ],
)
def test_what_was_told_and_did_not_come_is_wrong_and_so_is_text(message: bytes | str, told: int, said: str) -> None:
    ends = joined(channel := Channel(1))
    channel.come(message)
    ends.heed({"sent": {"webrtc-1": told}})
    with pytest.raises(EndError, match=said):
        ends.look()


def test_an_end_that_nobody_told_of_is_wrong_and_one_that_was_told_has_to_come() -> None:
    ends = joined(channel := Channel(1))
    ends.check_open()
    channel.ended = True
    with pytest.raises(EndError, match=r"closed the channel of a and told no `closed` \(RTC-10\)"):
        ends.check_open()
    ends.closed(A, None)
    ends.check_open()
    ends = joined(Channel(1, ends=False))
    with pytest.raises(EndError, match=r"told `closed` and did not close the channel of a \(RTC-10\)"):
        ends.closed(A, None)


def test_channels_end_with_the_peers_unless_the_association_has() -> None:
    association = Association([Channel(1, ends=False)])
    ends = ends_of(association)
    ends.join(A)
    with pytest.raises(EndError, match=r"closed its peers and not the channel of a \(TST-19\)"):
        ends.check_over()
    ends.finish(Close({}, A, "reset"))
    assert not association.open
    assert ends.arrived()["arrived"] == {"link": "webrtc-1", "bytes": 0, "ended": True}
    ends.closed(A, "CONNECTION_RESET")
    ends.check_over()


def test_channels_that_are_left_are_closed_and_the_association_stays() -> None:
    channels = [Channel(1), Channel(3, ended=True)]
    association = Association([*channels])
    ends = ends_of(association)
    for letter in (A, B):
        ends.join(letter)
        ends.handled()
    ends.close()
    ends.close()
    assert all(one.ended for one in channels)
    assert association.open
