"""Testees that perform `batch`, and not as TST-24 and TST-25 have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.testee_kit import any_value, array

from ..engine.patches import edited, entries
from .wrong import Reply, breaking, on_reply

Replies = list[Any]


def _of_batches(change: Callable[[Replies], Replies]) -> Callable[[str, Reply], Reply]:
    def changed(op: str, reply: Reply) -> Reply:
        return {"ok": {"replies": change(reply["ok"]["replies"])}} if op == "batch" and "ok" in reply else reply

    return changed


def _reversed(replies: Replies) -> Replies:
    return replies[::-1]


def _until_a_reject(replies: Replies) -> Replies:
    first = next((at for at, reply in enumerate(replies) if "reject" in reply), len(replies))
    return replies[: first + 1]


def _first_256(replies: Replies) -> Replies:
    return [*replies[:256], *replies[:1] * len(replies[256:])]


def _only_ok(replies: Replies) -> Replies:
    return [{"ok": {}} if "reject" in reply else reply for reply in replies]


def _allowed(op: str) -> tuple[str, str, str]:
    return "testee_kit.requests._answer", "if batched and op in _ALONE:", f"if batched and op in _ALONE - {{{op!r}}}:"


WRONG = (
    breaking("batch-as-alone", "batch-reversed", "Gives the replies last first.", on_reply(_of_batches(_reversed))),
    breaking(
        "batch-as-alone",
        "batch-ends-at-a-reject",
        "Performs the requests of a batch up to the first that is refused.",
        on_reply(_of_batches(_until_a_reject)),
    ),
    breaking(
        "batch-as-alone",
        "batch-counts-in-a-byte",
        "Repeats its first reply from request 256 of a batch on.",
        on_reply(_of_batches(_first_256)),
    ),
    breaking("batch-as-alone", "batch-forgives", "Says ok to all that it refuses.", on_reply(_of_batches(_only_ok))),
    breaking(
        "batch-as-alone",
        "batch-of-any-length",
        "Takes more than 300 requests in a batch, and none.",
        entries("testee_kit.requests._BATCH", {"requests": array(any_value)}),
    ),
    breaking("not-in-batches", "batch-greets", "Performs hello in a batch.", edited(*_allowed("hello"))),
    breaking("not-in-batches", "batch-in-a-batch", "Performs a batch in a batch.", edited(*_allowed("batch"))),
    breaking("not-in-batches", "batch-moves-peers", "Performs reset in a batch.", edited(*_allowed("reset"))),
)
