"""badge.svg: the result of a statement on a few square centimetres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anybadge  # type: ignore[import-untyped]
from resonant.console import counted

from .statement import Result

COLORS: Mapping[Result, str] = {
    Result.CONFORMS: "#2e7d32",  # green, and the only one
    Result.PARTLY: "#9a6700",
    Result.NOTHING: "#6e7781",
    Result.FAILS: "#b42318",
}


def badge_text(statement: Mapping[str, Any]) -> str:
    """The text of the badge."""
    rows = statement["profiles"].values()
    passed, executed = (sum(row[name] for row in rows) for name in ("passed", "executed"))
    claimed = sum(row["claimed"] for row in rows)
    match Result(statement["result"]):
        case Result.CONFORMS:
            return f"{claimed} profile{'' if claimed == 1 else 's'} conform{'s' if claimed == 1 else ''}"
        case Result.NOTHING:
            return "nothing executed"
        case Result.PARTLY:
            return f"partly: {passed} of {counted(sum(row['planned'] for row in rows), 'case')} passed"
    return f"fails: {passed} of {counted(executed, 'case')} passed" if passed < executed else "fails"


def badge(statement: Mapping[str, Any]) -> str:
    """The badge as SVG."""
    color = COLORS[Result(statement["result"])]
    made = anybadge.Badge(f"Resonant {statement['spec']}", badge_text(statement), default_color=color)
    made.mask_str = "badge"  # else a number that counts the badges of the process
    return f"{made.badge_svg_text}\n"
