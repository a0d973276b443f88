"""One run of the suite: the implementation, the cases that count for it, and the results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from resonant.describe.clauses import load_clauses

from adapters.driver import Adapter, AdapterError, Hello, StartError, Testee, build_adapter
from adapters.driver.adapter import FILE_NAME

from ..dialogue.load import load_dialogues, load_vectors
from ..dialogue.timing import playable
from ..model.cases import DIALOGUE, Case, VectorError, first_citing, load_cases
from ..model.profiles import PROFILES, SelectionError, selected_cases, selected_profiles
from ..model.transports import ATTACHED, check_libraries, check_network, check_transports, check_wires
from ..probes import PROBES
from ..probes.unclaimed import refusal_probes
from .implementations import WRONG, find_adapter
from .known_failures import Known, KnownFailuresError, concerns, load_known, resolve
from .options import Options
from .results import Results
from .testee_ids import Existing, running_ids


class RunError(Exception):
    """The run cannot begin; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that is decided before the first case."""

    adapter: Adapter
    testee: Testee
    hello: Hello
    cases: Mapping[str, Case]
    """The cases that are to run, by id."""
    probes: Sequence[Case]
    """Valid cases of unclaimed profiles; each must be answered with `unsupported`."""
    known: Mapping[str, Known]
    results: Results
    existing: Collection[str]
    """Ids of all cases, probes and laws, whether they run or not."""
    running: Collection[str]
    """Those of them that run."""
    adapter_file: Path | None

    @property
    def name(self) -> str:
        """The name of the implementation in the run."""
        return self.adapter.name

    @property
    def idle_probes(self) -> Sequence[tuple[str, ...]]:
        """The clauses of each probe that cannot run, because it starts testees and this one is attached to."""
        attached = self.adapter.launch == "attach"
        return [probe.clauses for probe in PROBES if probe.needs_process and attached]


Before: TypeAlias = Callable[[Sequence[Case], Testee], None]
"""Something that happens before the testee is started, when all cases are read."""


def prepare(options: Options, *, build: bool, before: Before | None = None) -> Run:
    """Load the vectors, build and start the testee, and decide what counts. Raises RunError."""
    try:
        all_cases = load_cases()
        named = (
            *(case for path in options.dialogues for case in load_dialogues(path)),
            *(case for path in options.vectors for case in load_vectors(path)),
        )
        check_clauses(all_cases.citing, load_clauses().keys())
        check_clauses(first_citing(named), load_clauses().keys())
        listed = load_known(options.known, fixing=options.fix_known) if options.known else {}
        adapter = find_adapter(options.impl)
        check_wires(adapter.wires, adapter.launch)
        if build:
            build_adapter(adapter)
        testee = Testee(adapter)
    except (VectorError, AdapterError, KnownFailuresError, SelectionError) as error:
        raise RunError(str(error)) from error
    if before is not None:
        before((*all_cases, *named) if named else all_cases, testee)
    try:
        hello = testee.start()
        selected = selected_profiles(hello.profiles, options.profiles)
        check_wires(testee.wires, adapter.launch)
        check_transports(hello.profiles, hello.transports, None if adapter.launch == ATTACHED else testee.wires)
        check_named(named, hello.profiles, selected)
        chosen = selected_cases(all_cases.of_profiles(selected), hello.profiles, selected)
        counting = {case.id: case for case in (*chosen, *named)}
        over = dict.fromkeys(case.transport for case in counting.values())
        check_network(over, adapter.launch)
        check_libraries(over)
        played = playable(counting.values(), hello.clock, real_time=options.real_time)
        cases = {case.id: case for case in played}
        others = all_cases.of_profiles(PROFILES.keys() - {*hello.profiles}, but=(DIALOGUE,))
        probes = refusal_probes(others, hello.profiles)
        existing = Existing(all_cases, named)
        running = {*cases, *running_ids(hello, adapter.launch, selected, probes)}
        meant = {k: v for k, v in listed.items() if not options.profiles or concerns(v, selected, running)}
        known = resolve(meant, running, existing, path=options.known, fixing=options.fix_known)
    except StartError as error:
        testee.close()
        raise RunError(f"--impl={options.impl}: the testee did not start: {_why(error)}") from error
    except (AdapterError, KnownFailuresError, SelectionError) as error:
        testee.close()
        raise RunError(str(error)) from error
    except BaseException:
        testee.close()  # a signal, say
        raise
    results = Results(selected, cases, left_out=len(counting) - len(cases))
    file = _file_of(adapter, options.impl)
    return Run(adapter, testee, hello, cases, probes, known, results, existing, running, file)


def _file_of(adapter: Adapter, impl: str) -> Path | None:
    """The adapter.toml, which on the command line may have another name; None where somebody else starts the testee.

    A wrong implementation has none either.
    """
    if adapter.launch == "attach" or impl.startswith(WRONG):
        return None
    file = adapter.folder / FILE_NAME
    return Path(impl) if Path(impl).suffix == ".toml" else file


def check_named(named: Sequence[Case], claimed: Sequence[str], selected: Sequence[str]) -> None:
    """Refuse cases of the command line that would not be judged: a run asked for them must not end green."""
    for case in named:
        missing = case.needs - set(claimed) or {case.profile} - set(selected)
        if missing:
            raise SelectionError(f"{case.id} needs the profile {min(missing)}, which is not claimed or not chosen")


def _why(error: StartError) -> str:
    """The testee's message if it is one line, with what the driver saw; else what the driver saw, and all output."""
    said = error.stderr.strip().splitlines()
    return f"{said[0]} ({error.text})" if len(said) == 1 else str(error)


def check_clauses(citing: Mapping[str, str], existing: Collection[str]) -> None:
    """Refuse vectors that cite a clause which specs/ does not have. citing: clause -> id of a case that cites it."""
    for clause, case_id in citing.items():
        if clause not in existing:
            raise VectorError(f"{case_id} cites {clause}, which specs/ does not have")
