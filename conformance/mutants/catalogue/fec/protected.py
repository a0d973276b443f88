"""Faults in which frames a peer protects: FEC-26 to FEC-28."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

POST = "peer.state.peer_state.PeerState.post"
PROTECT = "peer.state.peer_state.PeerState._protect"
ADD = "peer.state.send_groups.SendGroups.add"
GROUP = "peer.state.send_groups.SendGroup"
DRAFT = "peer.state.send_streams.sync_draft"

MUTANTS = (
    Mutant(
        "everybody-sends",
        "FEC-26",
        "Sends repair of its own accord.",
        edited(
            PROTECT,
            "shape = self.agreement, self.config.repair",
            (
                "shape = self.agreement, self.config.repair\n"
                "from ..config import RepairShape\n"
                "shape = shape or RepairShape(1, 1)"
            ),
        ),
    ),
    Mutant(
        "sends-if-agreed",
        "FEC-26",
        "Sends repair where its choice is none.",
        edited(
            PROTECT,
            "agreed.chosen_fec == RS8",
            "RS8 in agreed.fec",
        ),
    ),
    Mutant(
        "sends-unagreed",
        "FEC-26",
        "Sends repair in every session, whatever was agreed.",
        edited(
            PROTECT,
            "agreed.chosen_fec == RS8 and",
            "",
        ),
    ),
    Mutant(
        "one-group-a-stream",
        "FEC-26",
        "Puts a frame into the first group there is.",
        edited(
            ADD,
            "if one.next_seq == frame_seq)",
            "if one.shape is shape)",
        ),
    ),
    Mutant(
        "groups-of-data",
        "FEC-26",
        "Protects data frames, and leaves HEARTs out.",
        edited(
            POST,
            "protected = draft.protected and",
            "protected = draft.protected and draft.action == 'data frame' and",
        ),
    ),
    Mutant(
        "groups-of-one-step",
        "FEC-26",
        "Does not interleave groups, whatever its own step.",
        edited(
            ADD,
            "GroupId(stream_id, frame_seq, shape.step)",
            "GroupId(stream_id, frame_seq, 1)",
        ),
    ),
    Mutant(
        "steps-one-further",
        "FEC-26",
        "Is one off in the number with which a group goes on.",
        edited(
            f"{GROUP}.next_seq",
            "self.id.number(len(self.frames))",
            "self.id.number(len(self.frames)) + (self.id.step > 1)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "tails-are-protected",
        "FEC-27",
        "Puts a TAIL into the group before it.",
        edited(
            DRAFT,
            "not isinstance(value, _APART)",
            "not isinstance(value, _APART[:3])",
        ),
    ),
    Mutant(
        "heads-are-protected",
        "FEC-27",
        "Begins a group with a HEAD.",
        edited(
            DRAFT,
            "not isinstance(value, _APART)",
            "not isinstance(value, (*_APART[:2], _APART[3]))",
        ),
    ),
    Mutant(
        "capabilities-are-protected",
        "FEC-27",
        "Puts a capability into a group.",
        edited(
            DRAFT,
            "not isinstance(value, _APART)",
            "not isinstance(value, (_APART[0], *_APART[2:]))",
        ),
    ),
    Mutant(
        "tails-end-nothing",
        "FEC-27",
        "Leaves the group to its time when the stream ends.",
        edited(
            POST,
            "if not protected:",
            "if not protected and draft.action != 'TAIL':",
        ),
    ),
    Mutant(
        "tails-end-all",
        "FEC-27",
        "Ends the groups of every stream_id.",
        edited(
            POST,
            "self.push_repair(self.send_groups.end_all(draft.stream_id))  # FEC-27",
            ("for one in list(self.send_groups._groups):\n    self.push_repair(self.send_groups.end_all(one))"),
        ),
    ),
    Mutant(
        "to-65482",
        "FEC-27",
        "Protects a frame that is a byte too long.",
        replaced(
            "fec.symbols.MAX_PROTECTED_BYTES",
            65482,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "to-65480",
        "FEC-27",
        "Leaves the longest frame out that could be protected.",
        replaced(
            "fec.symbols.MAX_PROTECTED_BYTES",
            65480,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "large-frames-end-nothing",
        "FEC-27",
        "Lets the group wait behind a frame that is too large for it.",
        edited(
            POST,
            "if not protected:",
            "if not draft.protected:",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "resends-are-protected",
        "FEC-28",
        "Protects a frame each time that it goes.",
        edited(
            "peer.handlers.client.hear_error",
            "state.push(data, place)",
            ("state.push(data, place)\nstate._protect(data)"),
        ),
    ),
    Mutant(
        "pings-again-end-groups",
        "FEC-28",
        "Ends groups whenever a ping goes.",
        edited(
            "peer.handlers.client.meet",
            "state.push(waiting.datagram)",
            (
                "for one in list(state.send_groups._groups):\n"
                "    state.push_repair(state.send_groups.end_all(one))\n"
                "state.push(waiting.datagram)"
            ),
        ),
    ),
)
