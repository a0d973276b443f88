"""The progress of a campaign: a bar with its rate and the time left, on terminals; elsewhere nothing."""

from __future__ import annotations

from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text


class _Rate(ProgressColumn):
    """Inputs a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f}/s")


class Progress:
    """The bar. Use it as a context manager."""

    def __init__(self, stream: TextIO, total: int, done: int) -> None:
        """done: inputs that an earlier part of the campaign has asked."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[findings]} findings"),
        )
        console = Console(file=stream)
        self._bar = Bar(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("asking", total=total, completed=done, findings=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def done(self, inputs: int, findings: int) -> None:
        """So many more inputs were asked; so many findings there are in all."""
        self._bar.update(self._task, advance=inputs, findings=findings)

    def say(self, what: str) -> None:
        """The work of the moment."""
        self._bar.update(self._task, description=what)
