"""The reply to hello: who the testee is and what it claims (TST-12, specs/ops/hello.json)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from .answer import AnswerError

SPEC: Final = "1.0"
_TEXTS: Final = ("name", "version", "language", "spec")
_OPTIONAL: Final = {"clock", "transports"}
UDP: Final = "udp"
_CLOCKS: Final = ("virtual", "real")


@dataclass(frozen=True, slots=True)
class Hello:
    """A testee's description of itself."""

    name: str
    version: str
    language: str
    spec: str
    """The version of the specification, always "1.0"."""
    profiles: tuple[str, ...]
    """The profiles that it claims, in its order. The driver does not know which ones there are, or what they need."""
    clock: Literal["virtual", "real"] = "virtual"
    """The way in which time passes for its peers: by peer_advance alone, or by itself (TST-20)."""
    transports: tuple[str, ...] = (UDP,)
    """The transports on which it has peers, if it has any; UDP where it names none (TST-27)."""


def parse_hello(value: dict[str, Any]) -> Hello:
    """Read the ok of a hello. Raises AnswerError and nothing else."""
    wanted = {*_TEXTS, "profiles"}
    if value.keys() - _OPTIONAL != wanted:
        missing, extra = sorted(wanted - value.keys()), sorted(value.keys() - wanted - _OPTIONAL)
        raise AnswerError(
            f"the reply to hello lacks {missing or 'nothing'} and has {extra or 'nothing'} extra (TST-12)"
        )
    for name in _TEXTS:
        if type(value[name]) is not str:
            raise AnswerError(f"{name} of the reply to hello is not a string: {value[name]!r} (TST-12)")
    if not value["name"]:
        raise AnswerError("name of the reply to hello is empty (TST-12)")
    if value["spec"] != SPEC:
        raise AnswerError(f"spec of the reply to hello is {value['spec']!r} instead of {SPEC!r} (TST-12)")
    clock = value.get("clock", "virtual")
    if type(clock) is not str or clock not in _CLOCKS:
        raise AnswerError(f"clock of the reply to hello is {clock!r}, neither 'virtual' nor 'real' (TST-20)")
    profiles = _names("profiles", value["profiles"], "TST-12")
    transports = _names("transports", value.get("transports", [UDP]), "TST-27")
    if not transports:
        raise AnswerError("transports of the reply to hello is empty; leave it out for UDP alone (TST-27)")
    return Hello(
        name=value["name"],
        version=value["version"],
        language=value["language"],
        spec=SPEC,
        profiles=profiles,
        transports=transports,
        clock="real" if clock == "real" else "virtual",
    )


def _names(member: str, value: object, clause: str) -> tuple[str, ...]:
    if type(value) is not list or not all(type(one) is str and one for one in value):
        raise AnswerError(f"{member} of the reply to hello is not a list of names: {value!r} ({clause})")
    if len(set(value)) != len(value):
        raise AnswerError(f"{member} of the reply to hello has a duplicate: {value!r} ({clause})")
    return tuple(value)
