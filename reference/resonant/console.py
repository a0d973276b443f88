"""The standard streams of command lines: characters they lack, readers that left, disks that are full.

Text that came from somebody else goes through `printable` before a person sees it.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

UNWRITTEN, INTERRUPTED, NO_READER = 2, 130, 141
"""Exit statuses: the output could not be written; Ctrl-C; the reader of a pipe left, as a shell has it for SIGPIPE."""
_OUTPUT_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EBADF})
P = ParamSpec("P")
R = TypeVar("R")


def counted(count: int, noun: str, form: str = "") -> str:
    """A number with what it counts: 1 byte, 2 bytes, 3 more entries. form: of the number, such as a comma."""
    return f"{count:{form}} {noun if count == 1 else _plural(noun)}"


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def printable(text: str, keep: str = "") -> str:
    """Text for people, with an escape in place of whatever a terminal would obey or not show: \\x1b, \\u202e, \\n.

    keep: characters that stay as they are, such as a line end.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in keep else _escaped(one) for one in text)


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")


def forgiving() -> None:
    """Let standard output and error write an escape for a character that their encoding lacks; open them if closed."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None:  # started with >&-: nothing else may get that number, which would then be written to
            setattr(sys, name, _nowhere(number))
        elif isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError, ValueError):  # a full disk, or a stream that was closed
                stream.reconfigure(errors="backslashreplace")


def _nowhere(number: int) -> io.TextIOWrapper:
    opened = os.open(os.devnull, os.O_RDWR)
    if opened == number:
        os.set_inheritable(number, True)  # as 1 and 2 are
    else:
        os.dup2(opened, number)
        os.close(opened)
    return open(number, "w", encoding="utf-8", closefd=False)


def command(main: Callable[P, R]) -> Callable[P, R | int]:
    """Make a `main` end as a command should where its output cannot be written or somebody presses Ctrl-C."""

    @wraps(main)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | int:
        forgiving()
        try:
            try:
                return main(*args, **kwargs)
            finally:
                _flush()
        except BrokenPipeError:
            _mute()
            return NO_READER
        except KeyboardInterrupt:
            _say("interrupted")
            return INTERRUPTED
        except OSError as error:
            if error.filename is not None or error.errno not in _OUTPUT_ERRORS:
                raise
            _mute()
            _say(f"the output cannot be written: {error.strerror}")
            return UNWRITTEN

    return guarded


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()


def _mute() -> None:
    """Keep what is left in the buffer of standard output from failing once more when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)
