"""The runner's end of data channels, against an end of aiortc's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from adapters.driver.transport.webrtc_wire import (
    ChannelOptions,
    WebrtcChannel,
    WebrtcLoop,
    WebrtcPeer,
    announced_size,
)

LARGEST = 65_536


class Answerer:
    """The other end: it answers an offer, and keeps the channels that are opened to it."""

    def __init__(self) -> None:
        self.loop = WebrtcLoop.running()
        self.offer = self.answer = ""
        self.channels: list[WebrtcChannel] = []
        self._connection: RTCPeerConnection | None = None

    def signal(self, given: Mapping[str, str]) -> Mapping[str, str]:
        if "answer" in given:
            self.loop.run(self._take(given["answer"]))
            return {}
        self.offer = given.get("offer", "")
        return self.loop.run(self._answer() if self.offer else self._make_offer())

    async def _answer(self) -> Mapping[str, str]:
        connection = self._begin()
        await connection.setRemoteDescription(RTCSessionDescription(self.offer, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return {"answer": connection.localDescription.sdp}

    async def _make_offer(self) -> Mapping[str, str]:
        connection = self._begin()
        connection.createDataChannel("", negotiated=True, id=65_530)
        await connection.setLocalDescription(await connection.createOffer())
        return {"offer": connection.localDescription.sdp}

    async def _take(self, answer: str) -> None:
        assert self._connection is not None
        self.answer = answer
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def _begin(self) -> RTCPeerConnection:
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connection.on("datachannel", self._note)
        return self._connection

    def _note(self, channel: RTCDataChannel) -> None:
        self.channels.append(WebrtcChannel(self.loop, channel))
        self.loop.tell()

    def open(self) -> WebrtcChannel:
        return self.loop.run(self._open())

    async def _open(self) -> WebrtcChannel:
        assert self._connection is not None
        return WebrtcChannel(self.loop, self._connection.createDataChannel("theirs", protocol="resonant/1"))

    def close(self) -> None:
        if self._connection is not None:
            self.loop.run(self._connection.close())


@pytest.fixture
def other() -> Iterator[Answerer]:
    answerer = Answerer()
    yield answerer
    answerer.close()
    WebrtcLoop.stop()


@pytest.fixture
def peer(other: Answerer) -> Iterator[WebrtcPeer]:
    made = WebrtcPeer(other.signal)
    yield made
    made.close()


def conversation(peer: WebrtcPeer, other: Answerer) -> tuple[WebrtcChannel, WebrtcChannel]:
    ours = peer.open_channel()
    assert ours.await_open()
    assert peer.wait(lambda: bool(other.channels))
    return ours, other.channels.pop()


def test_messages_go_both_ways_and_are_counted(peer: WebrtcPeer, other: Answerer) -> None:
    ours, theirs = conversation(peer, other)
    ours.send(bytes(LARGEST))
    assert theirs.wait(lambda: theirs.received == LARGEST)
    theirs.send("text")
    theirs.send(b"")
    assert ours.wait(lambda: ours.received == len("text") + 1)
    assert ours.came == ["text", b""]
    assert (ours.sent, theirs.sent, ours.id) == (LARGEST, 5, theirs.id)


def test_a_channel_ends_at_both_ends_whoever_closes_it(peer: WebrtcPeer, other: Answerer) -> None:
    for number in range(2):
        pair = conversation(peer, other)
        pair[number].close()
        assert pair[1 - number].wait(lambda pair=pair: pair[0].ended and pair[1].ended)  # type: ignore[misc]
    assert peer.channels == 2
    assert peer.open


def test_a_channel_of_the_other_end_is_taken_with_its_properties(peer: WebrtcPeer, other: Answerer) -> None:
    theirs = other.open()
    ours = peer.accept()
    assert ours is not None
    assert ours.options == ChannelOptions("theirs")
    assert theirs.await_open()


def test_properties_of_ours_are_as_asked_for(peer: WebrtcPeer, other: Answerer) -> None:
    wanted = ChannelOptions("any", "other/2", ordered=False, max_retransmits=0)
    assert peer.open_channel(label="any", protocol="other/2", ordered=False, max_retransmits=0).await_open()
    assert peer.wait(lambda: bool(other.channels))
    assert other.channels[0].options == wanted


@pytest.mark.parametrize("size", [None, 0, 65_535])
def test_the_offer_announces_the_size_that_is_asked_for(other: Answerer, size: int | None) -> None:
    peer = WebrtcPeer(other.signal, max_message_size=size)
    assert announced_size(other.offer) == size
    assert announced_size(peer.description)
    assert other.channels == []
    peer.close()
    assert not peer.open


def test_the_other_end_may_offer_as_well(other: Answerer) -> None:
    peer = WebrtcPeer(other.signal, testee_offers=True, max_message_size=70_000)
    ours, theirs = conversation(peer, other)
    theirs.send(b"here")
    assert ours.wait(lambda: ours.came == [b"here"])
    assert announced_size(other.answer) == 70_000
    peer.close()


@pytest.mark.parametrize("given", [{"answer": "v=1\r\nnothing"}, {"answer": ""}, {"offer": "v=0"}, {"answer": 1}])
@pytest.mark.usefixtures("other")
def test_what_is_no_answer_is_an_error(given: Mapping[str, object]) -> None:
    with pytest.raises(OSError, match=r"cannot be used|gave no answer"):
        WebrtcPeer(lambda _given: given)
