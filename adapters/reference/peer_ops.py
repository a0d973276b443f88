"""The ops on peers: their shapes (specs/ops/peer_*.json), and events as data."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

from peer_endpoint import SALT_BYTES, Endpoint, NotOpenError, Target
from resonant import Dense, MessageType, Modality, Slice
from resonant.peer import (
    Adaptive,
    Announce,
    Closed,
    Completed,
    Config,
    Delivered,
    Done,
    Dropped,
    ErrorReceived,
    ErrorSent,
    Established,
    Event,
    Failed,
    Incomplete,
    Lost,
    Mux,
    Opened,
    Output,
    Peer,
    Recovered,
    RepairShape,
    Role,
)
from tcp_wire import Arrived, NotArrivedError

from adapters.testee_kit import (
    ADAPT,
    DATA,
    U8,
    U32,
    BadRequestError,
    Op,
    Shape,
    Wires,
    any_value,
    array,
    boolean,
    decimal,
    hexadecimal,
    integer,
    made,
    members,
    named,
    one_of,
    text,
)

DAY_MS = 86_400_000
MAX_ARRIVED = 2**53 - 1
PORT, D_MODEL = integer(1, 0xFFFF), integer(1, 2**53 - 1)
NAMES = array(text)
RESET_CODE = re.compile("[A-Z0-9_]{1,64}")
LINK_NAME = re.compile("[A-Za-z0-9-]{1,64}")


REPAIR = {"k": integer(1, 128), "r": integer(1, 32), "step": integer(1, 16)}
TOLERANCE = integer(0, 16_777_216)
ADAPTIVE = {"keys": TOLERANCE, "values": TOLERANCE, "controller": boolean}
TENSOR = made(Dense, {name: ADAPT[0][name] for name in ("source", "data", "dims")})
SLICE = made(Slice, {"dtype": U8, "dims": array(U32), "payload": DATA})
CONFIG = made(
    Config,
    {
        "embedding_space_id": text,
        "space_hash32": U32,
        "d_model": D_MODEL,
        **dict.fromkeys(("modality", "compress", "crypto", "dtype"), NAMES),
        "critique": boolean,
        "require_crypto": boolean,
        "salt": hexadecimal(SALT_BYTES),
    },
    {
        "key": hexadecimal(32),
        "mux": made(Mux, {"streams": integer(1, 1024), "frames": integer(16, 1024)}),
        "fec": NAMES,
        "repair": made(RepairShape, REPAIR),
        "adaptive": made(Adaptive, {"tolerance": TOLERANCE}, ADAPTIVE),
    },
)
ANNOUNCE = made(
    lambda md5, xxhash3_64, **sizes: Announce(**sizes, md5=md5.hex(), xxhash3_64=xxhash3_64.hex()),
    {"frames": decimal, "total_len": decimal, "md5": hexadecimal(16), "xxhash3_64": hexadecimal(8)},
)


def link_name(at: str, value: Any) -> str:
    """The name of a remote end (specs/testee.md section 6)."""
    if type(value) is not str or not LINK_NAME.fullmatch(value):
        raise BadRequestError(f"{at} is not a name of 1 to 64 letters, digits and hyphens")
    return value


def reset_code(at: str, value: Any) -> str:
    """The code of a reset (MUX-6)."""
    if type(value) is not str or not RESET_CODE.fullmatch(value):
        raise BadRequestError(f"{at} is not 1 to 64 characters of A to Z, 0 to 9 and _")
    return value


ARRIVED = made(
    Arrived, {"link": link_name, "bytes": integer(0, MAX_ARRIVED)}, {"ended": boolean, "on": integer(0, MAX_ARRIVED)}
)
MAY_SAY: Shape = {"link": link_name, "arrived": ARRIVED}
TARGET: Shape = {"link": link_name, "transport": one_of("udp", "tcp"), "remote": PORT, "stream_id": U32}
OPEN: Mapping[str, Shape] = {"server": {}, "client": TARGET}
"""role -> the members its peer_open has besides config."""
TYPES = {int(kind): kind for kind in MessageType if kind is not MessageType.SYNC}
SEND: Mapping[str, tuple[Shape, Shape, Callable[..., Output]]] = {  # kind -> needed, optional, what the peer does
    "message": (
        {"type": named(TYPES), "modality": named({int(one): one for one in Modality}), "slices": array(SLICE)},
        {},
        lambda peer, now_ms, **given: peer.send(**given, now_ms=now_ms),
    ),
    "adaptive": (
        {
            "type": named(TYPES),
            "modality": named({int(one): one for one in Modality}),
            "tensors": array(TENSOR),
        },
        {"slices": array(SLICE)},
        lambda peer, now_ms, **given: peer.send_adaptive(**given, now_ms=now_ms),
    ),
    "ping": ({}, {}, lambda peer, now_ms, stream_id: peer.ping(stream_id, now_ms)),
    "head": (
        {"strong_tail": boolean},
        {"announce": ANNOUNCE, "urgency": integer(0, 7)},
        lambda peer, now_ms, stream_id, **given: peer.open_stream(stream_id, **given, now_ms=now_ms),
    ),
    "tail": ({}, {}, lambda peer, now_ms, stream_id: peer.close_stream(stream_id, now_ms)),
    "heart": ({}, {}, lambda peer, now_ms, stream_id: peer.heart(stream_id, now_ms)),
    "quality": (
        {"tolerance": ADAPT[0]["tolerance"]},
        {},
        lambda peer, now_ms, stream_id, tolerance: peer.send_quality(stream_id, tolerance, now_ms),
    ),
    "hold": ({}, {}, lambda peer, now_ms, stream_id: peer.hold_stream(stream_id, now_ms)),
    "resume": ({}, {}, lambda peer, now_ms, stream_id: peer.resume_stream(stream_id, now_ms)),
    "cancel": ({}, {}, lambda peer, now_ms, stream_id: peer.cancel_stream(stream_id, now_ms)),
    "reset": (
        {"code": reset_code},
        {},
        lambda peer, now_ms, stream_id, code: peer.reset_stream(stream_id, code, now_ms),
    ),
    "cork": ({}, {}, lambda peer, now_ms: peer.cork(now_ms)),
    "uncork": ({}, {}, lambda peer, now_ms: peer.uncork(now_ms)),
}
WHOLE_PEER = frozenset({"cork", "uncork"})
"""Kinds that are about no stream."""
EVENTS: Mapping[type[Event], str] = {
    Established: "established",
    ErrorReceived: "error_received",
    ErrorSent: "error_sent",
    Delivered: "message",
    Opened: "opened",
    Incomplete: "incomplete",
    Completed: "complete",
    Done: "done",
    Failed: "failed",
    Lost: "lost",
    Recovered: "recovered",
    Dropped: "dropped",
    Closed: "closed",
}
U64_MEMBERS = frozenset({"frame_seq", "frames", "total_len", "missing"})
UNSAID = frozenset({"message"})  # the typed message says again what slices say


class PeerOps:
    """The ops over one endpoint."""

    def __init__(self) -> None:
        self._endpoint: Endpoint | None = None

    def use(self, wires: Wires) -> None:
        """Serve on these sockets from now on."""
        self._endpoint = Endpoint(wires)

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint on the testee's wires."""
        if self._endpoint is None:
            raise RuntimeError("the wires were not handed over")
        return self._endpoint

    def peer_open(self, role: str, **given: Any) -> dict[str, Any]:
        """Begin to serve, or begin a handshake."""
        given = members("input", given, {"config": CONFIG, **self.opening(role, given)}, {})
        config = given.pop("config")
        target = Target(**given) if given else None
        _in_state(lambda: self.endpoint.open(Role(role), config, target))
        return self._sent()

    def opening(self, role: str, given: Mapping[str, Any]) -> Shape:
        """The members that peer_open has besides config."""
        return OPEN[role]

    def peer_send(self, kind: str, **given: Any) -> dict[str, Any]:
        """Have a peer send something; what it raises becomes a reject (TST-26)."""
        needed, optional, ask = SEND[kind]
        on_stream = {} if kind in WHOLE_PEER else {"stream_id": U32}
        given = members("input", given, {**on_stream, **needed}, {**MAY_SAY, **optional})
        link, arrived = given.pop("link", None), given.pop("arrived", None)

        def request(peer: Peer, now_ms: int) -> Output:
            return ask(peer, now_ms, **given)

        _in_state(lambda: self.endpoint.request(link, request, arrived))
        return self._sent()

    def peer_poll(self, arrived: Arrived | None = None) -> dict[str, Any]:
        """The barrier, and the events since the last one."""
        told = _in_state(lambda: self.endpoint.poll(arrived))
        return {"events": [{"link": link, **event_as_data(event)} for link, event in told], **self._sent()}

    def peer_advance(self, ms: int, arrived: Arrived | None = None) -> dict[str, Any]:
        """Move the clock."""
        _in_state(lambda: self.endpoint.advance(ms, arrived))
        return self._sent()

    def _sent(self) -> dict[str, Any]:
        """TST-30."""
        found = self.endpoint.take_sent()
        return {"sent": found} if found else {}

    def peer_close(self) -> dict[str, Any]:
        """End the peers."""
        self.endpoint.close()
        return {}

    def reset(self) -> dict[str, Any]:
        """As at the start."""
        self.endpoint.reset()
        return {}


