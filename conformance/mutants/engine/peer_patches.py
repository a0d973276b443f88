"""Makers of changes of peers: their steps of judgement and their tables of states are data, which these vary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from .patches import Change, edited, replaced, wrapped
from .targets import PlaceError, find

STEPS = ("peer.handlers.check_table.RECEIVED", "peer.handlers.check_table.ASKED")
JUDGES = "peer.handlers.checks"


def judged(judge: str, old: str, new: str, *more: tuple[str, str]) -> Change:
    """The judge of this name with another source, as `edited` has it, in every step that asks it."""

    def change(undo: ExitStack) -> None:
        before = find(f"{JUDGES}.{judge}").value
        edited(f"{JUDGES}.{judge}", old, new, *more)(undo)
        after = find(f"{JUDGES}.{judge}").value
        for table in STEPS:
            steps = find(table).value
            replaced(table, tuple(replace(step, judge=after) if step.judge is before else step for step in steps))(undo)

    return change


def without(judge: str) -> Change:
    """No received frame goes through the steps of this judge."""
    return _steps(judge, lambda steps, own: [step for step in steps if step not in own])


def moved(judge: str, before: str) -> Change:
    """The steps of this judge come just before the first of another, or last if that is ""."""

    def move(steps: list[Any], own: list[Any]) -> list[Any]:
        others = [step for step in steps if step not in own]
        at = next((index for index, step in enumerate(others) if _is(step, before)), len(others))
        return [*others[:at], *own, *others[at:]]

    return _steps(judge, move)


def of_kinds(judge: str, *, more: Iterable[str] = (), less: Iterable[str] = ()) -> Change:
    """The steps of this judge look at more kinds of frames, or at fewer."""

    def widen(steps: list[Any], own: list[Any]) -> list[Any]:
        return [replace(step, kinds=step.kinds - {*less} | {*more}) if step in own else step for step in steps]

    return _steps(judge, widen)


def rows(table: str, new: Mapping[tuple[Any, Any], Any]) -> Change:
    """A table of states with these rows besides, or in place of its own; None takes one away."""

    def change(found: Any) -> Any:
        merged = {**found.rows, **new}
        return replace(found, rows={key: state for key, state in merged.items() if state is not None})

    return wrapped(table, change)


def _steps(judge: str, vary: Callable[[list[Any], list[Any]], list[Any]]) -> Change:
    def change(steps: tuple[Any, ...]) -> tuple[Any, ...]:
        own = [step for step in steps if _is(step, judge)]
        if not own:
            raise PlaceError(f"no step has the judge {judge}; say what stands there now")
        return tuple(vary(list(steps), own))

    return wrapped(STEPS[0], change)


def _is(step: Any, judge: str) -> bool:
    """Whether the step is the judge's; those made for a feature are known as that feature."""
    found = step.judge
    made_for = getattr(found, "__closure__", None)
    names = {cell.cell_contents for cell in made_for if isinstance(cell.cell_contents, str)} if made_for else set()
    return judge == found.__name__ or judge in names
