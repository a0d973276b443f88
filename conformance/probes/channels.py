"""The op peer_signal, and peers on what it brings about: TST-33 and TST-31 of specs/testee.md, for channels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from adapters.driver import RequestError

from ..model.peer_requests import CONFIG
from ..model.transports import WEBRTC
from ..model.verdict import PASSED, Verdict
from ..wire.build import build, sync
from .basics import expect_kind, wrong
from .connections import refused_in_time
from .peers import NotPerformedError, Talk, probe_of_peers, same

if TYPE_CHECKING:
    from adapters.driver.transport.webrtc_wire import WebrtcChannel, WebrtcPeer

_UNUSABLE = ({"offer": "v=0"}, {"offer": "no description"}, {"answer": "v=0"})
_TEXT = "no frame"
_SERVER = "the-server"


def _signal(talk: Talk, given: Mapping[str, str]) -> Mapping[str, Any]:
    return talk.need(talk.ask("peer_signal", **given))


def _associate(talk: Talk, *, testee_offers: bool = False) -> WebrtcPeer:
    """An association with the testee."""
    try:
        from adapters.driver.transport.webrtc_wire import WebrtcPeer  # noqa: PLC0415 - an extra, which takes a while
    except ImportError as error:
        raise NotPerformedError(PASSED) from error  # every case over WebRTC says so
    try:
        made = WebrtcPeer(partial(_signal, talk), testee_offers=testee_offers)
    except OSError as error:
        raise NotPerformedError(wrong("an association (TST-33)", error)) from error
    talk.stack.callback(made.close)
    return made


def _greet(talk: Talk, association: WebrtcPeer) -> tuple[WebrtcChannel, list[str]]:
    """A channel of a client, and the events that follow from its ping."""
    channel = association.open_channel()
    if not channel.await_open():
        raise NotPerformedError(wrong("a channel that is taken (RTC-2)", "none"))
    channel.send(build(sync(1, 0, {"method": "ping", "ts": 0})))
    return channel, _told(talk, channel)


def _told(talk: Talk, channel: WebrtcChannel, **more: Any) -> list[str]:
    """peer_poll after all that was sent: the names of the events."""
    arrived = {"link": f"{WEBRTC}-{channel.id}", "bytes": channel.sent, **more}
    answer = talk.ask("peer_poll", arrived=arrived)
    if isinstance(answer, RequestError):
        raise NotPerformedError(wrong("ok, as what is announced is sent (TST-31)", answer))
    return [event["event"] for event in talk.need(answer)["events"]]


@probe_of_peers
def signalling(talk: Talk) -> Verdict:
    """TST-33: either end offers, an association outlives its peers, and a further one takes its place."""
    told: list[object] = []
    for testee_offers in (False, True):
        association = _associate(talk, testee_offers=testee_offers)
        for _ in range(2):
            talk.serve()
            channel, events = _greet(talk, association)
            told.append(events)
            talk.need(talk.ask("peer_close"))
            told.append(channel.await_end())
    return same([["established"], True] * 4, told)


@probe_of_peers
def unusable_descriptions(talk: Talk) -> Verdict:
    """TST-33: what is no description is an error, and the next offer is answered."""
    if WEBRTC not in talk.testee.hello.transports:
        return PASSED
    for given in _UNUSABLE:
        verdict = expect_kind(talk.ask("peer_signal", **given), RequestError, f"error, for {given}")
        if not verdict.passed:
            return verdict
    talk.serve()
    return same(["established"], _greet(talk, _associate(talk))[1])


@probe_of_peers
def messages_counted(talk: Talk) -> Verdict:
    """TST-31: bytes are those of messages, text and binary; an empty one is one; and an end is taken."""
    talk.serve()
    channel, told = _greet(talk, _associate(talk))
    for message in (_TEXT, b""):
        channel.send(message)
        told += _told(talk, channel)
    channel.close()
    told += _told(talk, channel, ended=True)
    return same(["established", "dropped", "dropped", "lost", "closed"], told)


@probe_of_peers
def never_acknowledged(talk: Talk) -> Verdict:
    """TST-17, RTC-9: an end that reads nothing holds up no op, costs bounded memory, and frames for it are refused."""
    talk.serve()
    association = _associate(talk)
    channel, told = _greet(talk, association)
    if told != ["established"]:
        return same(["established"], told)
    association.fall_silent()
    return refused_in_time(talk, f"{WEBRTC}-{channel.id}", "RTC-9")[1]


@probe_of_peers
def no_association(talk: Talk) -> Verdict:
    """RTC-11: a client whose association is over tells once that its channel could not be made."""
    _associate(talk).close()
    to = {"link": _SERVER, "transport": WEBRTC, "stream_id": 1}
    talk.need(talk.ask("peer_open", role="client", config=CONFIG, **to))
    answer = talk.ask("peer_poll", arrived={"link": _SERVER, "bytes": 0, "ended": True})
    if isinstance(answer, RequestError):
        return wrong("ok, as there is nothing to take (TST-28)", answer)
    told: list[object] = [(event["event"], event.get("code")) for event in talk.need(answer)["events"]]
    told += talk.need(talk.ask("peer_poll"))["events"]
    return same([("closed", "CONNECTION_RESET")], told)
