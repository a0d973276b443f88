from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.tests.made_testees import left_in


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path) -> Iterator[None]:
    """No test leaves a process behind, nor a thread that waits for one."""
    before = set(threading.enumerate())
    yield
    assert left_in(tmp_path.resolve()) == []
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread.name
