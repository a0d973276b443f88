"""The tolerances by which a peer chooses the form of tensors: specs/adaptive.md sections 5 to 7."""

from __future__ import annotations

from collections import OrderedDict
from enum import StrEnum

from ..config import Adaptive

LEAST, MOST = 1_024, 1_048_576
HALVE_MS = 10_000
MAX_QUALITIES = 1_024


class Slot(StrEnum):
    """A slot of tensors that has a tolerance of its own; the names are those of the own value."""

    KEYS = "keys"
    VALUES = "values"
    ANY = "tolerance"


class Tolerances:
    """The tolerances of one session: the own ones, as a controller leaves them, and the qualities that came."""

    __slots__ = ("_controlled", "_own", "_qualities", "_quiet_ms")

    def __init__(self, own: Adaptive | None, now_ms: int = 0) -> None:
        """own: None for a peer that chooses nothing. now_ms: when the session begins."""
        self._own = {} if own is None else {slot: _of(own, slot) for slot in Slot}
        self._controlled = own is not None and own.controller
        self._quiet_ms = now_ms
        """Since when no loss was heard of, or the time of the last halving."""
        self._qualities: OrderedDict[int, tuple[int, int]] = OrderedDict()
        """stream_id -> frame_seq and tolerance of the quality that counts."""
        if self._controlled:
            self._own = {slot: min(max(tolerance, LEAST), MOST) for slot, tolerance in self._own.items()}  # ADA-17

    def of(self, slot: Slot, stream_id: int, now_ms: int) -> int:
        """The tolerance of a tensor (ADA-12)."""
        self._halve(now_ms)
        _, quality = self._qualities.get(stream_id, (0, 0))
        return max(self._own[slot], quality)

    def hear(self, stream_id: int, frame_seq: int, tolerance: int) -> None:
        """Remember a quality, if it is the latest of its stream_id (ADA-16)."""
        last, _ = self._qualities.get(stream_id, (-1, 0))
        if frame_seq > last:
            self._qualities[stream_id] = frame_seq, tolerance
        self._qualities.move_to_end(stream_id)
        if len(self._qualities) > MAX_QUALITIES:
            self._qualities.popitem(last=False)

    def double(self, now_ms: int) -> None:
        """Go on with twice the tolerances, since frames were lost (ADA-18)."""
        if not self._controlled:
            return
        self._halve(now_ms)
        self._own = {slot: min(2 * tolerance, MOST) for slot, tolerance in self._own.items()}
        self._quiet_ms = now_ms

    def _halve(self, now_ms: int) -> None:
        """Meet what is due of ADA-19."""
        times = (now_ms - self._quiet_ms) // HALVE_MS
        if self._controlled and times > 0:
            self._own = {slot: max(tolerance >> times, LEAST) for slot, tolerance in self._own.items()}
            self._quiet_ms += times * HALVE_MS


def _of(own: Adaptive, slot: Slot) -> int:
    given = {Slot.KEYS: own.keys, Slot.VALUES: own.values}.get(slot)
    return own.tolerance if given is None else given
