"""Testees that perform `batch` or `peer_batch`, and not as TST-24, TST-25, TST-34 and TST-35 have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.testee_kit import any_value, array

from ..engine.patches import Change, entries, wrapped
from .wrong import Reply, breaking, on_reply

Replies = list[Any]
ENDPOINT = "peer_endpoint.Endpoint"


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


def _first_value(replies: Replies) -> Replies:
    first = next((reply for reply in replies if "ok" in reply), None)
    return [first if "ok" in reply else reply for reply in replies]


def _on_peers(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[str, Reply], Reply]:
    def changed(op: str, reply: Reply) -> Reply:
        return {"ok": change(reply["ok"])} if op == "peer_batch" and "ok" in reply else reply

    return changed


def _uncounted(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "datagrams": [{} for _ in found["datagrams"]]}


def _told_at_the_end(found: dict[str, Any]) -> dict[str, Any]:
    """All that was sent in a batch, with its last request."""
    links = sorted({link for sent in found["datagrams"] for link in sent})
    total = {link: sum(sent.get(link, 0) for sent in found["datagrams"]) for link in links}
    return {**found, "datagrams": [*({} for _ in found["datagrams"][1:]), total]}


def _one_more(right: Callable[..., None]) -> Callable[..., None]:
    return lambda self, datagrams: right(self, datagrams and datagrams + 1)


_HASHING = wrapped("testee_kit.peer_batches._OPS", lambda ops: ops | {"tail_hash"})


def _allowed(op: str) -> Change:
    return wrapped("testee_kit.requests._ALONE", lambda alone: alone - {op})


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
    breaking(
        "batch-as-alone",
        "batch-repeats-a-value",
        "Answers whatever it performs in a batch with what the first request gave.",
        on_reply(_of_batches(_first_value)),
    ),
    breaking("batch-as-alone", "batch-forgives", "Says ok to all that it refuses.", on_reply(_of_batches(_only_ok))),
    breaking(
        "batch-as-alone",
        "batch-of-any-length",
        "Takes more than 300 requests in a batch, and none.",
        entries("testee_kit.requests._BATCH", {"requests": array(any_value)}),
    ),
    breaking("not-in-batches", "batch-greets", "Performs hello in a batch.", _allowed("hello")),
    breaking("not-in-batches", "batch-in-a-batch", "Performs a batch in a batch.", _allowed("batch")),
    breaking("not-in-batches", "batch-stops", "Performs stop in a batch.", _allowed("stop")),
    breaking("not-in-batches", "batch-moves-peers", "Performs reset in a batch.", _allowed("reset")),
    breaking(
        "peer-batch-bit-by-bit",
        "peer-batch-takes-all",
        "Takes with the first op of a peer_batch all datagrams that wait.",
        wrapped(f"{ENDPOINT}.take_at_most", lambda right: lambda self, _: right(self, None)),
    ),
    breaking(
        "peer-batch-bit-by-bit",
        "peer-batch-takes-one-more",
        "Takes with each op of a peer_batch that takes datagrams one more.",
        wrapped(f"{ENDPOINT}.take_at_most", _one_more),
    ),
    breaking(
        "peer-batch-bit-by-bit",
        "peer-batch-does-not-count",
        "Does not say in a peer_batch what was sent.",
        on_reply(_on_peers(_uncounted)),
    ),
    breaking(
        "peer-batch-bit-by-bit",
        "peer-batch-counts-at-the-end",
        "Says with the last reply of a peer_batch what was sent with all of them.",
        on_reply(_on_peers(_told_at_the_end)),
    ),
    breaking("not-in-peer-batches", "peer-batch-hashes", "Performs tail_hash in a peer_batch.", _HASHING),
)
