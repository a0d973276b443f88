"""Dialogues of the profile mux: streams that run into limits, are held, reset or cancelled, and wait for their turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...model.cases import DIALOGUE
from ...model.peer_requests import SPACE_HASH
from ...properties.streams.sender import beat, data, sums_of
from ..draw import number
from ..inputs import Draw, Input, Kind
from .dialogues import Steps, send
from .slices import half
from .sync import config, error, frame_of, spoiled

Step = Mapping[str, Any]
_NEEDS = ("handshake", "stream", "mux")
_CLIENTS_STREAM = 7
"""The stream_id of a client's handshake."""
_LATER_STREAM = 101
"""That of the second handshake; further ones are behind it."""
_TIMES = (1, 999, 1000, 1001, 2000, 3000, 4000, 7000, 8000, 9999, 10_000, 10_001, 15_000, 15_001, 44_999, 45_000)
_FRAMES = 16
"""The least that a stream may run ahead (MUX-2)."""
_CODES = ("GIVEN_UP", "A", "0_" * 32)
_AT_BOUNDS = (0, 0, 1, 2, 8, 15, 16, 17, 2**63, 2**64 - 1)


def _bounds(draw: Draw) -> dict[str, int]:
    return {"streams": draw.choice((1, 2, 2, 3)), "frames": draw.choice((_FRAMES, _FRAMES, 17, 20))}


