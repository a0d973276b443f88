"""The events that the peer under test reports to its application (specs/handshake.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .configs import DATA_STREAM, DTYPES, MODALITIES
from .frames import Frame, slices_json, strong_hash

Event = dict[str, Any]


def established(**members: Any) -> Event:
    """A session as the default configuration agrees it with the default ping or capability."""
    agreed = {"agreed_proto": 1, "compress": "none", "crypto": "none", "dtype": DTYPES, "modality": MODALITIES}
    return {"event": "established"} | agreed | {"critique": True} | members


def error_received(code: str, ref: tuple[int, int] | None = None) -> Event:
    """An error was accepted, or a handshake failed. ref: stream_id and frame_seq."""
    named = {} if ref is None else {"ref": {"stream_id": ref[0], "frame_seq": str(ref[1])}}
    return {"event": "error_received", "code": code} | named


def error_sent(code: str, frame_seq: int, stream: int = DATA_STREAM) -> Event:
    """A frame was answered with error."""
    return {"event": "error_sent", "code": code, "stream_id": stream, "frame_seq": str(frame_seq)}


def message(frame: Frame) -> Event:
    """A data frame is delivered."""
    return _message(frame, str(frame.frame_seq))


def messages(frame: Frame, first: int, last: int) -> Event:
    """The frame is delivered once for each number from first to last."""
    return _message(frame, {"from": first, "to": last})


def _message(frame: Frame, frame_seq: object) -> Event:
    return {
        "event": "message",
        "stream_id": frame.stream_id,
        "frame_seq": frame_seq,
        "type": frame.type,
        "modality": frame.modality,
        "slices": slices_json(frame.slices),
    }


def opened(stream: int = DATA_STREAM, *, sized: bool = False) -> Event:
    """A HEAD was accepted."""
    return {"event": "opened", "stream_id": stream, "sized": sized}


def incomplete(missing: Iterable[int], stream: int = DATA_STREAM) -> Event:
    """A TAIL was answered with STREAM_INCOMPLETE."""
    return {"event": "incomplete", "stream_id": stream, "missing": [str(number) for number in missing]}


def complete(wires: Sequence[bytes], stream: int = DATA_STREAM) -> Event:
    """A stream of these data frames is whole and verified."""
    data = b"".join(wires)
    sizes = {"frames": str(len(wires)), "total_len": str(len(data))}
    return {"event": "complete", "stream_id": stream} | sizes | {"xxhash3_64": strong_hash(data)}


def failed(code: str, stream: int = DATA_STREAM, what: str | None = None) -> Event:
    """A stream failed. what: for STREAM_CORRUPT alone."""
    return {"event": "failed", "stream_id": stream, "code": code} | ({} if what is None else {"what": what})


def lost() -> Event:
    """The other end is lost."""
    return {"event": "lost"}


def dropped(code: str) -> Event:
    """A frame was dropped."""
    return {"event": "dropped", "code": code}


def closed(code: str = "") -> Event:
    """The connection ended; without a code between two frames."""
    return {"event": "closed"} | ({"code": code} if code else {})


def by(link: str, event: Event) -> Event:
    """The event, of the peer that talks to another address than a."""
    return {"link": link} | event
