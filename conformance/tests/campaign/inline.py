"""A campaign whose work is done in its own process: `python -m conformance.tests.campaign.inline ARGUMENT…`.

Dask's scheduler and workers take as long to start as everything else in a small campaign.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any, Self

from conformance.campaign import command
from conformance.campaign.hunt import let_go
from conformance.campaign.pool import Pool


class Inline(Pool):
    """A pool of this process alone."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        let_go()

    @property
    def workers(self) -> int:
        """This one."""
        return 1

    def results(
        self, do: Callable[..., Any], tasks: Iterator[tuple[Any, ...]], stopping: Callable[[], bool]
    ) -> Iterator[Any]:
        """Do one task after another."""
        for task in tasks:
            if stopping():
                return
            yield do(*task)


if __name__ == "__main__":
    vars(command)["Pool"] = Inline
    sys.exit(command.main())
