"""One run against a server from outside: what is planned, what cannot be, and what nobody could see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from resonant.describe.clauses import load_clauses
from resonant.describe.registry import registry

from adapters.driver import AdapterError, Hello

from ..model.profiles import PROFILES, families_with_needs
from ..server.addresses import CONNECTED, UDP, UnreachableError
from ..server.catalogue import CHECKS
from ..server.chains import Chains
from ..server.check import Check
from ..server.server import Outside, attach
from .implementations import WRONG_SERVER
from .known_failures import Known, KnownFailuresError, concerns, load_known, resolve
from .options import Options
from .results import Results
from .testee_run import RunError
from .wrong_server import reachable

SPEC = "1.0"
UNKNOWN = "unknown"  # nothing on the wire tells version and language
JUDGED = tuple(name for name in PROFILES if any(check.profile == name for check in CHECKS))
FAMILIES: Mapping[str, tuple[str, ...]] = {name: tuple(families_with_needs(name, JUDGED)) for name in JUDGED}
"""Profile -> its families, and those of what it needs that no check is filed under."""
TRANSFORMS = tuple(
    (choice.name, family)
    for choice in (*registry().compress.values(), *registry().crypto.values())
    for family in PROFILES.get(choice.profile, ())
)
"""A name that a server may agree to, and a family whose clauses then show."""


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A check that cannot be made with this server."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OutsideRun:
    """Everything that is decided before the first check."""

    name: str
    """The name of the implementation in the run."""
    server: Outside
    chains: Chains
    hello: Hello
    cases: Mapping[str, Check]
    """The checks that are to run, by id."""
    unplanned: Sequence[Unplanned]
    known: Mapping[str, Known]
    results: Results
    undo: ExitStack
    """Everything that ends with the run: the conversations, and a server that was started for it."""

    @property
    def place(self) -> str:
        """The server in the text for people."""
        return self.name if self.name.startswith(WRONG_SERVER) else f"at {self.name}"

    def close(self) -> None:
        """End the conversations, and a server that was started for this run."""
        self.undo.close()

    @property
    def existing(self) -> Collection[str]:
        """Ids of all checks, whether they run or not."""
        return {check.id for check in CHECKS}

    @property
    def running(self) -> Collection[str]:
        """Those of them that run."""
        return self.cases.keys()

    @property
    def adapter_file(self) -> Path | None:
        """There is no adapter."""
        return None

    @property
    def idle_probes(self) -> Sequence[tuple[str, ...]]:
        """A plan of a run from outside has no probes of testees."""
        return ()

    def unseen(self) -> tuple[str, ...]:
        """The MUST clauses of the judged profiles, and of those they need, that no executed check cites."""
        seen = {clause for entry in self.results.entries for clause in entry.clauses}
        learned = self.server.learned
        families = {family for profile in self.results.selected for family in FAMILIES[profile]}
        families |= {family for name, family in TRANSFORMS if name in (*learned.compress, *learned.crypto)}
        return tuple(
            clause.id
            for clause in load_clauses().values()
            if clause.must and clause.untestable is None and _family(clause.id) in families and clause.id not in seen
        )

    def data(self) -> Mapping[str, Any]:
        """The members that run.json has for such a run alone (reports/run.schema.json)."""
        unplanned = [{"id": one.id, "reason": one.reason} for one in self.unplanned]
        return {"not_planned": unplanned, "unseen": list(self.unseen())}

    def summary(self) -> Iterator[str]:
        """The same for people."""
        if self.server.over_quic:
            yield "the server's certificate was taken as it is: who it is, is not judged"
        reasons = sorted({one.reason for one in self.unplanned})
        for reason in reasons:
            names = [one.id.rpartition("/")[2] for one in self.unplanned if one.reason == reason]
            yield f"not planned, as {reason}: {', '.join(names)}"
        yield "clauses that could not be seen from outside:"
        for family, ids in groupby(sorted(self.unseen(), key=_family), _family):
            yield f"  {family} {', '.join(_ranges(list(ids)))}"


def prepare(options: Options) -> OutsideRun:
    """Find the server, or start a wrong one, learn what it can, and decide what counts. Raises RunError."""
    _check_options(options)
    with ExitStack() as undo:
        try:
            listed = load_known(options.known, fixing=options.fix_known) if options.known else {}
            server = _attached(options.impl, undo)
            server.assume_streams("stream" in options.profiles)
            judged = _judged(options, server)
            lacking = _lacking(server, judged)
            cases = {check.id: check for check, reason in lacking if reason is None}
            existing = {check.id for check in CHECKS}
            chosen = options.profiles
            meant = {k: v for k, v in listed.items() if not chosen or concerns(v, chosen, cases.keys())}
            known = resolve(meant, cases.keys(), existing, path=options.known, fixing=options.fix_known)
        except (AdapterError, UnreachableError, KnownFailuresError) as error:
            raise RunError(str(error)) from error
        unplanned = [Unplanned(check.id, reason) for check, reason in lacking if reason is not None]
        selected = options.profiles or _shown(server, judged)
        name = options.impl.removeprefix(f"{UDP}://")
        hello = Hello(name=name, version=UNKNOWN, language=UNKNOWN, spec=SPEC, profiles=selected)
        results, chains = Results(selected, cases), Chains(server, cases)
        return OutsideRun(options.impl, server, chains, hello, cases, unplanned, known, results, undo.pop_all())


def _attached(impl: str, undo: ExitStack) -> Outside:
    """The server, of which everything ends with `undo`."""
    address = undo.enter_context(reachable(impl))
    try:
        server = attach(address)
    except UnreachableError as error:
        raise UnreachableError(str(error).replace(address, impl)) from None
    undo.callback(server.close)
    return server


def _check_options(options: Options) -> None:
    if options.dialogues or options.vectors or options.real_time:
        leave = "leave out --dialogue, --vectors and --real-time"
        raise RunError(f"--impl={options.impl}: vectors and dialogues are played against testees; {leave}")
    for name in options.profiles:
        if name not in FAMILIES:
            raise RunError(f"--profile={name}: a server is judged by {', '.join(FAMILIES)}")


def _judged(options: Options, server: Outside) -> tuple[str, ...]:
    """The profiles to judge it by. The profile of a transport has the transport's name. Raises RunError."""
    others = {name for name in CONNECTED if name != server.address.transport}
    for name in others & {*options.profiles}:
        raise RunError(f"--profile={name}: a server is judged by it on a connection; name it as {name}://HOST:PORT")
    return options.profiles or tuple(name for name in FAMILIES if name not in others)


def _shown(server: Outside, judged: Sequence[str]) -> tuple[str, ...]:
    """Those of them that a server shows to have."""
    return tuple(name for name in judged if name != "stream" or server.learned.streams)


def _lacking(server: Outside, profiles: Sequence[str]) -> list[tuple[Check, str | None]]:
    return [(check, check.lacking(server.learned)) for check in CHECKS if check.profile in profiles]


def _family(clause_id: str) -> str:
    return clause_id.partition("-")[0]


def _ranges(ids: Sequence[str]) -> Iterator[str]:
    """The numbers of clauses of one family, neighbours joined: 1, 3 to 5."""
    numbers = [int(clause_id.partition("-")[2]) for clause_id in ids]
    for _, group in groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0]):
        first, *rest = [number for _, number in group]
        yield f"{first} to {rest[-1]}" if rest else str(first)
