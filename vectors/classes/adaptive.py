"""The classes of the dialogues on adaptive messages and qualities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from .dialogues import DATA, ROLES, TYPES
from .row import Row
from .talk import type_of
from .view import BY_PEERS, View

MOST = 16_777_216
CODES = (
    *("HANDSHAKE_REQUIRED", "STREAM_STATE", "UNSUPPORTED_FEATURE", "UNSUPPORTED_MODALITY", "LENGTH_MISMATCH"),
    *("TOLERANCE", "BAD_SLOTS", "BAD_JSON", "BAD_MASK", "FRAME_TOO_LARGE", "FIELD_RANGE"),
)


def _asked(view: View) -> Iterable[Any]:
    talk = view.talk
    for request, code in talk.acts("adaptive"):
        if not (view.code or code):
            yield talk.role, request["type"]
    if view.code:
        yield from ((talk.role, code) for _, code in talk.acts("adaptive", "quality"))


def _sources(view: View) -> Iterable[Any]:
    talk = view.talk
    for request, _ in talk.acts("adaptive"):
        yield from ((talk.role, one["source"]) for one in request["tensors"])


def _tolerances(view: View) -> Iterable[Any]:
    for sent in view.talk.sent:
        value = sent.content.get("tolerance")
        if sent.content.get("method") == "quality" and (type(value) is int and 0 <= value <= MOST) != bool(view.code):
            yield value if type(value) is int else type_of(value)


def _instants(view: View) -> Iterable[Any]:
    adaptive: Mapping[str, Any] = view.given["config"].get("adaptive", {})
    if adaptive.get("controller") and not view.code:
        yield from view.talk.instants()


ADAPTIVE = {
    BY_PEERS["adapt"]: (
        Row(
            "combinations",
            "role × type of message, or code that refuses it",
            _asked,
            tuple(product(ROLES, DATA)),
            tuple(product(ROLES, CODES)),
        ),
        Row("combinations", "role × source", _sources, tuple(product(ROLES, ("f16", "f32", "bf16")))),
        Row(
            "digits",
            "tolerances of qualities: the ends, beyond them, and other types",
            _tolerances,
            (0, 1, 155, 156, MOST),
            (-1, MOST + 1, *(name for name in TYPES if name not in ("integer", "object"))),
        ),
        Row("instants", "a controller, in milliseconds", _instants, (0, 9_999, 10_000, 19_999, 20_000, 30_000, 40_000)),
    )
}
