"""campaign.html: the page of a campaign, made by a template from campaign.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resonant.describe.clauses import load_clauses

from .html import TEMPLATES, environment, policy

_SHOWN = 4000
"""Characters of a request; campaign.json has all of it."""


def render(data: Mapping[str, Any]) -> str:
    """The page. data: as in campaign.schema.json."""
    style, script = ((TEMPLATES / name).read_text("utf-8") for name in ("report.css", "report.js"))
    return (
        environment()
        .get_template("campaign.html.j2")
        .render(
            campaign=data,
            clauses=load_clauses(),
            ops=sorted({one["op"] for one in data["findings"]}),
            profiles=sorted({one["profile"] for one in data["findings"]}),
            shown=_SHOWN,
            style=style,
            script=script,
            policy=policy(style, script),
        )
    )
