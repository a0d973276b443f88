"""Tests chosen by --case: by the ids of run.json, and by what failures call probes and laws."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import pytest

from .identity import id_of
from .state import Judged
from .testee_ids import aliases

NEAREST = 3
"""So many ids are offered in place of one that does not exist."""


def names_of(case_id: str) -> tuple[str, ...]:
    """Everything that --case may call it, its id first."""
    return case_id, *aliases(case_id)


def check_names(wanted: Iterable[str], run: Judged) -> None:
    """Refuse what --case names and this run does not have: it must not end green without it. Raises UsageError."""
    running = {name for case_id in run.running for name in names_of(case_id)}
    others = {name for case_id in run.existing for name in names_of(case_id)} - running
    for name in wanted:
        if name in others:
            raise pytest.UsageError(
                f"--case={name}: it is not judged here; its profile is not claimed or chosen, or it needs --real-time, "
                "or a testee that the suite starts itself"
            )
        if name not in running:
            raise pytest.UsageError(f"--case={name}: there is no such id{_nearest(name, sorted(running | others))}")


def _nearest(name: str, known: list[str]) -> str:
    """Ids that end like it come first: the last part of an id is what people remember."""
    ending = [one for one in known if one.endswith(f"/{name}")]
    near = [*ending, *difflib.get_close_matches(name, known, NEAREST)][:NEAREST]
    return f"; the nearest are {', '.join(near)}" if near else "; run.json has the ids of a whole run"


class Chosen:
    """Runs the tests that --case names, and no others. A plugin of each process that collects."""

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = frozenset(wanted)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out the rest."""
        kept = [item for item in items if self._wanted.intersection(names_of(id_of(item)))]
        rest = {id(item) for item in items} - {id(item) for item in kept}
        if rest:
            config.hook.pytest_deselected(items=[item for item in items if id(item) in rest])
        items[:] = kept
