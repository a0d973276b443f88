"""Testees whose answers to requests break the protocol, in whatever datagrams they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from adapters.testee_kit import decimal
from adapters.testee_kit.schema import Shape

from ..engine.patches import Change, entries, wrapped
from .wrong import Reply, breaking, on_reply

Members = Callable[[str, Any, Shape, Shape], Mapping[str, Any]]


class ForgivingOps(dict[str, Any]):
    """A table of ops that also has each of them with spaces around its name."""

    def __contains__(self, op: object) -> bool:
        return super().__contains__(str(op).strip())

    def __getitem__(self, op: str) -> Any:
        return super().__getitem__(op.strip())


def _without_strangers(right: Members) -> Members:
    def members(at: str, value: Any, needed: Shape, optional: Shape) -> Mapping[str, Any]:
        if type(value) is dict and at == "input":
            value = {name: one for name, one in value.items() if name in needed or name in optional}
        return right(at, value, needed, optional)

    return members


def _any_case(right: Callable[[str], bytes | None]) -> Callable[[str], bytes | None]:
    return lambda text: right(text.lower())


def _leading_zero(at: str, value: object) -> int:
    return 1 if value == "01" else decimal(at, value)


def _reduced(_at: str, value: list[int]) -> tuple[int, ...]:
    return tuple(dim % 2**32 for dim in value)


def _numbered_hello() -> Change:
    numbers = count()

    def change(op: str, reply: Reply) -> Reply:
        again = op == "hello" and "ok" in reply
        return {"ok": {**reply["ok"], "version": str(next(numbers))}} if again else reply

    return on_reply(change)


def _unknown_op_is_an_error(op: str, reply: Reply) -> Reply:
    return {"error": op} if "unsupported" in reply else reply


def _bare_code(op: str, reply: Reply) -> Reply:
    return {"reject": reply["reject"]["code"]} if "reject" in reply and op != "peer_send" else reply


def _own_code(_op: str, reply: Reply) -> Reply:
    return {"reject": {"code": "SHORT"}} if "reject" in reply else reply


def _says_bye(op: str, reply: Reply) -> Reply:
    return {"ok": {"bye": 1}} if op == "stop" and "ok" in reply else reply


WRONG = (
    breaking(
        "unknown-op",
        "unknown-op-is-an-error",
        "Answers `error` to an op it does not know.",
        on_reply(_unknown_op_is_an_error),
    ),
    breaking("unknown-op", "op-names-trimmed", "Takes `decode ` for decode.", wrapped("ops.OPS", ForgivingOps)),
    breaking(
        "malformed-requests",
        "hex-in-capitals",
        "Takes upper-case hexadecimal.",
        wrapped("testee_kit.schema._from_hex", _any_case),
    ),
    breaking(
        "malformed-requests",
        "unknown-members-ignored",
        "Ignores members of an input that its schema does not have.",
        wrapped("testee_kit.requests.members", _without_strangers),
    ),
    breaking(
        "malformed-requests",
        "leading-zeros-taken",
        "Takes 01 for the decimal number 1.",
        entries("ops.FIELDS", {"frame_seq": _leading_zero}),
    ),
    breaking(
        "malformed-requests",
        "dims-reduced",
        "Takes dims modulo 2 to the 32nd.",
        entries("ops.SLICE", {"dims": _reduced}),
    ),
    breaking("refusal-has-a-code", "reject-is-a-string", "Has the code in place of an object.", on_reply(_bare_code)),
    breaking("refusal-has-a-code", "reject-code-invented", "Has a code that no registry has.", on_reply(_own_code)),
    breaking("hello-again", "hello-changes", "Gives another version at every hello.", _numbered_hello()),
    breaking("stop-exits", "stop-answered-with-content", "Answers stop with more than `ok` {}.", on_reply(_says_bye)),
)
