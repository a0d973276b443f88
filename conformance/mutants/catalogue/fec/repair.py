"""Faults in when a group ends, and what is sent for it: FEC-29 to FEC-32."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, entries, replaced

POST = "peer.state.peer_state.PeerState.post"
ADD = "peer.state.send_groups.SendGroups.add"
GROUP = "peer.state.send_groups.SendGroup"
END_ALL = "peer.state.send_groups.SendGroups.end_all"
TIMERS = "peer.handlers.timers.TIMERS"

MUTANTS = (
    Mutant(
        "flush-at-19",
        "FEC-29",
        "Flushes a group a millisecond too early.",
        replaced(
            "peer.state.send_groups.FLUSH_MS",
            19,
        ),
        Kind.NARROW,
    ),
    Mutant(
        "flush-at-21",
        "FEC-29",
        "Flushes a group a millisecond too late.",
        replaced(
            "peer.state.send_groups.FLUSH_MS",
            21,
        ),
        Kind.NARROW,
    ),
    Mutant(
        "flush-after-the-last",
        "FEC-29",
        "Begins the time anew with each frame.",
        edited(
            ADD,
            "group.frames.append(frame)",
            ("group.frames.append(frame)\ngroup.first_ms = now_ms"),
        ),
        Kind.NARROW,
    ),
    Mutant(
        "no-flush",
        "FEC-29",
        "Waits for frames that do not come.",
        entries(
            TIMERS,
            {"FEC-32": None},
        ),
    ),
    Mutant(
        "one-frame-more",
        "FEC-29",
        "Ends a group one frame late.",
        edited(
            ADD,
            "len(group.frames) == group.shape.k",
            "len(group.frames) == group.shape.k + 1",
        ),
    ),
    Mutant(
        "repair-behind-tails",
        "FEC-30",
        "Sends the TAIL before the repair of its stream.",
        edited(
            POST,
            (
                "if not protected:\n"
                "        self.push_repair(self.send_groups.end_all(draft.stream_id))  # FEC-27\n"
                "    self.push(data, place)"
            ),
            (
                "self.push(data, place)\n"
                "if not protected:\n"
                "    self.push_repair(self.send_groups.end_all(draft.stream_id))"
            ),
        ),
    ),
    Mutant(
        "repair-before-frames-sent",
        "FEC-30",
        "Sends repair ahead of the frame that makes the group whole.",
        edited(
            POST,
            ("self.push(data, place)\n    if protected:\n        self._protect(data)"),
            ("if protected:\n    self._protect(data)\nself.push(data, place)"),
        ),
    ),
    Mutant(
        "repair-of-whole-groups-alone",
        "FEC-30",
        "Sends nothing for a group that is not whole.",
        edited(
            f"{GROUP}.repair",
            "return repair_of",
            ("if len(self.frames) < self.shape.k:\n    return ()\nreturn repair_of"),
        ),
    ),
    Mutant(
        "one-repair-less",
        "FEC-30",
        "Sends one repair datagram less than it has to.",
        edited(
            f"{GROUP}.repair",
            "return repair_of(self.id, self.shape.r, self.frames)",
            "return repair_of(self.id, self.shape.r, self.frames)[:-1]",
        ),
    ),
    Mutant(
        "groups-reversed",
        "FEC-30",
        "Ends the group with the highest base first.",
        edited(
            END_ALL,
            "self._groups.pop(stream_id, ())",
            "self._groups.pop(stream_id, [])[::-1]",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "frames-wait-for-their-group",
        "FEC-31",
        "Keeps the first frame of a group back until the second comes.",
        edited(
            POST,
            ("self.push(data, place)\n    if protected:"),
            (
                "held = getattr(self.__class__, 'held', None)\n"
                "self.__class__.held = None\n"
                "for one in (held, data) if held or not protected or not self.config.repair "
                "else ():\n"
                "    if one:\n"
                "        self.push(one, place)\n"
                "if protected and self.config.repair and not held:\n"
                "    self.__class__.held = data\n"
                "if protected:"
            ),
        ),
    ),
    Mutant(
        "groups-before-pings",
        "FEC-32",
        "Meets the time of groups before that of the handshake.",
        edited(
            "peer.handlers.timers.next_deadline",
            "Deadline(at_ms, order, number, meet)",
            "Deadline(at_ms, -1 if meet is _flush else order, number, meet)",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "flush-by-base",
        "FEC-32",
        "Meets groups of one instant by their bases alone.",
        edited(
            "peer.handlers.timers.next_deadline",
            "key=lambda deadline: deadline[:3]",
            (
                "key=lambda deadline: (*deadline[:2], deadline[2] & (1 << 64) - 1 if "
                "deadline[3] is _flush else deadline[2])"
            ),
        ),
        Kind.NARROW,
    ),
)
