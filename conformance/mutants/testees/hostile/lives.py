"""Testees that crash, hang, write without end, will not leave, or leave something behind."""

from __future__ import annotations

import gc
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import NoReturn

from adapters.testee_kit.pieces import HEAD
from adapters.testee_kit.server import Address, Testee

from ...engine.patches import Change, both, replaced, wrapped
from ..processes import never_ending
from ..wrong import KIT, Reply, Take
from .attack import ATTACKED, Hostile, Misdeed, Says, answering, first, on_all, on_one
from .bounds import endlessly, leave_child, leave_daemon, limit_life, pause_for_ever
from .restarts import started_before


def _doing(*acts: Callable[[], object]) -> Says:
    """Do all that, and then answer as is right, if it comes to that."""

    def says(_op: str, right: Reply) -> Reply:
        for act in acts:
            act()
        return right

    return says


def _exit(status: int) -> Callable[[], NoReturn]:
    return lambda: os._exit(status)


def _kill_oneself(number: signal.Signals) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


def _raise() -> NoReturn:
    raise ArithmeticError("so it goes")


def _close_sockets() -> None:
    for one in gc.get_objects():
        if isinstance(one, socket.socket):
            one.close()


def _leave_it_to_a_child() -> None:
    if os.fork():
        os._exit(5)
    limit_life()
    pause_for_ever()


def _in_the_background(act: Callable[[], None]) -> Callable[[], None]:
    return lambda: threading.Thread(target=act, daemon=True).start()


def _write_noise() -> None:
    endlessly(lambda: os.write(2, os.urandom(4_096)))


def _write_lines() -> None:
    endlessly(lambda: os.write(1, b"ready\n" * 999))


def _write_more_than_pipes_hold() -> None:
    """Three times as much, so that the first of it has been read when the answer is sent, on a busy machine too."""
    os.write(1, b"ready\n" * 33_000)


def _close_outputs() -> None:
    for descriptor in (1, 2):
        os.close(descriptor)


def _dying(status: int) -> Change:
    misdeed = Misdeed(_doing(_exit(status)))
    return answering(lambda case: misdeed if case == ATTACKED else None)


def _not_again(undo: ExitStack) -> None:
    if started_before("does-not-start-again"):
        os._exit(1)
    _dying(1)(undo)


def _claims_less(undo: ExitStack) -> None:
    if started_before("claims-less-after-a-restart"):
        replaced("ops.PROFILES", ("frame", "zstd"))(undo)
    _dying(1)(undo)


def _early(right: Take) -> Take:
    """Answers whoever asks for an op that does not exist, greeted or not."""

    def take(testee: Testee, datagram: bytes, sender: Address) -> str:
        if b"no_such_op" in datagram:
            testee.control.sendto(datagram[: HEAD.size] + b'{"ok": {}}', sender)
        return right(testee, datagram, sender)

    return take


def _ignore(*numbers: signal.Signals) -> Callable[[], None]:
    def act() -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)

    return act


_DEAF = replaced("testee_kit.server.exit_at_end_of_input", pause_for_ever)
_IGNORE = _ignore(signal.SIGTERM, signal.SIGHUP)


def _deaf_daemon() -> None:
    """Started like this it ignores what this process ignores."""
    _IGNORE()
    leave_daemon()


HOSTILE = (
    on_one(
        "crashes-on-one-case",
        "Says something on standard error, and ends with status 134 at one case.",
        _doing(lambda: os.write(2, b"assertion failed"), _exit(134)),
    ),
    on_all("crashes-on-every-case", "Ends with status 9 at every case.", _doing(_exit(9))),
    on_one("is-killed-on-one-case", "Is killed by SIGSEGV at one case.", _doing(_kill_oneself(signal.SIGSEGV))),
    on_one("exits-with-0", "Ends with status 0 in place of one answer.", _doing(_exit(0))),
    on_one("raises-on-one-case", "Ends at one case by an exception that nobody catches.", _doing(_raise)),
    on_one("hangs-on-one-case", "Hangs at one case.", _doing(pause_for_ever)),
    on_one("stops-itself", "Stops itself by SIGSTOP at one case.", _doing(_kill_oneself(signal.SIGSTOP))),
    on_one("closes-its-sockets", "Closes its sockets at one case, and lives.", _doing(_close_sockets, pause_for_ever)),
    Hostile("does-not-start-again", "Ends at one case, and at once when it is started again.", _not_again),
    Hostile("claims-less-after-a-restart", "Ends at one case, and claims less when it is started again.", _claims_less),
    on_all(
        "9-megabytes-of-errors",
        "Writes 9 MB to standard error at every case.",
        _doing(lambda: os.write(2, b"x" * 9_000_000)),
    ),
    Hostile(
        "noise-and-a-crash",
        "Writes a gibibyte to standard error, and ends at one case.",
        first(_in_the_background(_write_noise), _dying(1)),
    ),
    on_one(
        "writes-without-end",
        "Writes lines to standard output from one case on, a gibibyte of them.",
        _doing(_write_more_than_pipes_hold, _in_the_background(_write_lines)),
    ),
    on_one("closes-its-outputs", "Closes standard output and standard error at one case.", _doing(_close_outputs)),
    Hostile(
        "bound-on-every-interface",
        "Binds its sockets on every interface.",
        replaced("testee_kit.server._LOOPBACK", "0.0.0.0"),  # noqa: S104 - that is what is wrong
    ),
    Hostile("answers-before-hello", "Answers an unknown op before it is greeted.", wrapped(f"{KIT}.take", _early)),
    Hostile(
        "will-not-leave",
        "Ignores stop, SIGTERM and the end of its input, and is there for ten minutes.",
        first(_ignore(signal.SIGTERM), both(_DEAF, wrapped("testee_kit.server.serve", never_ending))),
    ),
    Hostile("deaf-to-its-end", "Ignores SIGTERM, SIGHUP and the end of its input.", first(_IGNORE, _DEAF)),
    Hostile("deaf-with-a-daemon", "The same, and so does a daemon that it starts.", first(_deaf_daemon, _DEAF)),
    Hostile("leaves-a-child", "Starts a child, and leaves it behind.", first(leave_child)),
    on_one(
        "crashes-and-leaves-children",
        "Starts three children at one case and ends.",
        _doing(leave_child, leave_child, leave_child, _exit(1)),
    ),
    Hostile(
        "leaves-a-child-far-away",
        "Starts a child in a session of its own, and leaves it behind.",
        first(lambda: leave_child(own_session=True)),
    ),
    on_all(
        "leaves-daemons",
        "Starts a daemon at every case, up to a hundred, and leaves them behind.",
        _doing(leave_daemon),
    ),
    on_all("crashes-and-leaves-a-daemon", "Starts a daemon at every case, and ends.", _doing(leave_daemon, _exit(1))),
    on_one(
        "replaced-by-a-child",
        "Ends at one case, and leaves its sockets to a child.",
        _doing(_leave_it_to_a_child),
    ),
)
