"""The builds of testees for sessions: fast ones for long sessions, and quick ones for all others."""

from __future__ import annotations

import pytest

from adapters.driver import load_adapter
from adapters.driver.adapter import known_adapters
from adapters.tests.both_roles import FAST, fast
from adapters.tests.made_testees import ADAPTERS


@pytest.mark.parametrize("name", FAST)
def test_a_fast_build_is_a_release_in_a_folder_of_its_own(name: str) -> None:
    """No other adapter runs that program: a build would replace it while other tests use it."""
    adapter = load_adapter(name, ADAPTERS)
    made = fast(adapter)
    assert made.build == (*adapter.build, "--release", "--target-dir", FAST[name])
    assert made.run == (f"{FAST[name]}/release/resonant-testee",)
    others = [load_adapter(other, ADAPTERS) for other in known_adapters(ADAPTERS)]
    programs = [(one.folder / one.run[0]).resolve() for one in others if one.run]
    assert (made.folder / made.run[0]).resolve() not in programs


def test_an_adapter_without_one_stays_as_it_is() -> None:
    adapter = load_adapter("go-quic", ADAPTERS)
    assert fast(adapter) is adapter
