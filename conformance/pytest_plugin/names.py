"""Tests chosen by --case: by the ids of run.json, and by what failures call probes and laws."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

import pytest

from .. import SUITE
from ..session.judged import Judged
from ..session.testee_ids import TESTEE, aliases
from .identity import id_of

NEAREST = 3
"""So many ids are offered in place of one that does not exist."""


def names_of(case_id: str) -> tuple[str, ...]:
    """Everything that --case may call it, its id first."""
    return (case_id, *aliases(case_id)) if case_id.startswith(TESTEE) else (case_id,)


def check_names(wanted: Iterable[str], run: Judged) -> None:
    """Refuse what --case names and this run does not have: it must not end green without it. Raises UsageError."""
    running = _all_names(run.running)
    unknown = [name for name in wanted if name not in running]
    others = _all_names(run.existing) - running if unknown else set()
    for name in unknown:
        if name in others:
            raise pytest.UsageError(
                f"--case={name}: it is not judged here; its profile is not claimed or chosen, or it needs --real-time, "
                "or a testee that the suite starts itself"
            )
        raise pytest.UsageError(f"--case={name}: there is no such id{_nearest(name, sorted(running | others))}")


def _all_names(ids: Iterable[str]) -> set[str]:
    return {name for case_id in ids for name in names_of(case_id)}


def _nearest(name: str, known: list[str]) -> str:
    """Ids that end like it come first: the last part of an id is what people remember."""
    ending = [one for one in known if one.endswith(f"/{name}")]
    near = [*ending, *difflib.get_close_matches(name, known, NEAREST)][:NEAREST]
    return f"; the nearest are {', '.join(near)}" if near else "; run.json has the ids of a whole run"


class Chosen:
    """Runs the tests that --case names, and no others. A plugin of each process that collects."""

    def __init__(self, wanted: Iterable[str], files: Iterable[str] = ()) -> None:
        """files: the names of those with all that is wanted, if they are known; none of the suite's others is read."""
        self._wanted = frozenset(wanted)
        self._files = frozenset(files)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out files in which nothing is wanted: to import some takes longer than to judge a case."""
        aside = self._files and collection_path.name not in self._files and collection_path.parent == SUITE
        return True if aside else None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out the rest."""
        kept = [item for item in items if self._wanted.intersection(names_of(id_of(item)))]
        rest = {id(item) for item in items} - {id(item) for item in kept}
        if rest:
            config.hook.pytest_deselected(items=[item for item in items if id(item) in rest])
        items[:] = kept
