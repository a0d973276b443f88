"""The interface of a running testee that the driver relies on, whoever started it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol, TypeAlias

HIDDEN: Final = "(token)"
"""The text in place of a testee's token where people read its output; it may well have printed it."""
Address: TypeAlias = tuple[str, int]
"""Host and port."""


class Running(Protocol):
    """A testee that runs: `process.ProcessTestee` or `attach.AttachedTestee`."""

    @property
    def token(self) -> str:
        """The secret of its hello (TST-6)."""

    @property
    def control(self) -> Address:
        """The address of its control socket."""

    @property
    def wires(self) -> Mapping[str, Address]:
        """The address of each wire by the name of its transport, of those that are known."""

    @property
    def gone_fd(self) -> int | None:
        """A file descriptor that becomes readable when the testee has ended, None if nothing can tell."""

    @property
    def first_id(self) -> int:
        """The request_id to start from."""

    def stderr(self) -> str:
        """The end of its standard error so far; all that there will be if it has ended."""

    def stray_stdout(self) -> bytes:
        """The first KiB of standard output after the line of ports (TST-1)."""

    def ended(self, within_s: float) -> str | None:
        """Wait for its end for at most within_s seconds; how it ended, or None if it runs on or nobody can tell."""

    def close_input(self) -> None:
        """End its standard input (TST-2)."""

    def stop(self) -> None:
        """End it, gently at first, and everything it started. Bounded; may be called twice."""

    def kill(self) -> None:
        """End it at once, and everything it started. Bounded; may be called twice."""
