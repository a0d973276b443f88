"""Failures that say themselves why they fail: recognised before clauses are weighed against each other."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from resonant.describe.registry import registry

from ..entry import DUE_OK, Entry
from ..outcome import Outcome
from .signature import ORDERS, Signature, Way, is_failure, later, reject_code, signature

FEW = 2
"""So many cases at least show a check made in another order."""
LAW = "testee/test_"
PROBE = ("testee/test_probe[", "testee/test_unclaimed_profile_is_refused[")
"""The start of the ids of checks of the testee; every other one that begins as LAW does is a law."""


class Kind(StrEnum):
    """The kind of a cause, which is how it is told."""

    CLAUSE = "clause"
    ORDER = "order"
    TRANSFORM = "transform"
    CODES = "codes"
    UNSUPPORTED = "unsupported"
    REQUESTS = "requests"
    CRASH = "crash"
    SILENCE = "silence"
    PROTOCOL = "protocol"
    LAW = "law"
    FOLLOWS = "follows"
    """Nothing of a profile of dialogues passes while what it needs is broken."""
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Group:
    """Failures that a pattern takes out of the rest. clause: that of the pattern; empty if their own are weighed."""

    kind: Kind
    clause: str
    entries: tuple[Entry, ...]


BY_WAY: Mapping[Way, tuple[Kind, str]] = {
    Way.NO_PROTOCOL: (Kind.PROTOCOL, ""),
    Way.UNSUPPORTED: (Kind.UNSUPPORTED, "TST-10"),
    Way.REFUSED_REQUEST: (Kind.REQUESTS, "TST-11"),
    Way.CRASHED: (Kind.CRASH, ""),
    Way.SILENT: (Kind.SILENCE, ""),
}


def recognised(entries: Sequence[Entry]) -> tuple[list[Group], list[Entry]]:
    """The groups that patterns recognise among the failures of a run, and the failures that are left."""
    groups: list[Group] = []
    rest = list(filter(is_failure, entries))
    passing = {entry.due for entry in entries if entry.outcome == Outcome.PASS}
    orders, follows = partial(_orders, passing), partial(_follows, entries)
    for pattern in (_unexpected, _laws, _ways, _framing, _unknown_codes, orders, follows):
        found = list(pattern([(entry, signature(entry)) for entry in rest]))
        taken = {entry.id for group in found for entry in group.entries}
        rest = [entry for entry in rest if entry.id not in taken]
        groups += found
    return groups, rest


_Signed = Sequence[tuple[Entry, Signature]]


def _unexpected(failing: _Signed) -> Iterator[Group]:
    """Those that are listed as known failures and passed, whatever they are."""
    found = tuple(entry for entry, what in failing if what.way is Way.UNEXPECTED)
    if found:
        yield Group(Kind.UNEXPECTED, "", found)


def _laws(failing: _Signed) -> Iterator[Group]:
    for entry, _ in failing:
        if is_law(entry):
            yield Group(Kind.LAW, next(iter(entry.clauses), ""), (entry,))


def is_law(entry: Entry) -> bool:
    """Whether it is a law on generated inputs."""
    return entry.id.startswith(LAW) and not entry.id.startswith(PROBE)


def _ways(failing: _Signed) -> Iterator[Group]:
    """Those that gave no answer to judge, by op; those that are not there at all, by profile."""
    found: dict[tuple[Way, str], list[Entry]] = defaultdict(list)
    for entry, happened in failing:
        if happened.way in BY_WAY:
            found[happened.way, entry.profile if happened.way is Way.UNSUPPORTED else happened.op].append(entry)
    for (way, _), entries in found.items():
        yield Group(*BY_WAY[way], tuple(entries))


def _framing(failing: _Signed) -> Iterator[Group]:
    """Dialogues that ended because of how frames were carried: what is said of it names the clause.

    The clauses of the dialogue itself have nothing to do with it, and every dialogue over that transport ends so.
    """
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry, what in failing:
        clause = _carrying(entry) if what.way is Way.DIALOGUE else ""
        if clause:
            found[clause].append(entry)
    for clause, entries in found.items():
        yield Group(Kind.CLAUSE, clause, tuple(entries))


CARRYING = ("TST", "TCP", "QUI", "RTC")
"""The families of clauses on how frames are carried, and on what a testee says of it."""
_CITED = re.compile(r"\((?P<clause>(?P<family>[A-Z]{3})-[1-9][0-9]*)\)")


def _carrying(entry: Entry) -> str:
    """The one clause on carriage of frames that a fault names; empty if it names none, or several."""
    named = list(_CITED.finditer(entry.failure.fault)) if entry.failure is not None else []
    return named[0]["clause"] if len(named) == 1 and named[0]["family"] in CARRYING else ""


def _unknown_codes(failing: _Signed) -> Iterator[Group]:
    """Rejected as is due, with codes that the specification does not have."""
    known = registry().codes
    found = tuple(entry for entry, what in failing if what.way is Way.OTHER_CODE and what.got not in known)
    if found:
        yield Group(Kind.CODES, "TST-13", found)


def _orders(passing: Collection[str], failing: _Signed) -> Iterator[Group]:
    """One code was due, and those of later checks came, though not always: that check is made too late."""
    missed: dict[str, list[Entry]] = defaultdict(list)
    for entry, what in failing:
        if what.way is Way.ACCEPTED:
            missed[what.due].append(entry)
    for due, entries in missed.items():
        order = _order(entries, due) if len(entries) >= FEW and due in passing else ""
        if order and (due in ALONE or any(order in entry.clauses for entry in entries)):
            yield Group(Kind.ORDER, order, tuple(entries))


ALONE = frozenset({"BAD_VERSION", "CRC_MISMATCH", "BAD_TYPE", "RESERVED_FLAGS", "BAD_MODALITY"})
"""Codes of checks that no later one needs: where such a check is missing, what it is for is accepted in some case.

