"""Associations with testees: one for many conversations, and another where it is wanted or the first one is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from adapters.driver import Answer, Ok, Reject
from adapters.tests.test_webrtc_wire import Answerer
from conformance.dialogue import associations
from conformance.dialogue.associations import NotAnsweredError, association_with, forget
from conformance.dialogue.ends import EndError


class Asked:
    """A testee that answers with aiortc, and changes in its descriptions what `change` changes."""

    def __init__(self, before: str = "", after: str = "") -> None:
        self.starts = 1
        self.signals = 0
        self._other, self._before, self._after = Answerer(), before, after

    def ask(self, op: str, given: Mapping[str, Any]) -> Answer:
        assert op == "peer_signal"
        self.signals += 1
        replied = self._other.signal(given)
        return Ok({name: text.replace(self._before, self._after) for name, text in replied.items()})


@pytest.fixture
def testee() -> Iterator[Asked]:
    made = Asked()
    yield made
    forget(made)


def test_one_serves_conversations_until_it_has_carried_enough(testee: Asked) -> None:
    first = association_with(testee, testee.ask, {})
    assert association_with(testee, testee.ask, {}) is first
    assert testee.signals == 1
    first.channels = associations.MOST_CHANNELS
    second = association_with(testee, testee.ask, {})
    assert second is not first
    assert (first.open, second.open, testee.signals) == (False, True, 2)


def test_another_is_made_after_a_start_and_where_another_is_wanted(testee: Asked) -> None:
    first = association_with(testee, testee.ask, {})
    testee.starts += 1
    second = association_with(testee, testee.ask, {})
    third = association_with(testee, testee.ask, {"max_message_size": 1_000})
    assert len({id(first), id(second), id(third)}) == 3
    assert association_with(testee, testee.ask, {"max_message_size": 1_000}) is third


def test_one_that_is_forgotten_is_closed_and_not_used_again(testee: Asked) -> None:
    first = association_with(testee, testee.ask, {})
    forget(testee)
    forget(testee)
    assert not first.open
    assert association_with(testee, testee.ask, {}) is not first


@pytest.mark.parametrize(
    ("after", "said"),
    [("a=max-message-size:65535\r\n", "a max-message-size of 65535"), ("", "no max-message-size")],
)
def test_a_testee_that_announces_too_little_is_told(after: str, said: str) -> None:
    testee = Asked("a=max-message-size:262144\r\n", after)
    with pytest.raises(EndError, match="RTC-7") as caught:
        association_with(testee, testee.ask, {})
    assert caught.value.got == said


def test_an_announced_0_is_no_limit() -> None:
    testee = Asked("message-size:262144", "message-size:0")
    assert association_with(testee, testee.ask, {}).open
    forget(testee)


def test_a_testee_that_refuses_is_quoted(testee: Asked) -> None:
    with pytest.raises(NotAnsweredError) as caught:
        association_with(testee, lambda *_: Reject("NO"), {})
    assert caught.value.answer == Reject("NO")
