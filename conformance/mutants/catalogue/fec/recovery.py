"""Faults in when a receiver recovers, and what it does then: FEC-21 to FEC-25."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

RECEIVE = "peer.handlers.dispatch.receive"
RECOVER = "peer.handlers.recovery.recover"
READY = "peer.state.recv_groups.RecvGroups.ready"

MUTANTS = (
    Mutant(
        "one-symbol-more",
        "FEC-21",
        "Waits for more than is needed.",
        edited(
            "peer.state.recv_groups.RecvGroup.ready",
            "<= len(self.parities)",
            "< len(self.parities)",
        ),
    ),
    Mutant(
        "one-at-a-time",
        "FEC-21",
        "Recovers single losses, as XOR would, and no more.",
        edited(
            "peer.state.recv_groups.RecvGroup.ready",
            "0 < len(self.missing) <=",
            "0 < len(self.missing) < 2 and len(self.missing) <=",
        ),
    ),
    Mutant(
        "rejected-frames-count",
        "FEC-21",
        "Takes whatever came for a symbol.",
        edited(
            "peer.handlers.dispatch.receive_frame",
            "if state.accepted:",
            "if state.has_repair:",
        ),
    ),
    Mutant(
        "frames-before-repair-only",
        "FEC-21",
        "Does not look again when a frame comes.",
        edited(
            RECEIVE,
            "recovery.recover(state, receive_frame)",
            ("if is_repair(datagram):\n    recovery.recover(state, receive_frame)"),
        ),
    ),
    Mutant(
        "recovered-is-not-told",
        "FEC-23",
        "Delivers without a word of it.",
        edited(
            RECOVER,
            "state.events.append(Recovered(group.shape.group.stream_id, frame_seq))",
            "pass",
        ),
    ),
    Mutant(
        "recovered-is-told-behind",
        "FEC-23",
        "Tells of a recovery when it is over.",
        edited(
            RECOVER,
            (
                "state.events.append(Recovered(group.shape.group.stream_id, frame_seq))\n"
                "            receive(state, frame)"
            ),
            ("receive(state, frame)\nstate.events.append(Recovered(group.shape.group.stream_id, frame_seq))"),
        ),
    ),
    Mutant(
        "recovered-descending",
        "FEC-23",
        "Deals with the highest number first.",
        edited(
            RECOVER,
            "for frame_seq, frame in frames:",
            "for frame_seq, frame in frames[::-1]:",
        ),
    ),
    Mutant(
        "refused-groups-stay",
        "FEC-24",
        "Keeps a group of which a frame was refused.",
        edited(
            RECOVER,
            "state.recv_groups.forget(group)  # FEC-24",
            "group.parities.clear()",
        ),
    ),
    Mutant(
        "groups-are-forgotten",
        "FEC-24",
        "Forgets a group as soon as it is whole.",
        edited(
            RECOVER,
            "if group.missing:",
            "if True:",
        ),
    ),
    Mutant(
        "one-group-a-datagram",
        "FEC-25",
        "Recovers one group and looks no further.",
        edited(
            RECOVER,
            "while (group := state.recv_groups.ready()) is not None:",
            "for group in filter(None, [state.recv_groups.ready()]):",
        ),
    ),
    Mutant(
        "the-newest-first",
        "FEC-25",
        "Begins with the group that became known last.",
        edited(
            READY,
            "in self._groups.values() if",
            "in reversed(self._groups.values()) if",
        ),
        Kind.COMBINATION,
    ),
)
