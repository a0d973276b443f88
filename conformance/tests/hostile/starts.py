"""The words of a run about each testee that it cannot begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .table import RUN_S, SHORT, START_S


@dataclass(frozen=True, slots=True)
class BadStart:
    """The text, and the seconds that the run may spend on waiting."""

    says: str
    waits_s: float = 0.0

    @property
    def waits(self) -> Mapping[str, float]:
        """The limits of the run, short where the testee has it wait."""
        return SHORT if self.waits_s else {}

    @property
    def limit_s(self) -> float:
        """By when the run is to be over."""
        return RUN_S + self.waits_s


STARTS: Mapping[str, BadStart] = {
    "exits-at-once": BadStart("it ended before it printed its ports: exit status 3"),
    "crashes-at-once": BadStart("killed by SIGSEGV"),
    "never-prints-its-ports": BadStart("no line of ports in time; it printed nothing", START_S),
    "prints-garbage-first": BadStart("its first line is not the ports"),
    "prints-no-text-first": BadStart("its first line is not the ports"),
    "prints-one-endless-line": BadStart("its first line is not the ports: it is longer than 4096 bytes"),
    "prints-an-impossible-port": BadStart("the number 1e999 is beyond binary64"),
    "ignores-hello": BadStart(f"no reply to hello within {START_S:.0f} s", START_S),
    "hello-is-a-text": BadStart("ok is not an object"),
    "rejects-hello": BadStart("hello was answered with Reject"),
    "crashes-at-hello": BadStart("no reply to hello: exit status 4"),
    "is-not-where-it-says": BadStart("no reply to hello"),
    "claims-an-unknown-profile": BadStart("no profile 'telepathy'"),
    "claims-zstd-without-frame": BadStart("the testee claims zstd but not frame, which it needs (TST-12)"),
    "claims-a-long-name": BadStart("no profile 'xxx"),
    "claims-100000-profiles": BadStart("no profile '0'"),
    "speaks-another-version": BadStart("spec of the reply to hello is '222"),
}
