"""Makers of changes: how a mutant differs from the reference. Each is undone when its trial ends, however it ends."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, TypeAlias

from .targets import Place, PlaceError, find

Change: TypeAlias = Callable[[ExitStack], None]
"""Makes itself felt, and leaves on the stack what undoes it."""
Function: TypeAlias = Callable[..., Any]


@contextmanager
def applied(change: Change) -> Iterator[None]:
    """The reference with this change, until the block ends."""
    with ExitStack() as undo:
        change(undo)
        yield


def edited(target: str, old: str, new: str, *more: tuple[str, str]) -> Change:
    """A function or method whose source has `new` where it had `old`, and likewise for the pairs in `more`.

    Each old text must stand there once; PlaceError otherwise. Further lines of a new one are indented as its first.
    """

    def change(undo: ExitStack) -> None:
        place = find(target)
        function = _function_of(place.value)
        source = _source(function)
        for before, after in ((old, new), *more):
            count = source.count(before)
            if count != 1:
                raise PlaceError(f"{before!r} stands {count} times in {target}; write the change for what stands there")
            line = source[: source.index(before)].rpartition("\n")[2]
            margin = line[: len(line) - len(line.lstrip())]
            source = source.replace(before, after.replace("\n", f"\n{margin}"))
        _put(undo, place, _compiled(source, place, function.__globals__))

    return change


def inserted(target: str, before: str, statements: str) -> Change:
    """The same with statements before the line that starts with this text."""
    return edited(target, before, f"{statements}\n{before}")


def refusing(when: str, code: str) -> str:
    """Statements for `inserted` that refuse an input."""
    return f'if {when}:\n    import resonant as r\n    raise r.ResonantError(r.RejectCode.{code}, "", "by a mutant")'


def replaced(target: str, value: Any) -> Change:
    """A function, method or constant that is this one instead, wherever the reference has it under that name."""
    return lambda undo: _put(undo, find(target), value)


def wrapped(target: str, make: Callable[[Any], Any]) -> Change:
    """The same with what `make` makes of the one that stands there."""

    def change(undo: ExitStack) -> None:
        place = find(target)
        _put(undo, place, make(place.value))

    return change


def entries(target: str, new: Mapping[Any, Any]) -> Change:
    """A table of the reference with these entries besides, or in place of its own; None takes one away."""

    def change(undo: ExitStack) -> None:
        table: MutableMapping[Any, Any] = find(target).value
        before = dict(table)
        undo.callback(_refill, table, before)
        _refill(table, {key: value for key, value in {**before, **new}.items() if value is not None})

    return change


def both(*changes: Change) -> Change:
    """Several changes that make one fault."""

    def change(undo: ExitStack) -> None:
        for one in changes:
            one(undo)

    return change


def _put(undo: ExitStack, place: Place, value: Any) -> None:
    for owner in list(place.bindings()):
        undo.callback(setattr, owner, place.name, place.value)
        setattr(owner, place.name, value)
    if callable(value):
        for table, key in list(place.entries()):
            before = table[key]
            undo.callback(table.__setitem__, key, before)
            alone = before is place.value
            table[key] = value if alone else tuple(value if part is place.value else part for part in before)


def _refill(table: MutableMapping[Any, Any], content: Mapping[Any, Any]) -> None:
    table.clear()
    table.update(content)


def _function_of(value: Any) -> Any:
    """The function behind a property or a class method."""
    return getattr(value, "fget", None) or getattr(value, "__func__", value)


@cache
def _source(function: Function) -> str:
    """The text of a function of the reference, which several mutants change: to find its end is slow."""
    return textwrap.dedent(inspect.getsource(function))


def _compiled(source: str, place: Place, names: dict[str, Any]) -> Any:
    """The object that a definition defines, its own names looked up where they were."""
    flags = annotations.compiler_flag
    try:
        code = compile(source, f"<{place.target} of a mutant>", "exec", flags=flags, dont_inherit=True)
    except SyntaxError as error:
        raise PlaceError(f"{place.target}, changed, is no Python: {error}") from error
    found: dict[str, Any] = {}
    exec(code, names, found)  # noqa: S102 - our own source, changed by our own catalogue
    return found[place.name]
