"""Faults in the room that repair has: FEC-19."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

GROUPS = "peer.state.recv_groups"
TAKE = f"{GROUPS}.RecvGroups.take"
MAKE_ROOM = f"{GROUPS}.RecvGroups._make_room"
ROOM = "room = MAX_REPAIR_BYTES - waiting_bytes - _length(repair)"

MUTANTS = (
    Mutant(
        "room-to-the-byte",
        "FEC-19",
        "Forgets a group for the repair that fills the last byte.",
        edited(TAKE, ROOM, ROOM.replace(" - ", " - 1 - ", 1)),
        Kind.SIZE,
    ),
    Mutant(
        "room-for-ever",
        "FEC-19",
        "Keeps as much repair as anybody sends it.",
        edited(TAKE, ROOM, "room = 1 << 40"),
    ),
    Mutant(
        "room-of-parity",
        "FEC-19",
        "Counts the parity of repair, and not all its bytes.",
        edited(f"{GROUPS}._length", "HEADER.size + len(repair.parity) + TRAILER.size", "len(repair.parity)"),
        Kind.SIZE,
    ),
    Mutant(
        "the-dropped-is-taken",
        "FEC-19",
        "Notes the index of repair that it drops.",
        edited(
            TAKE,
            "return DropCode.BUFFER_LIMIT",
            "group.taken.add(repair.index)\nself._groups.setdefault(repair.group, group)\nreturn DropCode.BUFFER_LIMIT",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "the-first-comers-stay",
        "FEC-19",
        "Drops repair that finds no room: forged repair that was there first ends recovery.",
        edited(TAKE, "if group.kept_bytes > room:", "if self._repair_bytes() > room:"),
    ),
    Mutant(
        "the-last-comers-go",
        "FEC-19",
        "Forgets the group that became known last.",
        edited(MAKE_ROOM, "[*self._groups.values()]", "[*self._groups.values()][::-1]"),
    ),
    Mutant(
        "all-groups-go",
        "FEC-19",
        "Forgets every other group where one would do.",
        edited(MAKE_ROOM, "excess -= group.kept_bytes", "pass"),
    ),
    Mutant(
        "groups-go-for-nothing",
        "FEC-19",
        "Makes room first, and then sees that there cannot be enough.",
        edited(TAKE, "if group.kept_bytes > room:", "self._make_room(room, group)\nif group.kept_bytes > room:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "the-own-group-goes",
        "FEC-19",
        "Forgets the group of the repair for which it makes room, where that is the oldest.",
        edited(TAKE, "self._make_room(room, group)", "self._make_room(room)"),
        Kind.COMBINATION,
    ),
    Mutant(
        "room-without-the-own-group",
        "FEC-19",
        "Forgets what its own group keeps when it looks whether repair can have room at all.",
        edited(TAKE, "if group.kept_bytes > room:", "if room < 0:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "room-beside-no-frames",
        "FEC-19",
        "Does not count the frames that wait.",
        edited(TAKE, ROOM, "room = MAX_REPAIR_BYTES - _length(repair)"),
        Kind.COMBINATION,
    ),
    Mutant(
        "whole-groups-take-room",
        "FEC-19",
        "Makes room for repair of a group that lacks nothing.",
        edited(TAKE, "if group.missing:", "if True:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "a-client-keeps-all-repair",
        "FEC-19",
        "Bounds the repair that is kept in servers alone.",
        edited(
            "peer.handlers.recovery.hear",
            "state.recv_streams.waiting_bytes",
            'state.recv_streams.waiting_bytes if state.role.name == "SERVER" else -(1 << 40)',
        ),
        Kind.COMBINATION,
    ),
)