class Talk:
    """A dialogue with a peer of either role that has agreed to manage streams, or mostly so."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.is_server = bool(draw.randrange(2))
        own = config(draw, modality=["text"], dtype=["f16", "i8"], space_hash32=SPACE_HASH, critique=True)
        self._config = own | ({"mux": _bounds(draw)} if draw.randrange(12) else {})
        self._handshakes = 0
        self.steps: Steps = [self._greeting(1 if self.is_server else _CLIENTS_STREAM, has_mux=bool(draw.randrange(16)))]
        self._numbers: dict[int, int] = {}

    def renegotiate(self) -> None:
        """Another handshake on a stream_id of its own, half of them without multiplexing (MUX-33)."""
        stream_id = _LATER_STREAM + self._handshakes
        self._handshakes += 1
        if not self.is_server:
            self.ask("ping", stream_id)
        self.steps.append(self._greeting(stream_id, has_mux=bool(self._draw.randrange(2))))

    def _greeting(self, stream_id: int, *, has_mux: bool) -> Step:
        """A ping or a capability with bounds or without, seldom with a fault in them."""
        bounds = _bounds(self._draw)
        mux: Any = bounds if self._draw.randrange(12) else spoiled(self._draw, bounds)
        ours = {"mux": mux} if has_mux else {}
        if self.is_server:
            return send(frame_of({"method": "ping", "ts": 0, "supports": {"critique": True}} | ours, stream_id, 0))
        lists = {"compress": ["none"], "crypto": ["none"], "supports": {"critique": True, "dtype": ["f16", "i8"]}}
        space = {"d_model": 4096, "embedding_space_id": "", "space_hash32": SPACE_HASH, "modality": ["text"]}
        told = {"method": "capability", "v": 1, "agreed_proto": 1} | space | lists | ours
        return send(frame_of(told, stream_id, 0))

    def next(self, stream_id: int) -> int:
        """The next number on a stream_id, seldom one that leaves a gap."""
        taken = self._numbers.get(stream_id, 0) + (not self._draw.randrange(16))
        self._numbers[stream_id] = taken + 1
        return taken

    def sync(self, message: Mapping[str, Any], stream_id: int, frame_seq: int | None = None) -> None:
        """Send a Sync frame to the peer, seldom a spoiled one, by default with the next number."""
        made = message if self._draw.randrange(16) else spoiled(self._draw, message)
        self.steps.append(send(frame_of(made, stream_id, self.next(stream_id) if frame_seq is None else frame_seq)))

    def ask(self, kind: str, stream_id: int | None = None, **members: Any) -> None:
        """Have the application ask for something."""
        of = {} if stream_id is None else {"stream_id": stream_id}
        self.steps.append({"act": {"kind": kind, **of, **members}})

    def wait(self) -> None:
        """Let time pass, up to a deadline or beyond it."""
        self.steps.append({"advance": self._draw.choice(_TIMES)})

    def input(self) -> Input:
        """The input of the campaign."""
        role = {"role": "server"} if self.is_server else {"role": "client", "stream_id": _CLIENTS_STREAM}
        return Input(DIALOGUE, {**role, "config": self._config, "steps": self.steps}, _NEEDS)


class _Incoming:
    """The streams of the other end in a dialogue: what may happen to one."""

    def __init__(self, draw: Draw, talk: Talk) -> None:
        self._draw, self._talk = draw, talk
        self._streams = draw.sample((3, 5, 9, 1 << 31 | 3), draw.choice((1, 2, 3)))
        self._sent: dict[int, list[bytes]] = {}
        for stream_id in self._streams:
            self._open(stream_id)

    def happen(self) -> None:
        """Something comes for a stream, is asked about it, or time passes."""
        acts: tuple[Callable[[int], None], ...] = (
            self._run,
            self._run,
            self._run,
            self._manage,
            self._tail,
            self._hold,
        )
        odd: tuple[Callable[[int], None], ...] = (
            self._cancel,
            self._reset,
            self._again,
            self._far,
            self._wait,
            self._renegotiate,
        )
        self._draw.choice((*acts, *acts, *odd))(self._draw.choice(self._streams))

    def _open(self, stream_id: int) -> None:
        head = {"method": "head", "dir": "up" if self._talk.is_server else "down"}
        urgency = {} if self._draw.randrange(3) else {"urgency": self._draw.choice((0, 3, 7, 8))}
        if self._draw.randrange(8):
            self._talk.sync(head | urgency, stream_id)

    def _run(self, stream_id: int) -> None:
        """Some data frames in a row: less than half of the limit, about half, or beyond it."""
        for _ in range(self._draw.choice((1, 2, 7, 8, 9, 16, 17))):
            number_ = self._talk.next(stream_id)
            frame = beat(stream_id, number_) if not self._draw.randrange(16) else data(stream_id, number_, b"run")
            self._sent.setdefault(stream_id, []).append(frame.datagram)
            self._talk.steps.append(send(frame.datagram))

    def _manage(self, stream_id: int) -> None:
        """One of the methods; done and credit are about a stream that the peer does not send."""
        limit = str(self._draw.choice((_FRAMES, 20, 24, number(self._draw, 64))))
        blocked, reset = {"method": "blocked", "limit": limit}, {"method": "reset", "code": self._draw.choice(_CODES)}
        others = {"method": "credit", "limit": limit}, {"method": "done"}
        self._talk.sync(self._draw.choice((blocked, blocked, blocked, reset, *others)), stream_id)

    def _reset(self, stream_id: int) -> None:
        """A stream is given up; half of the time a new one, as most of the others are closed by then."""
        if self._draw.randrange(2):
            stream_id += 32
            self._open(stream_id)
        self._talk.sync({"method": "reset", "code": self._draw.choice(_CODES)}, stream_id)

    def _tail(self, stream_id: int) -> None:
        sent = [one for one in self._sent.get(stream_id, []) if one[1] == 0]
        sums = {name: text for name, text in sums_of(sent).items() if name in ("frames", "total_len")}
        self._talk.sync({"method": "tail"} | sums, stream_id)

    def _hold(self, stream_id: int) -> None:
        self._talk.ask(self._draw.choice(("hold", "resume")), stream_id)

    def _wait(self, _: int) -> None:
        self._talk.wait()

    def _renegotiate(self, stream_id: int) -> None:
        """Another agreement, and perhaps a stream that is opened under it."""
        self._talk.renegotiate()
        if not self._draw.randrange(3):
            self._open(stream_id + 16)
            self._streams.append(stream_id + 16)

    def _cancel(self, stream_id: int) -> None:
        self._talk.ask("cancel", stream_id)

    def _again(self, stream_id: int) -> None:
        """A frame that was sent before, or one in its place that was left out."""
        again = self._draw.randrange(12)
        self._talk.steps.append(send(data(stream_id, again, b"again").datagram))

    def _far(self, stream_id: int) -> None:
        """A data frame at a limit, or far beyond it."""
        self._talk.steps.append(send(data(stream_id, self._draw.choice(_AT_BOUNDS), b"far").datagram))


def receivers(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A peer to which streams come, run into its limits, tell that they wait, and end in one way or another."""
    for _ in range(count):
        talk = Talk(draw)
        streams = _Incoming(draw, talk)
        for _ in range(draw.randrange(3, 14)):
            streams.happen()
        yield talk.input()


