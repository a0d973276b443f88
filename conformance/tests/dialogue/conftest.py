"""For tests of dialogues."""

from __future__ import annotations

import pytest

from adapters.driver import Channel
from adapters.driver.transport.channel import Begun
from conformance.tests.forks.testees import forked_testees


@pytest.fixture(autouse=True)
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Testees as forks of this process: the subject is what is asked of them."""
    forked_testees(monkeypatch)


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The messages to testees, as they are sent."""
    sent: list[bytes] = []
    right = Channel.begin

    def begin(self: Channel, message: bytes) -> Begun:
        sent.append(message)
        return right(self, message)

    monkeypatch.setattr(Channel, "begin", begin)
    return sent
