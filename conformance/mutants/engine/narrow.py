"""Makers of narrow faults: a rule lost in one combination, an answer remembered by part of its input, the nth call."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import resonant
from resonant.errors import ResonantError

from .patches import Change, wrapped

Function = Callable[..., Any]
NOTHING = resonant.Frame(resonant.MessageType.THINK, resonant.Flags.NONE, 0, 0, 0, resonant.Modality.TEXT)


def lost(target: str, code: str, when: Callable[..., bool], instead: Any = NOTHING) -> Change:
    """A function that accepts what it would refuse with this code, where its arguments are such."""

    def make(right: Function) -> Function:
        def changed(*given: Any, **more: Any) -> Any:
            try:
                return right(*given, **more)
            except ResonantError as error:
                if error.code == code and when(*given, **more):
                    return instead(*given, **more) if callable(instead) else instead
                raise

        return changed

    return wrapped(target, make)


def frames_lost(code: str, when: Callable[[bytes], bool]) -> Change:
    """decode that accepts frames it would refuse with this code, if they are such."""
    return lost("frame.decode.decode", code, lambda data, **_: when(data))


def remembered(target: str, by: Callable[..., Any]) -> Change:
    """A function that gives an earlier result again, for arguments that are alike in this part."""

    def make(right: Function) -> Function:
        results: dict[Any, Any] = {}

        def changed(*given: Any, **more: Any) -> Any:
            key = by(*given, **more)
            if key not in results:
                results[key] = right(*given, **more)
            return results[key]

        return changed

    return wrapped(target, make)


def each_nth(target: str, n: int, wrong: Callable[..., Any]) -> Change:
    """A function whose every nth result is another: wrong(result, *arguments)."""

    def make(right: Function) -> Function:
        calls = count(1)

        def changed(*given: Any, **more: Any) -> Any:
            result = right(*given, **more)
            return wrong(result, *given) if next(calls) % n == 0 else result

        return changed

    return wrapped(target, make)


def kept(target: str, name: str) -> Change:
    """A function that takes a keyword argument from the last call that had one, where this call has none."""

    def make(right: Function) -> Function:
        last: dict[str, Any] = {}

        def changed(*given: Any, **more: Any) -> Any:
            if more.get(name) is not None:
                last[name] = more[name]
            elif name in last:
                more[name] = last[name]
            return right(*given, **more)

        return changed

    return wrapped(target, make)


def altered(target: str, when: Callable[..., bool], change: Callable[..., tuple[Any, ...]]) -> Change:
    """A function that, where its arguments are such, is called with others in their place."""

    def make(right: Function) -> Function:
        def changed(*given: Any, **more: Any) -> Any:
            return right(*(change(*given) if when(*given, **more) else given), **more)

        return changed

    return wrapped(target, make)
