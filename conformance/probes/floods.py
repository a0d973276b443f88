"""Remote ends that cost memory as fast as they can: streams with what waits, resets and repair, over UDP."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from adapters.driver import Ok, Reject
from reports.outcome import Outcome

from ..model.peer_requests import CONFIG, SPACE_HASH
from ..model.verdict import PASSED, Verdict
from ..wire.build import DType, Frame, Slice, Type, build, sync
from ..wire.repair import as_of, repair_datagrams
from .basics import wrong
from .memory import MOST_BYTES, peak_bytes
from .peers import NotPerformedError, Talk, probe_of_peers, same

LARGE = 60_000
"""The bytes of each frame of a flood: one datagram."""
MAY_WAIT = 16 << 20  # MUX-12, FEC-18 and FEC-19
BEYOND = (MOST_BYTES + 3 * MAY_WAIT) // LARGE
"""So many of them, beyond what may be kept, show in a testee's memory, even if it takes again what it has freed."""
_AT_ONCE: Final = 2
"""So many of them find room in the buffer of an ordinary system."""
STREAMS, _FRAMES = 8, 16
_RESETS_AT_ONCE: Final = 4
_SECOND_MS: Final = 1_000
_STREAM: Final = 3
_SMALL_GROUPS: Final = 200
_GROUPS, _K, _R = 64, 128, 32


class Flooded:
    """A server in a session with one end, and how much memory it takes from now on."""

    def __init__(self, talk: Talk, **agreed: Any) -> None:
        """agreed: own value and ping alike. Raises NotPerformedError where there is no session."""
        self._talk, self._end = talk, talk.end()
        talk.need(talk.ask("peer_open", role="server", config={**CONFIG, **agreed}))
        self.send(build(sync(1, 0, {"method": "ping", "ts": 0, **agreed})))
        if self.told() != Counter(established=1):
            raise NotPerformedError(PASSED)  # every case of the profile says so
        self._before = peak_bytes(talk.testee.pid, afresh=True)

    def send(self, *datagrams: bytes) -> None:
        """Send some datagrams, no more than find room until they are handled."""
        assert self._talk.testee.wire_address is not None
        for datagram in datagrams:
            self._end.send(datagram, self._talk.testee.wire_address)

    def told(self) -> Counter[str]:
        """The events since the last call: their codes, or their names where they have none."""
        self._end.received()
        events = self._talk.need(self._talk.ask("peer_poll"))["events"]
        return Counter(str(event.get("code") or event["event"]) for event in events)

    def verdict(self, what: str) -> Verdict:
        """Pass if it took no more memory than may wait, and what a testee needs anyway."""
        after = peak_bytes(self._talk.testee.pid)
        if self._before is None or after is None or after - self._before <= MOST_BYTES + MAY_WAIT:
            return PASSED
        most, text = f"{MOST_BYTES + MAY_WAIT >> 20} MiB", f"{after - self._before >> 20} MiB more"
        return Verdict(Outcome.FAIL, f"takes too much memory for {what}", most, text)


def _frame(stream_id: int, number: int, size: int = LARGE) -> bytes:
    return build(Frame(Type.THINK, stream_id, number, (Slice(DType.I8, (size,), b"\x5a" * size),), 0, SPACE_HASH))


def _of_stream(stream_id: int, number: int, message: Mapping[str, Any]) -> bytes:
    return build(sync(stream_id, number, message))


@probe_of_peers
def frames_that_wait(talk: Talk) -> Verdict:
    """MUX-12: many streams without credit cost bounded memory, and a reset of one makes room again."""
    flooded = Flooded(talk, mux={"streams": STREAMS, "frames": _FRAMES})
    streams = range(2, 2 + 2 * STREAMS, 2)
    for stream_id in streams:
        talk.need(talk.ask("peer_send", kind="head", stream_id=stream_id, strong_tail=False))
    one = {"dtype": int(DType.I8), "dims": [LARGE], "payload": "5a" * LARGE}
    message = {"kind": "message", "type": int(Type.THINK), "modality": 0, "slices": [one]}
    asked = [talk.message("peer_send", stream_id=stream_id, **message) for stream_id in streams]
    most = STREAMS * _FRAMES + MAY_WAIT // LARGE
    for at in range(most + 1):
        answer = talk.testee.exchange(asked[at % STREAMS])
        if not isinstance(answer, Ok):
            break
    if not (isinstance(answer, Reject) and answer.code == "BUFFER_LIMIT"):
        return wrong(f"BUFFER_LIMIT before {most} frames of {LARGE:,} bytes were asked for (MUX-12)", answer)
    talk.need(talk.ask("peer_send", kind="reset", stream_id=streams[0], code="GIVEN_UP"))
    again = talk.testee.exchange(asked[1])
    if not isinstance(again, Ok):
        return wrong("ok, as the reset has made room (MUX-25)", again)
    return flooded.verdict("frames that wait")


