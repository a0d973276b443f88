"""Testees whose op peer_signal, or whose messages on channels, are wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

from ...model.transports import WEBRTC
from ..engine.patches import Change, wrapped
from ..engine.testee import SCRIPTS
from .wrong import WrongTestee, breaking

Method = Callable[..., Any]
WIRE = "webrtc_wire.WebrtcWire"


def _on_channels(probes: str, name: str, about: str, change: Change) -> WrongTestee:
    return breaking(probes, name, about, change, WEBRTC)


def _never_offers(right: Method) -> Method:
    def signal(self: Any, offer: str | None = None, answer: str | None = None) -> Any:
        return {} if offer is None and answer is None else right(self, offer, answer)

    return signal


def _association_closed(right: Method) -> Method:
    def close(self: Any) -> None:
        right(self)
        if self._association is not None:
            self._run(self._association.close())

    return close


def _any_description(right: Method) -> Method:
    def signal(self: Any, **given: str) -> Any:
        try:
            return right(self, **given)
        except SCRIPTS["webrtc_wire"].SignalError:
            return {}

    return signal


def _empty_uncounted(right: Method) -> Method:
    def arrivals(self: Any, arrived: Any, deadline: float) -> Iterator[Any]:
        for what in right(self, arrived, deadline):
            if what == b"":
                self.channels[arrived.link].taken -= 1
            yield what

    return arrivals


def _always_made(right: Method) -> Method:
    def connect(self: Any, link: str) -> bool:
        right(self, link)
        self.unmade.add(link)
        return True

    return connect


def _waits_uncounted(right: Method) -> Method:
    def write(self: Any, link: str, frame: bytes) -> None:
        right(self, link, frame)
        if link in self.channels:
            self.channels[link].written += len(frame)

    return write


WRONG: tuple[WrongTestee, ...] = (
    _on_channels("signalling", "never-offers", "Makes no offer of its own.", wrapped(f"{WIRE}.signal", _never_offers)),
    _on_channels(
        "signalling",
        "association-ends-with-peers",
        "Ends the association with its peers.",
        wrapped(f"{WIRE}.close", _association_closed),
    ),
    _on_channels(
        "unusable-descriptions",
        "any-description",
        "Takes what is no description.",
        wrapped(f"{WIRE}.signal", _any_description),
    ),
    _on_channels(
        "messages-counted",
        "empty-messages-uncounted",
        "Counts an empty message for no byte.",
        wrapped(f"{WIRE}.arrivals", _empty_uncounted),
    ),
    _on_channels(
        "no-association",
        "no-channel-is-silence",
        "Says nothing of a channel that cannot be made.",
        wrapped(f"{WIRE}.connect", _always_made),
    ),
    _on_channels(
        "never-acknowledged",
        "keeps-all-of-a-channel",
        "Keeps any number of frames for an end that reads nothing.",
        wrapped(f"{WIRE}.write", _waits_uncounted),
    ),
)
if find_spec("aiortc") is None:
    WRONG = ()
