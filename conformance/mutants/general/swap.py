"""A mutant of the reference put in place in this process: other code for functions that are already there.

To import the reference anew for each mutant would take longer than to judge it.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FunctionType
from typing import TypeAlias

Pair: TypeAlias = tuple[CodeType, CodeType]
_Key: TypeAlias = tuple[str, str, int]
_OPTIMIZED = 0x1
"""CO_OPTIMIZED, the flag of a function's code; that of modules and classes has it not."""
_COMPARED = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags", "co_argcount")


class WholeError(Exception):
    """The change is in what runs when a module is imported, so that the module has to be imported anew."""


def changed_functions(before: str, after: str, file: str) -> list[Pair]:
    """The code of each outermost function that differs between two sources of a file, before and after.

    Raises WholeError.
    """
    sources = (compile(source, file, "exec", dont_inherit=True) for source in (before, after))
    return list(_differing(*sources))


def _differing(before: CodeType, after: CodeType) -> Iterator[Pair]:
    if before == after:
        return
    if before.co_flags & after.co_flags & _OPTIMIZED:
        if before.co_freevars != after.co_freevars:
            raise WholeError
        yield before, after
        return
    same = all(getattr(before, name) == getattr(after, name) for name in _COMPARED)
    if not same or len(before.co_consts) != len(after.co_consts):
        raise WholeError
    for old, new in zip(before.co_consts, after.co_consts, strict=True):
        if isinstance(old, CodeType) and isinstance(new, CodeType):
            yield from _differing(old, new)
        elif type(old) is not type(new) or old != new:
            raise WholeError


def live_functions(folder: str) -> Mapping[_Key, list[FunctionType]]:
    """The functions of this process that come from sources below a folder."""
    found: dict[_Key, list[FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(folder):
            found[_key(one.__code__)].append(one)
    return found


def swap(pairs: Sequence[Pair], live: Mapping[_Key, list[FunctionType]]) -> None:
    """Give the live functions the code after the change. Raises WholeError where one is not there."""
    for before, _ in pairs:
        there = live.get(_key(before), ())
        # Of two lambdas in one line nobody knows which is which.
        if not there or any(function.__code__ != before for function in there):
            raise WholeError
    for before, after in pairs:
        for function in live[_key(before)]:
            function.__code__ = after


def _key(code: CodeType) -> _Key:
    return code.co_filename, code.co_qualname, code.co_firstlineno
