"""What the account of a run needs of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from adapters.driver import Hello

from .results import Planned, Results


class Judged(Protocol):
    """What the account of a run needs of it, whether a testee or a server is judged."""

    @property
    def name(self) -> str:
        """What the run calls the implementation."""

    @property
    def hello(self) -> Hello:
        """What the implementation says of itself."""

    @property
    def cases(self) -> Mapping[str, Planned]:
        """What is to run, by id."""

    @property
    def known(self) -> Mapping[str, str]:
        """Known failures: id to reason."""

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
        """What ran."""
