"""Testees for tests that need one of a certain op, file or claim: `doubles.py NAME ARGUMENT…` is the process.

What is wrong in the same way in every test has a name of its own in conformance/mutants/testees/. These are sound ones
that claim less, and ones that do something with what the test gives them.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the repository: tests start this file by its path

from adapters.driver.launch.guard import VARIABLE
from conformance.model.cases import load_cases
from conformance.mutants.engine.patches import Change, both, replaced, wrapped
from conformance.mutants.engine.testee import SCRIPTS
from conformance.mutants.testees.hostile.attack import first
from conformance.mutants.testees.wrong import Answering, Reply, on_reply, serve_changed
from conformance.tests.support import write_adapter

TRANSFORMS = 3  # the flags ZSTD and XCHACHA
OF_TRANSFORMS = ("KEY_REQUIRED", "DECRYPT_FAILED", "BAD_COMPRESSION")


def _keeping(keeps: Callable[[str], bool]) -> Change:
    """The ops of these names and no others."""
    return replaced("ops.OPS", {op: one for op, one in SCRIPTS["ops"].OPS.items() if keeps(op)})


def sound() -> Change:
    """The reference as it is."""
    return first(lambda: None)


def frame_only() -> Change:
    """A sound testee that has the profile frame and no other."""

    def change(op: str, reply: Reply) -> Reply:
        code = reply.get("reject", {}).get("code")
        flags = reply.get("ok", {}).get("fields", {}).get("flags", 0)
        if op == "encode" and "ok" in reply:
            flags = int(reply["ok"]["frame"][4:6], 16)
        return {"unsupported": "transforms"} if flags & TRANSFORMS or code in OF_TRANSFORMS else reply

    kept = ("hello", "decode", "encode", "space_hash", "tail_hash", "stop")
    return both(replaced("ops.PROFILES", ("frame",)), _keeping(kept.__contains__), on_reply(change))


def claiming(*profiles: str) -> Change:
    """A sound testee that has these profiles, zstd and xchacha among them."""
    kept = {"hello", "stop", *(case.op for case in load_cases() if case.needs <= {*profiles})}
    return both(replaced("ops.PROFILES", profiles), _keeping(kept.__contains__))


def real_clock() -> Change:
    """A sound testee whose peers have the real clock."""

    def change(op: str, reply: Reply) -> Reply:
        if op == "hello" and "ok" in reply:
            return {"ok": {**reply["ok"], "clock": "real"}}
        return {"unsupported": op} if op == "peer_advance" else reply

    return on_reply(change)


def no_ops() -> Change:
    """One that claims no profile and has none."""
    return both(replaced("ops.PROFILES", ()), _keeping(("hello", "stop").__contains__))


def without_ops(*missing: str) -> Change:
    """One that does not have these ops."""
    return _keeping(lambda op: op not in missing)


def failing_op(failing: str, answer: str) -> Change:
    """One that answers every request for an op with this object, as JSON."""
    given: Reply = json.loads(answer)
    return on_reply(lambda op, reply: given if op == failing else reply)


def ending_op(ending: str) -> Change:
    """One that ends at every request for an op."""

    def change(op: str, reply: Reply) -> Reply:
        if op == ending:
            os._exit(3)
        return reply

    return on_reply(change)


def _where(text: str, instead: Callable[[], Reply]) -> Change:
    """One that does something else at every message in which a text is."""

    def make(right: Answering) -> Answering:
        return lambda message: ("", instead()) if text.encode() in message else right(message)

    return wrapped("ops.answer", make)


def ending_where(text: str) -> Change:
    """One that ends at every message in which a text is."""
    return _where(text, lambda: os._exit(3))


def failing_where(text: str, answer: str) -> Change:
    """One that answers every message in which a text is with this object, as JSON."""
    given: Reply = json.loads(answer)
    return _where(text, lambda: given)


def _wait(post: str) -> NoReturn:
    """Say at a signpost that it has come to this, and do nothing more."""
    Path(post).write_text("x")
    while True:
        threading.Event().wait()


def blocking(op: str, post: str) -> Change:
    """One that says at a signpost that it was asked for an op, and never answers."""

    def make(right: Answering) -> Answering:
        return lambda message: _wait(post) if op in str(message) else right(message)

    return wrapped("ops.answer", make)


def never_starting(post: str) -> Change:
    """One that says at a signpost that it was started, and does nothing more."""
    return first(lambda: _wait(post))


def telling(telling_op: str) -> Change:
    """One that tells its secret in every reply to an op."""

    def change(op: str, reply: Reply) -> Reply:
        secret = os.environ.get(VARIABLE, "")
        return {"reject": {"code": f"own-secret-{secret}"}} if op == telling_op else reply

    return on_reply(change)


def alone(place: str) -> Change:
    """One that does not start while another one runs, or has run, with the same place."""

    def take_place() -> None:
        try:
            Path(place).touch(exist_ok=False)
        except FileExistsError:
            sys.exit("another one has my place")

    return first(take_place)


def in_the_way(place: str) -> Change:
    """One that makes a file where a folder of the run was."""

    def make(right: Answering) -> Answering:
        def answer(message: bytes) -> tuple[str, Reply]:
            if not Path(place).exists():
                Path(place).write_text("in the way")
            return right(message)

        return answer

    return wrapped("ops.answer", make)


DOUBLES: Mapping[str, Callable[..., Change]] = {
    make.__name__: make
    for make in (
        sound, frame_only, claiming, real_clock, no_ops, without_ops, failing_op, ending_op, failing_where,
        ending_where, blocking, never_starting, alone, in_the_way, telling,
    )
}  # fmt: skip


def write_double(folder: Path, make: Callable[..., Change], *given: str) -> Path:
    """An adapter in `folder` whose testee is one of these; the path of its adapter.toml."""
    return write_adapter(folder, [sys.executable, "-P", __file__, make.__name__, *given])


def main() -> None:
    """Be that testee."""
    _, name, *given = sys.argv
    del sys.argv[1:]
    serve_changed(DOUBLES[name](*given))


if __name__ == "__main__":
    main()
