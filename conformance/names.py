"""What the tests of the suite are called: by --case, in run.json, and in failures."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pytest

from .cases import Case
from .probes import PROBES
from .run import Run
from .state import RUN, Judged

NEAREST = 3
"""So many ids are offered in place of one that does not exist."""
_PROBE, _UNCLAIMED = "testee/test_probe", "testee/test_unclaimed_profile_is_refused"


@dataclass(frozen=True, slots=True)
class Law:
    """What failures call a law, and the profile that it is about."""

    name: str
    profile: str
    clock: str | None = None
    """The clock that peers must have; None for any."""


LAWS: Mapping[str, Law] = {
    "test_decode_inverts_encode": Law("round-trip", "frame"),
    "test_decode_is_total": Law("total", "frame"),
    "test_a_server_does_with_streams_what_the_model_does": Law("streams", "stream", clock="virtual"),
}
"""By the names of their tests, which are not looked up: to import them takes Hypothesis."""


def names_of(item: pytest.Item) -> tuple[str, ...]:
    """The names of a test, that of run.json first. Parameters say it, as plugins change the ids of tests."""
    call = getattr(item, "callspec", None)
    params = call.params if call is not None else {}
    if "probe" in params:
        return _probe_names(params["probe"].id)
    if "unclaimed" in params:
        return _unclaimed_names(params["unclaimed"])
    for name in ("case", "check"):
        if name in params:
            return (params[name].id,)
    return _law_names(getattr(item, "originalname", item.name))


def _probe_names(probe_id: str) -> tuple[str, ...]:
    return f"{_PROBE}[{probe_id}]", probe_id


def _unclaimed_names(case: Case) -> tuple[str, ...]:
    name = f"{case.profile}-{case.op}"
    return f"{_UNCLAIMED}[{name}]", name, f"unclaimed {case.profile}, op {case.op}"


def _law_names(test: str) -> tuple[str, ...]:
    return (f"testee/{test}", *([LAWS[test].name] if test in LAWS else []))


def check_names(wanted: Iterable[str], config: pytest.Config, run: Judged) -> None:
    """Refuse what --case names and this run does not have: it must not end green without it. Raises UsageError."""
    running, others = set(run.cases), set(run.existing) - run.cases.keys()
    if RUN in config.stash:
        for name, runs in _of_testees(config.stash[RUN]):
            (running if runs else others).add(name)
    for name in wanted:
        if name in others - running:
            raise pytest.UsageError(
                f"--case={name}: it is not judged here; its profile is not claimed or chosen, or it needs --real-time, "
                "or a testee that the suite starts itself"
            )
        if name not in running:
            raise pytest.UsageError(f"--case={name}: there is no such id{_nearest(name, sorted(running | others))}")


def _of_testees(run: Run) -> Iterator[tuple[str, bool]]:
    """The names of what is no vector, and whether it runs here."""
    for probe in PROBES:
        yield from ((name, probe.counts(run.hello, run.adapter.launch)) for name in _probe_names(probe.id))
    for case in run.probes:
        yield from ((name, True) for name in _unclaimed_names(case))
    for test, law in LAWS.items():
        runs = law.profile in run.ledger.selected and law.clock in (None, run.hello.clock)
        yield from ((name, runs) for name in _law_names(test))


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
        kept = [item for item in items if self._wanted.intersection(names_of(item))]
        rest = {id(item) for item in items} - {id(item) for item in kept}
        if rest:
            config.hook.pytest_deselected(items=[item for item in items if id(item) in rest])
        items[:] = kept