@probe_of_peers
def rapid_resets(talk: Talk) -> Verdict:
    """MUX-27: streams that are opened, filled and reset again and again leave nothing behind."""
    flooded = Flooded(talk, mux={"streams": _RESETS_AT_ONCE, "frames": _FRAMES})
    due = Counter(opened=1, STREAM_RESET=1)
    for at in range(BEYOND):
        stream_id = 2 * at + 3
        head = _of_stream(stream_id, 0, {"method": "head", "dir": "up"})
        reset = _of_stream(stream_id, 3, {"method": "reset", "code": "GIVEN_UP"})
        flooded.send(head, _frame(stream_id, 2), reset)  # number 1 is missing, so that 2 waits
        told = flooded.told()
        if told != due:
            return wrong(f"{dict(due)} of stream {at + 1} of {BEYOND}", dict(told))
        if (at + 1) % _RESETS_AT_ONCE == 0:
            talk.need(talk.ask("peer_advance", ms=_SECOND_MS))
    return flooded.verdict("streams that were reset")


@probe_of_peers
def frames_kept(talk: Talk) -> Verdict:
    """FEC-18: of the frames that are kept for recovery only the last stay."""
    flooded = Flooded(talk, fec=["rs8"])
    text = json.dumps({"method": "reserved-later", "text": "x" * LARGE}).encode()  # once, as it is long
    for number in range(0, BEYOND, _AT_ONCE):
        flooded.send(*(build(sync(_STREAM, at, text)) for at in range(number, number + _AT_ONCE)))
        told = flooded.told()
        if told:
            return same({}, dict(told))
    return flooded.verdict("frames that it has accepted")


@probe_of_peers
def repair_flood(talk: Talk) -> Verdict:
    """FEC-17, FEC-19: forged repair costs bounded memory, and what is true is still used after a flood of it."""
    flooded = Flooded(talk, fec=["rs8"])
    (small,) = repair_datagrams(_STREAM, 0, 1, 1, [_frame(_STREAM, number, 40) for number in range(2)])
    for at in range(_SMALL_GROUPS):
        flooded.send(as_of(small, base=100 + 2 * at, k=2, r=1, index=0))
    if not _recovers(flooded, 0):
        return wrong(f"the group behind {_SMALL_GROUPS} that are forged recovered (FEC-17)", "no event recovered")
    count = min(MAY_WAIT // LARGE + BEYOND, _GROUPS * _R)
    forged = _large_groups(count)
    while some := list(islice(forged, _AT_ONCE)):
        flooded.send(*some)
        told = flooded.told()
        if told:
            return wrong(f"no event of {count} repair datagrams, the newest of which are kept (FEC-19)", dict(told))
    if not _recovers(flooded, 2):
        return wrong("the group behind forged repair of 16 MiB recovered (FEC-19)", "no event recovered")
    return flooded.verdict("forged repair")


def _recovers(flooded: Flooded, base: int) -> bool:
    """Whether the second of two frames is recovered from its repair."""
    frames = [_frame(_STREAM, base + at, 40) for at in range(2)]
    flooded.send(frames[0], *repair_datagrams(_STREAM, base, 1, 1, frames))
    return flooded.told() == Counter(message=2, recovered=1)


def _large_groups(count: int) -> Iterator[bytes]:
    """So much repair of groups of which no frame ever comes, and of no more groups than are known at a time."""
    (pattern,) = repair_datagrams(_STREAM, 0, 1, 1, [b"\x5a" * (LARGE - 34)])
    for at in range(count):
        yield as_of(pattern, base=1_000 + _K * (at // _R), k=_K, r=_R, index=at % _R)
