"""The details of all failures in little room: HTML, compressed a group at a time, which the page unpacks when opened.

Without scripts a page still lists every failure and shows one of each cause in full.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping

from .failures import Case, Group

MOST_CHARS = 1_600_000
"""Of all details together, as they are in the page."""
_STEPS = tuple(1 << power for power in range(16))
"""So many failures of each group are shown whole, the most that fit."""

Draw = Callable[[Case, bool], str]
"""The HTML of a failure: whole, or without what was sent and what came."""


def packed(groups: Iterable[Group], draw: Draw, most: int = MOST_CHARS) -> Mapping[Group, str]:
    """The details of each group. If all are more than `most`, the first cases of large groups alone are whole."""
    groups = list(groups)
    drawn: dict[tuple[Case, bool], str] = {}

    def text(case: Case, *, whole: bool) -> str:
        found = drawn.get((case, whole))
        if found is None:
            found = drawn[case, whole] = draw(case, whole)
        return found

    def of(group: Group, full: int) -> str:
        return pack("".join(text(case, whole=place < full) for place, case in enumerate(group.cases)))

    found = {group: of(group, _STEPS[0]) for group in groups}
    for step, before in zip(_STEPS[1:], _STEPS, strict=False):
        larger = [group for group in groups if len(group.cases) > before]
        more = {group: of(group, step) for group in larger}
        if sum(map(len, (found | more).values())) > most:
            break
        found |= more
    return found


def pack(text: str) -> str:
    """HTML as the page unpacks it."""
    return b64encode(zlib.compress(text.encode("utf-8", "backslashreplace"), 9)).decode()
