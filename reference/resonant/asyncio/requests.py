"""Requests of a program to its peers: messages, and streams of both directions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

from ..lazy_numpy import NDArray
from ..message.messages import Message
from ..peer import Announce, Output, Peer, Role
from ..tensor.adapt import Dense
from ..wire_values import MessageType, Modality, Slice
from .addresses import Address

Ask: TypeAlias = Callable[[Peer, int], Output]
_STREAM_IDS = {Role.CLIENT: 1, Role.SERVER: 2}
_OTHER = {Role.CLIENT: Role.SERVER, Role.SERVER: Role.CLIENT}


class Requests(ABC):
    """The requests of a program to the peers of its endpoint. to: a server's client, if it has several.

    All raise ResonantError for what the peer or the other end would refuse, and ConnectionError where there is nobody.
    """

    _role: Role

    @abstractmethod
    def _request(self, to: Address | None, ask: Ask) -> Address:
        """Have a peer do something, the only one if `to` is None; its address. Raises ConnectionError for no peer."""

    def send(
        self,
        message: Message,
        *,
        stream_id: int | None = None,
        modality: Modality = Modality.TEXT,
        to: Address | None = None,
    ) -> None:
        """Send a message. stream_id: 1 (client) or 2 (server) if left out. to: a server's client, if it has several.

        Raises ResonantError for what the other end would refuse, and with BUFFER_LIMIT while more than 16 MiB wait for
        it to read (TCP) or to grant credit (a managed stream); ConnectionError where there is nobody to send to.
        """
        number = _STREAM_IDS[self._role] if stream_id is None else stream_id
        self._request(
            to, lambda peer, now_ms: peer.send_message(message, stream_id=number, modality=modality, now_ms=now_ms)
        )

    def send_adaptive(
        self,
        kind: MessageType,
        *tensors: Dense | NDArray[Any],
        slices: tuple[Slice, ...] = (),
        stream_id: int | None = None,
        modality: Modality = Modality.TEXT,
        to: Address | None = None,
    ) -> None:
        """Send a message whose tensors take the form with the fewest bytes that is exact enough.

        kind: THINK, CACHE, ASK or CRITIQUE. tensors: in the order of its slots, real arrays of any shape or `Dense`.
        slices: what follows them. Goes by `adaptive` of the configuration, and by what the other end says with
        `send_quality`. Raises as `send` does, and UNSUPPORTED_FEATURE without that part of the configuration.
        """
        number = _STREAM_IDS[self._role] if stream_id is None else stream_id
        dense = tuple(one if isinstance(one, Dense) else Dense.of(one) for one in tensors)
        self._request(
            to,
            lambda peer, now_ms: peer.send_adaptive(
                kind, dense, slices, stream_id=number, modality=modality, now_ms=now_ms
            ),
        )

    def send_quality(self, tolerance: int, *, stream_id: int | None = None, to: Address | None = None) -> None:
        """Tell the other end how much error its tensors may have, 0 to 16,777,216 in 2^-24 of their energy.

        stream_id: on which they come; 2 (client) or 1 (server) if left out, as `send` has it. The last word counts, and
        0 takes it back. Raises ResonantError, FIELD_RANGE or STREAM_STATE, and ConnectionError.
        """
        number = _STREAM_IDS[_OTHER[self._role]] if stream_id is None else stream_id
        self._request(to, lambda peer, now_ms: peer.send_quality(number, tolerance, now_ms))

    def open_stream(
        self,
        stream_id: int | None = None,
        *,
        strong_tail: bool = True,
        announce: Announce | None = None,
        urgency: int | None = None,
        to: Address | None = None,
    ) -> Stream:
        """Open a stream with HEAD: repaired, delivered in order, verified. Clients take odd ids, servers even ones.

        stream_id: left out, the lowest that is free, from 3 (client) or 4 (server), as `send` uses 1 and 2.
        urgency: 0 to 7, 3 if left out; of what waits the lowest goes first, where both ends have `mux` in their
        configuration. Raises ResonantError, STREAM_STATE for an id on which something was sent before and STREAM_LIMIT
        for one stream more than the other end takes, and ConnectionError.
        """

        number = stream_id

        def ask(peer: Peer, now_ms: int) -> Output:
            nonlocal number
            number = peer.free_stream_id if number is None else number
            return peer.open_stream(number, strong_tail=strong_tail, announce=announce, urgency=urgency, now_ms=now_ms)

        address = self._request(to, ask)
        assert number is not None
        return Stream(self, number, address)

    def close_stream(self, stream_id: int, *, to: Address | None = None) -> None:
        """End a stream with TAIL. Lost frames are sent again for 10 s: stay as long, or until there is an answer.

        Where both ends have `mux` in their configuration the event `Done` tells that all of it has arrived.
        """
        self._request(to, lambda peer, now_ms: peer.close_stream(stream_id, now_ms))

    def reset_stream(self, stream_id: int, code: str, *, to: Address | None = None) -> None:
        """End a stream before its TAIL; what waits is thrown away. code: for the other end, A to Z, 0 to 9 and _.

        Raises ResonantError, STREAM_STATE where no stream is open for which `mux` was agreed; so do the next three.
        """
        self._request(to, lambda peer, now_ms: peer.reset_stream(stream_id, code, now_ms))

    def cancel_stream(self, stream_id: int, *, to: Address | None = None) -> None:
        """Take no more of a stream of the other end, which is told."""
        self._request(to, lambda peer, now_ms: peer.cancel_stream(stream_id, now_ms))

    def hold_stream(self, stream_id: int, *, to: Address | None = None) -> None:
        """Have no messages of a stream of the other end told until `resume_stream`; its sender soon waits."""
        self._request(to, lambda peer, now_ms: peer.hold_stream(stream_id, now_ms))

    def resume_stream(self, stream_id: int, *, to: Address | None = None) -> None:
        """Have what has come on a held stream told, and let its sender go on."""
        self._request(to, lambda peer, now_ms: peer.resume_stream(stream_id, now_ms))

    @contextmanager
    def corked(self, *, to: Address | None = None) -> Iterator[None]:
        """Let what is sent on streams wait until the block ends, and then go in the order of urgency."""
        address = self._request(to, lambda peer, now_ms: peer.cork(now_ms))
        try:
            yield
        finally:
            self._request(address, lambda peer, now_ms: peer.uncork(now_ms))


@dataclass(frozen=True, slots=True)
class Stream:
    """An opened stream. Its `with` block ends it with TAIL; one that an exception leaves stays unfinished."""

    endpoint: Requests
    stream_id: int
    address: Address

    def send(self, message: Message, *, modality: Modality = Modality.TEXT) -> None:
        """Send the next message of the stream."""
        self.endpoint.send(message, stream_id=self.stream_id, modality=modality, to=self.address)

    def send_adaptive(
        self,
        kind: MessageType,
        *tensors: Dense | NDArray[Any],
        slices: tuple[Slice, ...] = (),
        modality: Modality = Modality.TEXT,
    ) -> None:
        """Send the next message of the stream in the smallest form that is exact enough, as `Requests` does."""
        self.endpoint.send_adaptive(
            kind, *tensors, slices=slices, stream_id=self.stream_id, modality=modality, to=self.address
        )

    def reset(self, code: str) -> None:
        """End the stream before its TAIL, as `Requests.reset_stream` does."""
        self.endpoint.reset_stream(self.stream_id, code, to=self.address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, exception: type[BaseException] | None, *_: object) -> None:
        if exception is None:
            self.endpoint.close_stream(self.stream_id, to=self.address)
