"""Wrong servers: small changes to what a sound conversation is asked or answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from resonant import ResonantError, decode
from resonant.peer import Config

from ...server.reply import Reply, read_reply
from ...wire.build import Frame, Slice, Type, build, sync
from .serving import Fault, Receive, peer_of

Message: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A datagram that the server got. frame: None if it does not decode; message: empty if it has no object."""

    raw: bytes
    frame: Frame | None
    message: Message

    @property
    def method(self) -> str:
        """The method of its object, or nothing."""
        return str(self.message.get("method", ""))

    @property
    def kind(self) -> int:
        """The type of its frame, -1 without one."""
        return -1 if self.frame is None else self.frame.type

    @property
    def number(self) -> tuple[int, int]:
        """stream_id and frame_seq, -1 without a frame."""
        return (-1, -1) if self.frame is None else (self.frame.stream_id, self.frame.frame_seq)

    @property
    def is_heart(self) -> bool:
        """Whether it is a Sync frame without slices."""
        return self.kind == Type.SYNC and self.frame is not None and not self.frame.slices


def asked(raw: bytes) -> Asked:
    """The content of a datagram."""
    try:
        found = decode(raw)
    except ResonantError:
        return Asked(raw, None, {})
    slices = tuple(Slice(one.dtype, one.dims, one.payload) for one in found.slices)
    fields = (found.flags, found.space_hash32, found.modality)
    frame = Frame(int(found.type), found.stream_id, found.frame_seq, slices, *map(int, fields))
    try:
        message = json.loads(slices[0].payload) if found.type == Type.SYNC and slices else {}
    except ValueError:
        message = {}
    return Asked(raw, frame, message if isinstance(message, dict) else {})


def rewritten(reply: Reply, message: Message, **fields: int) -> bytes:
    """A reply with another object, and other fields of its frame."""
    frame = replace(sync(reply.stream_id, reply.frame_seq, message), space_hash32=reply.space_hash32)
    return build(replace(frame, **fields))  # type: ignore[arg-type]


def error_for(got: Asked, code: str, **members: Any) -> bytes:
    """An error in answer to what was got, where a sound server answers nothing or another."""
    stream_id, seq = got.number
    ref = {"stream_id": stream_id, "frame_seq": str(seq)}
    return build(sync(stream_id, 0, {"method": "error", "code": code, "message": "", "ref": ref, **members}))


def on_request(change: Callable[[Asked], bytes]) -> Fault:
    """The server reads every datagram as if it were another one."""

    def fault(receive: Receive) -> Receive:
        return lambda raw, now_ms: receive(change(asked(raw)), now_ms)

    return fault


def on_message(change: Callable[[Message], Message], method: str = "ping") -> Fault:
    """The server reads the objects of this method as if they were others."""

    def changed(got: Asked) -> bytes:
        if got.frame is None or got.method != method:
            return got.raw
        stream_id, seq = got.number
        other = sync(stream_id, seq, change(got.message), flags=got.frame.flags)
        return build(replace(other, space_hash32=got.frame.space_hash32))

    return on_request(changed)


def on_reply(change: Callable[[Asked, Reply], bytes]) -> Fault:
    """The server answers something else than a sound one."""

    def fault(receive: Receive) -> Receive:
        def changed(raw: bytes, now_ms: int) -> list[bytes]:
            return [change(asked(raw), read_reply(one)) for one in receive(raw, now_ms)]

        return changed

    return fault


def on_answer(change: Callable[[Message], Message], method: str = "capability", code: str | None = None) -> Fault:
    """The objects that the server sends of this method, and of this code, are others."""

    def changed(_: Asked, reply: Reply) -> bytes:
        if reply.method != method or code not in (None, reply.message.get("code")):
            return reply.raw
        return rewritten(reply, change(reply.message))

    return on_reply(changed)


def deaf_to(condition: Callable[[Asked], bool]) -> Fault:
    """The server never sees what meets the condition."""

    def fault(receive: Receive) -> Receive:
        return lambda raw, now_ms: [] if condition(asked(raw)) else receive(raw, now_ms)

    return fault


def mute_after(condition: Callable[[Asked], bool]) -> Fault:
    """The server sees what meets the condition, and keeps its answer to itself."""

    def fault(receive: Receive) -> Receive:
        def changed(raw: bytes, now_ms: int) -> list[bytes]:
            found = receive(raw, now_ms)
            return [] if condition(asked(raw)) else found

        return changed

    return fault


def answers(condition: Callable[[Asked], bool], code: str, **members: Any) -> Fault:
    """Answer whatever meets the condition with this error, and let it go no further."""

    def fault(receive: Receive) -> Receive:
        def changed(raw: bytes, now_ms: int) -> list[bytes]:
            got = asked(raw)
            return [error_for(got, code, **members)] if condition(got) else receive(raw, now_ms)

        return changed

    return fault


def without(*names: str) -> Callable[[Message], Message]:
    """The object without these members."""
    return lambda message: {name: value for name, value in message.items() if name not in names}


def having(**members: Any) -> Callable[[Message], Message]:
    """The object with these members."""
    return lambda message: {**message, **members}


def supporting(**members: Any) -> Callable[[Message], Message]:
    """The object with these members in supports."""
    return lambda message: {**message, "supports": {**message.get("supports", {}), **members}}


def reframed(change: Callable[[Frame], Frame]) -> Fault:
    """The server reads every frame as if its fields were others."""
    return on_request(lambda got: got.raw if got.frame is None else build(change(got.frame)))


def saying(*datagrams: bytes) -> Fault:
    """The server answers everything with these datagrams."""
    return lambda _: lambda raw, now_ms: list(datagrams)


def dying_after(count: int) -> Fault:
    """The server says nothing to any address any more once it has got so many datagrams."""
    got = 0

    def fault(receive: Receive) -> Receive:
        def dying(raw: bytes, now_ms: int) -> list[bytes]:
            nonlocal got
            got += 1
            return receive(raw, now_ms) if got <= count else []

        return dying

    return fault


def started_anew_after(count: int, config: Config) -> Fault:
    """The server has forgotten everybody when it has got so many datagrams."""
    got = 0

    def fault(receive: Receive) -> Receive:
        born, after = got, peer_of(config)

        def changed(raw: bytes, now_ms: int) -> list[bytes]:
            nonlocal got
            got += 1
            return (after if born < count < got else receive)(raw, now_ms)

        return changed

    return fault
