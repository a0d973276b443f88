"""For tests of tools."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.tests.forks.testees import forked_testees


@pytest.fixture(scope="module")
def forks() -> Iterator[None]:
    """Testees as forks of this process, where the subject is what is asked of them."""
    with pytest.MonkeyPatch.context() as patch:
        forked_testees(patch)
        yield
