"""Dialogues that are the same for a server and a client: the session before them, whatever the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model import Case
from .configs import CONFIG, DATA_STREAM, HANDSHAKE_STREAM, MODALITIES, Config
from .events import established
from .frames import Frame, brief_ping, capable, sync, think
from .steps import Said, Steps, client, events, expect, first_ping, refusal, send, server

ROLES = ("server", "client")

_STRANGE_STREAM = 9
"""One on which nothing else comes."""


def session(role: str, config: Config = CONFIG, mux: Mapping[str, int] | None = None) -> Steps:
    """The handshake on stream_id 1 with an end that agrees whatever the configuration names, up to the event.

    mux: the other end's own value, where it has one (MUX-1); it is agreed if the configuration has one, too.
    """
    ours: dict[str, Any] = {} if mux is None else {"mux": mux}
    theirs: dict[str, Any] = {} if config.mux is None else {"mux": config.mux}
    told = events(established(**_agreed(config), **(ours if theirs else {})))
    if role == "server":
        answer = {"method": "capability"} | (theirs if ours else {})
        said = Said(answer, HANDSHAKE_STREAM, 0, space_hash32=config.space_hash32)
        return [*send(brief_ping(**ours)), *expect(said, name="capability"), *told]
    asked = Said({"method": "ping"} | theirs, HANDSHAKE_STREAM, 0, space_hash32=config.space_hash32)
    supports = {"critique": config.critique, "dtype": config.dtype}
    lists: dict[str, Any] = {"compress": config.compress, "crypto": config.crypto, "supports": supports}
    return [*expect(asked, name="ping"), *send(_capability(config, **lists, **ours)), *told]


def _capability(config: Config, **lists: Any) -> Frame:
    full = config.modality == MODALITIES
    return capable(gone="modality" if full else "", modality=config.modality, **lists)


def _agreed(config: Config) -> dict[str, Any]:
    # HSK-26: the first name, but one that requires crypto passes over none.
    crypto = next((name for name in config.crypto if name != "none" or not config.require_crypto), "none")
    lists = {"dtype": config.dtype, "modality": config.modality}
    return {"compress": config.compress[0], "crypto": crypto, "critique": config.critique, **lists}


def waiting(role: str) -> Steps:
    """A peer without a session: a client has sent its ping."""
    return [] if role == "server" else expect(first_ping())


def unsessioned(role: str) -> Steps:
    """A peer without a session that can be asked to send: a server knows an address once something came from it."""
    frame = think(0, stream=_STRANGE_STREAM)
    return waiting(role) if role == "client" else [*send(frame), *refusal(frame, "HANDSHAKE_REQUIRED")]


def dialogue(role: str, case_id: str, about: str, clauses: str, *parts: Steps, config: Config = CONFIG) -> Case:
    """A dialogue with a peer of that role, which the id names."""
    talk = {"server": server, "client": client}[role]
    return talk(f"{role}-{case_id}", about, clauses, *parts, config=config)


def in_session(case_id: str, about: str, clauses: str, *parts: Steps, config: Config = CONFIG) -> Iterator[Case]:
    """The dialogue in a session, once for each role."""
    for role in ROLES:
        yield dialogue(role, case_id, about, clauses, session(role, config), *parts, config=config)


def direction(role: str) -> str:
    """The `dir` of a stream to a peer of that role."""
    return "up" if role == "server" else "down"


def head(role: str, stream: int = DATA_STREAM, frame_seq: int = 0, flags: int = 0, **members: Any) -> Frame:
    """A HEAD to a peer of that role; without members it gives no sizes."""
    return sync({"method": "head", "dir": direction(role)} | members, frame_seq, stream, flags=flags)


def tail(frame_seq: int, stream: int = DATA_STREAM, flags: int = 0, **members: Any) -> Frame:
    """A TAIL, of an empty stream unless members say otherwise."""
    return sync({"method": "tail", "frames": "0", "total_len": "0"} | members, frame_seq, stream, flags=flags)
