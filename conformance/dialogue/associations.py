"""Associations of WebRTC with testees: one for each that runs, as making one takes far longer than a conversation."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.driver import Answer, Ok

from .ends import EndError
from .steps import Raw

if TYPE_CHECKING:
    from adapters.driver.transport.webrtc_wire import WebrtcPeer

MOST_CHANNELS = 200
"""Conversations over one association: numbers of channels are not used again by every library."""
MIN_SIZE = 65_536
"""RTC-7: the least max-message-size of a testee's description, but for 0, which is no limit."""
Ask = Callable[[str, Mapping[str, Any]], Answer]
_PAGE = "specs/webrtc.md"


@dataclass(frozen=True, slots=True)
class _Made:
    """An association, of the process that the testee had been started so many times for."""

    association: WebrtcPeer
    starts: int
    wanted: Raw
    at_the_end: weakref.finalize[..., Any]

    def serves(self, starts: int, wanted: Raw) -> bool:
        """Whether it can carry one more conversation."""
        fresh = self.association.open and self.association.channels < MOST_CHANNELS
        return fresh and self.starts == starts and self.wanted == wanted


class NotAnsweredError(Exception):
    """peer_signal got another answer than ok."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(repr(answer))
        self.answer = answer


_MADE: weakref.WeakKeyDictionary[Any, _Made] = weakref.WeakKeyDictionary()


def association_with(testee: Any, ask: Ask, wanted: Raw) -> WebrtcPeer:
    """The association with a testee, which is made where there is none as wanted.

    wanted: `testee_offers` and `max_message_size` of a dialogue. Raises EndError where none comes about,
    NotAnsweredError, and ImportError without aiortc.
    """
    from adapters.driver.transport.webrtc_wire import WebrtcPeer, announced_size  # noqa: PLC0415 - an extra

    made, starts = _MADE.get(testee), getattr(testee, "starts", 0)
    if made is not None and made.serves(starts, wanted):
        return made.association
    forget(testee)

    def signal(given: Mapping[str, str]) -> Mapping[str, Any]:
        answer = ask("peer_signal", given)
        if not isinstance(answer, Ok):
            raise NotAnsweredError(answer)
        return answer.value

    try:
        association = WebrtcPeer(signal, **wanted)
    except OSError as error:
        raise EndError(f"came to no association (TST-33): {error}", "no association", _PAGE) from error
    size = announced_size(association.description)
    if size is None or 0 < size < MIN_SIZE:
        association.close()
        got = "no max-message-size" if size is None else f"a max-message-size of {size}"
        raise EndError("announced less than the largest frame (RTC-7)", got, _PAGE)
    _MADE[testee] = _Made(association, starts, dict(wanted), weakref.finalize(testee, association.close))
    return association


def forget(testee: Any) -> None:
    """End the association with a testee, if there is one."""
    made = _MADE.pop(testee, None)
    if made is not None:
        made.at_the_end()