Without one of the others, which are about lengths, places and slots, whatever comes behind is read in the wrong place
and is rejected by a later check, too; only a case about the order tells the two apart.
"""
BETWEEN = "MSG-21"
"""The clause by which the checks of frames come before those of messages."""


def _order(entries: Sequence[Entry], due: str) -> str:
    """The clause that has this check made before those whose codes came; empty where one came that is no later one."""
    codes = {reject_code(entry.failure.got) if entry.failure is not None else "" for entry in entries}
    if not all(later(code, due) > 0 for code in codes):
        return ""
    groups = {registry().codes[code].group for code in (due, *codes)}
    return ORDERS[registry().codes[due].group] if len(groups) == 1 else BETWEEN


def _follows(entries: Sequence[Entry], failing: _Signed) -> Iterator[Group]:
    """Dialogues of which none passes, where single frames or messages fail as well: they say nothing more."""
    known = registry().profiles
    passed = Counter(entry.profile for entry in entries if entry.outcome == Outcome.PASS)
    failed = Counter(entry.profile for entry, _ in failing)
    hopeless = {name for name, count in failed.items() if _is_dialogues(name) and count > _HOPELESS * passed[name]}
    broken = {name for name, count in failed.items() if name in known and not _is_dialogues(name)}
    found = tuple(entry for entry, _ in failing if entry.profile in hopeless)
    if found and broken & {need for name in hopeless for need in _needs(name)}:
        yield Group(Kind.FOLLOWS, "", found)


_HOPELESS = 50
"""So many dialogues fail for each that passes."""


def _is_dialogues(profile: str) -> bool:
    known = registry().profiles.get(profile)
    return known is not None and (known.dialogues or any(map(_is_dialogues, known.needs)))


def _needs(profile: str) -> Iterator[str]:
    for need in registry().profiles[profile].needs:
        yield need
        yield from _needs(need)


def transform_of(entries: Sequence[Entry], everything: Sequence[Entry]) -> str:
    """The flag of a transform whose valid frames are nearly all rejected; empty where it is something else."""
    profile = registry().profiles.get(entries[0].profile)
    if profile is None or not profile.flag:
        return ""
    rejected = _count(entries, lambda entry: signature(entry).way is Way.REJECTED and entry.profile == profile.name)
    ops = {entry.op for entry in entries if entry.due == DUE_OK}
    valid = _count(everything, lambda e: e.profile == profile.name and e.due == DUE_OK and e.op in ops)
    return profile.flag if valid and rejected >= _MOST * valid else ""


_MOST = 0.8


def _count(entries: Sequence[Entry], wanted: Callable[[Entry], bool]) -> int:
    return sum(map(wanted, entries))
