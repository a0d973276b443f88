"""The account of a run below whatever pytest says: the result, a row a profile, the causes, what to do next."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import pytest
from resonant.console import counted, printable

from reports.cards import Account, Card, sentence
from reports.causes.signature import is_failure
from reports.entry import Entry
from reports.outcome import Outcome

from ..model.profiles import PROFILES
from ..model.verdict import short
from ..session.judged import Judged
from ..session.known_failures import UNCHECKED
from ..session.replay import command_line
from .card_text import listed
from .stash import CARDS, FAULTS, JUDGED, OPTIONS, OUTSIDE, WRITTEN
from .terminal import wanted

UNKNOWN = "unknown"
TESTEE = "testee"
_WHO_CHARS = 120


def result_line(config: pytest.Config) -> str:
    """The result of the run in a sentence."""
    run = config.stash[JUDGED]
    hello = run.hello
    who = " ".join(word for word in (hello.name, hello.version) if word != UNKNOWN)
    entries = run.results.entries
    return sentence(
        Account(
            who=printable(short(who, _WHO_CHARS)),
            profiles=dict(run.results.rows()),
            entries=entries,
            causes=len(_cards(config)),
            green=not config.stash.get(FAULTS, ()) and not any(map(is_failure, entries)),
            whole=not run.results.left_out,
            outside=OUTSIDE in config.stash,
        )
    )


def _cards(config: pytest.Config) -> tuple[Card, ...]:
    return config.stash.get(CARDS, ())


def summary(config: pytest.Config, width: int) -> Iterator[str]:
    """A row a profile, unless bars are shown, the causes, and whatever keeps the run from being green."""
    run = config.stash[JUDGED]
    if not wanted(config):
        yield from _table(run)
    yield from over_transports(run.results.entries)
    if run.results.unnamed:
        yield f"{counted(run.results.unnamed, 'refusal', ',')} came without a code"
    if run.results.left_out:
        count = run.results.left_out
        need = f"{counted(count, 'dialogue')} {'needs' if count == 1 else 'need'} time to pass"
        yield f"{need}, which for this testee is real time: not executed (--real-time)"
    unchecked = len({one.id for one in run.known.values() if one.reason.startswith(UNCHECKED)})
    if unchecked:
        reasons = "1 reason is" if unchecked == 1 else f"{unchecked:,} reasons are"
        word = UNCHECKED.strip(": ")
        yield f"{config.stash[OPTIONS].known}: {reasons} marked {word}; check them, and take out the word"
    found = _cards(config)
    if found:
        yield "causes:"
        yield from listed(found, width)
    if OUTSIDE in config.stash:
        yield from config.stash[OUTSIDE].summary()
    if WRITTEN in config.stash:
        yield f"report: {config.stash[WRITTEN]}"
    for fault in config.stash.get(FAULTS, ()):
        yield f"FAILED RUN: {fault}"
    if found:
        yield from _next(config)


def _table(run: Judged) -> Iterator[str]:
    yield f"{'profile':<10}{'cases':>8}{'executed':>10}{'passed':>8}{'failed':>8}{'known':>7}"
    for profile, row in run.results.rows():
        cells = f"{row['planned']:>8}{row['executed']:>10}{row['passed']:>8}{row['failed']:>8}{row['known']:>7}"
        yield f"{profile:<10}{cells}"
    own = [entry for entry in run.results.entries if entry.id not in run.cases]
    failed = sum(map(is_failure, own))
    if own:
        passed = sum(entry.outcome == "pass" for entry in own)
        yield f"{TESTEE:<10}{len(own):>8}{len(own):>10}{passed:>8}{failed:>8}{len(own) - passed - failed:>7}"


def over_transports(entries: Iterable[Entry]) -> Iterator[str]:
    """The outcomes of dialogues that were played again over another transport: `handshake over tcp: 1,004 passed`."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for entry in entries:
        name, _, transport = entry.id.partition("@")
        if transport:
            outcome = "failed" if is_failure(entry) else "passed" if entry.outcome == Outcome.PASS else "known"
            counts[name.partition("/")[0], transport][outcome] += 1
    for (profile, transport), found in sorted(counts.items(), key=lambda one: list(PROFILES).index(one[0][0])):
        told = ", ".join(f"{found[outcome]:,} {outcome}" for outcome in ("passed", "failed", "known") if found[outcome])
        yield f"{profile} over {transport}: {told}"


def _next(config: pytest.Config) -> Iterator[str]:
    """The next steps after failures."""
    folder, options = config.invocation_params.dir, config.stash[OPTIONS]
    if WRITTEN in config.stash:
        run = config.stash[WRITTEN]
        page = command_line(folder, "report", str(run), "--html", str(run.with_name("report.html")))
        yield f"next: look at every failure on one page: {page}"
    else:
        yield "next: --report DIR writes run.json, of which `report` makes a page with every failure"
    if options.known is None:
        yield "      --tb=short prints each here; --known-failures FILE --fix-known-failures lists them as known"
