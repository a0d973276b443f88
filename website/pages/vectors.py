"""The vectors: a page that finds cases, and a page for each group, whose script draws frames and dialogues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import groupby

from resonant.describe.registry import registry

from ..data import group_data, index_data, script
from ..inputs import Inputs
from ..layout import Page, Site
from ..markdown import Passage
from ..vectors import DIALOGUE, OK, Group
from .specification import where

INDEX = "vectors/index.html"


def write(site: Site, inputs: Inputs, subjects: Mapping[str, str]) -> None:
    """Write the pages and their data. subjects: of the profiles, in a few words."""
    site.file("vectors/index.js", script("vectorIndex", index_data(inputs.groups)))
    by_profile = {name: tuple(those) for name, those in groupby(inputs.groups, key=lambda group: group.profile)}
    profiles = [name for name in registry().profiles if name in by_profile]
    ops = list(dict.fromkeys(group.op for group in inputs.groups))
    codes = Counter(case.expect for group in inputs.groups for case in group.cases if case.expect != OK)
    site.page(
        Page(INDEX, "vectors.html.j2", "Vectors", "vectors", "Golden cases", ("vectors/index.js", "assets/browse.js")),
        {
            "profiles": [(name, subjects[name], by_profile[name]) for name in profiles],
            "ops": sorted(ops),
            "codes": sorted(codes),
            "cases": inputs.cases,
            "groups": inputs.groups,
        },
    )
    order = [group for name in profiles for group in by_profile[name]]
    for place, group in enumerate(order):
        before = order[place - 1] if place else None
        after = order[place + 1] if place + 1 < len(order) else None
        _write_group(site, inputs, group, (before, after))


def _write_group(site: Site, inputs: Inputs, group: Group, beside: tuple[Group | None, Group | None]) -> None:
    data = group.page.removesuffix(".html") + ".js"
    site.file(data, script("vectorGroup", group_data(group, inputs.runs)))
    site.page(
        Page(group.page, "group.html.j2", group.id, "vectors", group.about, (data, "assets/group.js")),
        {
            "group": group,
            "clauses": inputs.clauses,
            "where": where,
            "dialogue": group.op == DIALOGUE,
            "ok": OK,
            "runs": inputs.runs,
            "before": beside[0],
            "after": beside[1],
            "data": data,
        },
    )
    site.found_by([Passage(group.page, group.id, "vectors", f"{group.op} {group.about}")])
