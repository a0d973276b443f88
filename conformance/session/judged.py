"""The interface of a run that its account relies on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from adapters.driver import Hello

from .known_failures import Known
from .results import Planned, Results


class Judged(Protocol):
    """The interface of a run that its account relies on, whether a testee or a server is judged."""

    @property
    def name(self) -> str:
        """The name of the implementation in the run."""

    @property
    def hello(self) -> Hello:
        """The implementation's description of itself."""

    @property
    def cases(self) -> Mapping[str, Planned]:
        """The cases to run, by id."""

    @property
    def known(self) -> Mapping[str, Known]:
        """The entries of known failures, by the ids of the cases that run."""

    @property
    def adapter_file(self) -> Path | None:
        """The adapter.toml of a testee that the run starts."""

    @property
    def idle_probes(self) -> Sequence[tuple[str, ...]]:
        """The clauses of each probe that cannot run, because of how the testee is started."""

    @property
    def existing(self) -> Collection[str]:
        """Ids of all that can be a known failure, whether it runs or not."""

    @property
    def running(self) -> Collection[str]:
        """Those of them that run."""

    @property
    def results(self) -> Results:
        """The record of what ran."""
