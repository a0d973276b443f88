"""A capture as JSON, which fits reports/explain.schema.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from resonant.observe import Entry, Seen

from .conversations import Conversation, Explained

FORMAT = 1


def json_text(explained: Explained) -> str:
    """The whole capture: an object with conversations, each with its entries in order; ends in a newline."""
    data = {
        "format": FORMAT,
        "capture": explained.name,
        "packets": explained.packets,
        "hidden": explained.hidden,
        "conversations": [_conversation(one) for one in explained.conversations],
        "notes": list(explained.notes),
    }
    return json.dumps(data, indent=1) + "\n"


def _conversation(one: Conversation) -> dict[str, Any]:
    return {
        "transport": one.transport,
        "client": str(one.client),
        "server": str(one.server),
        "comment": one.comment,
        "knows_roles": one.knows_roles,
        "whole": one.whole,
        "left": one.left,
        "entries": [_entry(entry, one.begin_us) for entry in one.entries],
    }


def _entry(entry: Entry, begin_us: int) -> dict[str, Any]:
    """An entry; members that say nothing are left out."""
    kind = "frame" if isinstance(entry, Seen) else "event"
    values = {name: value for name, value in asdict(entry).items() if value not in (None, "", (), False)}
    values["time_us"] = entry.time_us - begin_us
    if isinstance(entry, Seen):
        values |= {"data": entry.data.hex(), "frame_seq": None if entry.frame_seq is None else str(entry.frame_seq)}
        if entry.stream_id is not None:
            values["stream_id"] = entry.stream_id
    return {"kind": kind} | {name: value for name, value in values.items() if value is not None}
