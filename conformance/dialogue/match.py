"""A datagram or the events against what a step expects: the first mismatch, with the path to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.difference import ABSENT, Difference, Path, first_byte, first_difference
from ..wire.read import UnreadableError, WireFrame, read_frame
from ..wire.sync import SyncError, read_sync, schema_fault
from .steps import FrameWanted

FIELDS = "fields"
JSON: Path = (FIELDS, "json")


@dataclass(frozen=True, slots=True)
class Fault:
    """A mismatch, in words. difference: where it is, as far as both sides are data."""

    text: str
    difference: Difference | None = None


def frame_fault(wanted: FrameWanted, datagram: bytes, key: bytes | None) -> Fault | None:
    """The mismatch between a datagram and the frame that is due, None if it fits. key: opens sealed frames."""
    try:
        frame = read_frame(datagram, key)
        content = {} if wanted.json is None else read_sync(frame)
    except UnreadableError as error:
        return Fault(f"not a valid frame: {error}")
    except SyncError as error:
        return _header_fault(wanted, frame) or Fault(str(error))
    fault = _header_fault(wanted, frame)
    if fault is not None:
        return fault
    if wanted.json is not None:
        return _json_fault(wanted.json, wanted.absent, content)
    return _told(first_difference(wanted.slices, frame.content(), (FIELDS, "slices")))


def _header_fault(wanted: FrameWanted, frame: WireFrame) -> Fault | None:
    different = first_difference(wanted.header, frame.header(), (FIELDS,))
    if different is None and wanted.nonce is not None:
        nonce = (frame.nonce or b"").hex()
        if nonce != wanted.nonce:
            different = Difference((FIELDS, "nonce"), wanted.nonce, nonce, first_byte(wanted.nonce, nonce))
    return _told(different)


def _json_fault(wanted: Mapping[str, Any], absent: Sequence[str], got: Mapping[str, Any]) -> Fault | None:
    fault = _told(_missing(wanted, got, JSON))
    if fault is not None:
        return fault
    for name in absent:
        value = _at(got, name.split("."))
        if value is not ABSENT:
            return _told(Difference((*JSON, *name.split(".")), ABSENT, value))
    text = schema_fault(got)
    return None if text is None else Fault(text)


def _missing(wanted: Any, got: Any, path: Path) -> Difference | None:
    """The first of the members given that is not there with this value; arrays are compared whole."""
    if not isinstance(wanted, Mapping) or not isinstance(got, Mapping):
        return first_difference(wanted, got, path)
    for name, value in wanted.items():
        here = (*path, name)
        found = _missing(value, got[name], here) if name in got else Difference(here, value, ABSENT)
        if found is not None:
            return found
    return None


def _at(value: Any, names: Sequence[str]) -> Any:
    for name in names:
        if not isinstance(value, Mapping) or name not in value:
            return ABSENT
        value = value[name]
    return value


def datagram_fault(wanted: bytes, got: bytes) -> Fault | None:
    """The mismatch between two datagrams, byte for byte; None if they are the same."""
    return None if wanted == got else _told(_bytes_differ(wanted.hex(), got.hex()))


def _bytes_differ(wanted: str, got: str) -> Difference:
    return Difference(("frame",), wanted, got, first_byte(wanted, got))


def events_fault(wanted: Sequence[Mapping[str, Any]], got: Sequence[Mapping[str, Any]]) -> Fault | None:
    """The mismatch between events and those that are due, or None. Both have the letter of the other end as `link`."""
    if not wanted and not got:
        return None  # as most often, and no need to go and see
    return _told(first_difference(list(wanted), list(got), ("events",)))


def _told(difference: Difference | None) -> Fault | None:
    return None if difference is None else Fault(difference.text(), difference)
