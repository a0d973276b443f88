"""Faults in what a receiver knows of groups: FEC-16, FEC-17."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

SHAPE = "fec.group._shape"
TAKE = "peer.state.recv_groups.RecvGroups.take"
GROUPS = "peer.state.recv_groups"

MUTANTS = (
    Mutant(
        "k-of-any",
        "FEC-16",
        "Does not compare k with that of the group.",
        edited(
            SHAPE,
            "repair.group, repair.k,",
            "repair.group,",
        ),
    ),
    Mutant(
        "r-of-any",
        "FEC-16",
        "Does not compare r with that of the group.",
        edited(
            SHAPE,
            "repair.k, repair.r,",
            "repair.k,",
        ),
    ),
    Mutant(
        "sizes-of-any",
        "FEC-16",
        "Does not compare S with that of the group.",
        edited(
            "fec.group._shape",
            "len(repair.parity)",
            "0",
        ),
    ),
    Mutant(
        "mismatch-is-a-duplicate",
        "FEC-16",
        "Looks at the index before the group.",
        edited(
            TAKE,
            "if known is not None and not is_alike(known.shape, repair):",
            (
                "if known is not None and repair.index in known.taken:\n"
                "    return DropCode.DUPLICATE\n"
                "if known is not None and not is_alike(known.shape, repair):"
            ),
        ),
    ),
    Mutant(
        "duplicates-pass",
        "FEC-16",
        "Takes the same repair twice without a word.",
        edited(
            TAKE,
            "if known is not None and repair.index in known.taken:",
            "if False:",
        ),
    ),
    Mutant(
        "duplicates-of-the-kept",
        "FEC-16",
        "Knows only the indexes whose repair it keeps.",
        edited(
            TAKE,
            "repair.index in known.taken",
            "repair.index in known.parities",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "groups-by-stream-and-base",
        "FEC-16",
        "Leaves the step out of what a group is.",
        edited(
            TAKE,
            "self._groups.get(repair.group)",
            ("next((one for one in self._groups.values() if one.shape.group[:2] == repair.group[:2]), None)"),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "groups-by-base",
        "FEC-16",
        "Leaves the stream_id out of what a group is.",
        edited(
            TAKE,
            "self._groups.get(repair.group)",
            ("next((one for one in self._groups.values() if one.shape.group[1:] == repair.group[1:]), None)"),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "63-groups",
        "FEC-17",
        "Knows one group less than it has to.",
        replaced(
            f"{GROUPS}.MAX_GROUPS",
            63,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "65-groups",
        "FEC-17",
        "Knows one group more than it may.",
        replaced(
            f"{GROUPS}.MAX_GROUPS",
            65,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "the-newest-goes",
        "FEC-17",
        "Forgets the group that has just become known.",
        edited(
            TAKE,
            "self._groups.popitem(last=False)",
            "self._groups.popitem()",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "repair-makes-younger",
        "FEC-17",
        "Takes a group for new whenever repair of it comes.",
        edited(
            TAKE,
            "self._groups.setdefault(repair.group, group)",
            ("self._groups.setdefault(repair.group, group)\nself._groups.move_to_end(repair.group)"),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "whole-groups-are-unknown",
        "FEC-17",
        "Forgets at once a group that lacks nothing.",
        edited(
            TAKE,
            "group.taken.add(repair.index)",
            ("if not group.missing:\n    return None\ngroup.taken.add(repair.index)"),
        ),
    ),
)