class _Outgoing:
    """The streams of the peer under test: what may be asked about one, and what may be said of it."""

    def __init__(self, draw: Draw, talk: Talk) -> None:
        self._draw, self._talk = draw, talk
        self._streams = draw.sample((2, 4, 6, 1 << 31), draw.choice((1, 2, 3)))
        for stream_id in self._streams:
            urgency = {} if draw.randrange(2) else {"urgency": draw.choice((0, 2, 3, 4, 7))}
            talk.ask("head", stream_id, strong_tail=bool(draw.randrange(2)), **urgency)

    def happen(self) -> None:
        """The application asks for something, the other end says something, or time passes."""
        asked: tuple[Callable[[int], None], ...] = (self._run, self._run, self._run, self._tail, self._cork, self._odd)
        told: tuple[Callable[[int], None], ...] = (self._credit, self._credit, self._credit, self._wrong, self._done)
        self._draw.choice((*asked, *told, self._wait))(self._draw.choice(self._streams))

    def _wait(self, _: int) -> None:
        self._talk.wait()

    def _run(self, stream_id: int) -> None:
        one = {"dtype": 1, "dims": [2], "payload": half(1.0, stream_id & 15).hex()}
        for _ in range(self._draw.choice((1, 2, 8, 15, 16, 20))):
            self._talk.ask("message", stream_id, type=0, modality=0, slices=[one])

    def _tail(self, stream_id: int) -> None:
        self._talk.ask("tail", stream_id)

    def _cork(self, _: int) -> None:
        self._talk.ask(self._draw.choice(("cork", "uncork", "uncork")))

    def _odd(self, stream_id: int) -> None:
        match self._draw.randrange(5):
            case 0:
                self._talk.ask("reset", stream_id, code=self._draw.choice(_CODES))
            case 1:
                self._talk.ask("head", stream_id + 8, strong_tail=False)
            case 2:
                self._talk.ask(self._draw.choice(("hold", "resume", "cancel")), stream_id)
            case 3:
                self._talk.renegotiate()
            case _:
                self._talk.ask("heart", stream_id)

    def _credit(self, stream_id: int) -> None:
        limit = self._draw.choice((_FRAMES, _FRAMES + 1, 18, 20, 24, 40, 2**64 - 1))
        self._talk.sync({"method": "credit", "limit": str(limit)}, stream_id)

    def _done(self, stream_id: int) -> None:
        self._talk.sync({"method": "done"}, stream_id)

    def _wrong(self, stream_id: int) -> None:
        """An error about a HEAD, a data frame, a blocked or a TAIL, as far as their numbers are guessed."""
        ref = {"stream_id": stream_id, "frame_seq": str(self._draw.choice((0, 0, 1, 2, _FRAMES, 17, 18, 19, 21)))}
        code, adds = self._draw.choice(
            (
                ("STREAM_INCOMPLETE", {"missing": [str(n) for n in range(20) if self._draw.randrange(2)]}),
                ("STREAM_INCOMPLETE", {"missing": ["1", "2"]}),
                ("FLOW_CONTROL", {"limit": str(_FRAMES)}),
                ("STREAM_LIMIT", {"max": 1}),
                ("STREAM_CANCELLED", {}),
                ("STREAM_TIMEOUT", {}),
            )
        )
        self._talk.sync(error(self._draw, code, ref=ref, **adds), stream_id)


def senders(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A peer that is asked for streams of different urgency, whose frames wait for credit or behind a cork."""
    for _ in range(count):
        talk = Talk(draw)
        streams = _Outgoing(draw, talk)
        for _ in range(draw.randrange(3, 14)):
            streams.happen()
        yield talk.input()


KINDS = (
    Kind("mux/receivers", receivers, 40),
    Kind("mux/senders", senders, 40),
)
