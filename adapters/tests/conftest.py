from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.driver import Testee, WirePeer, load_adapter
from adapters.tests.made_testees import ADAPTERS, left_in
from adapters.tests.peers import Talk


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path) -> Iterator[None]:
    """No test leaves a process behind, nor a thread that waits for one."""
    before = set(threading.enumerate())
    yield
    assert left_in(tmp_path.resolve()) == []
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread.name


@pytest.fixture(scope="module")
def reference() -> Iterator[Testee]:
    with Testee(load_adapter("reference", ADAPTERS)) as testee:
        testee.start()
        yield testee
        assert testee.starts == 1  # nothing above ended it


@pytest.fixture
def talk(reference: Testee) -> Talk:
    """The reference's testee, whose peers are closed, at 0 ms."""
    talk = Talk(reference)
    talk.ask("reset")
    return talk


@pytest.fixture
def ends(talk: Talk) -> Iterator[tuple[WirePeer, WirePeer]]:
    """Two remote addresses."""
    with WirePeer(talk.wire) as one, WirePeer(talk.wire) as other:
        yield one, other


@pytest.fixture
def end(ends: tuple[WirePeer, WirePeer]) -> WirePeer:
    return ends[0]