def _in_state(perform: Callable[[], Any]) -> Any:
    try:
        return perform()
    except (NotOpenError, NotArrivedError) as error:  # TST-19, TST-29
        raise BadRequestError(str(error)) from None


def event_as_data(event: Event) -> dict[str, Any]:
    """An event as specs/ops/peer_poll.json has it."""
    names = [field.name for field in dataclasses.fields(event) if field.name not in UNSAID]
    members = {name: as_data(name, value) for name in names if (value := getattr(event, name)) is not None}
    return {"event": EVENTS[type(event)], **members}


def as_data(name: str, value: Any) -> Any:
    """A member of an event as data."""
    if isinstance(value, Mux):
        return dataclasses.asdict(value)  # its frames are no u64
    if dataclasses.is_dataclass(value):
        return {field.name: as_data(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [as_data(name, one) for one in value]
    if name in U64_MEMBERS:
        return str(value)
    return value.hex() if isinstance(value, bytes) else value


# Which members there may be depends on the role or the kind: the performers look at them again.
OPENING = dict.fromkeys(("config", "tls", *TARGET), any_value)
SENDING = dict.fromkeys(("stream_id", *MAY_SAY), any_value)
SENDING |= {name: any_value for needed, optional, _ in SEND.values() for name in (*needed, *optional)}


def table(peers: PeerOps) -> dict[str, Op]:
    """The ops over these peers."""
    return {
        "peer_open": Op({"role": one_of(*OPEN)}, OPENING, peers.peer_open),
        "peer_send": Op({"kind": one_of(*SEND)}, SENDING, peers.peer_send),
        "peer_poll": Op({}, {"arrived": ARRIVED}, peers.peer_poll),
        "peer_advance": Op({"ms": integer(0, DAY_MS)}, {"arrived": ARRIVED}, peers.peer_advance),
        "peer_close": Op({}, {}, peers.peer_close),
        "reset": Op({}, {}, peers.reset),
    }


PEERS = PeerOps()
OPS = table(PEERS)
