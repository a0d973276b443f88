"""What is done with the files of a gate when a run has ended: plan.json and the known failures."""

from __future__ import annotations

from collections.abc import Iterator

from ..known import KnownFailuresError
from ..options import Options
from ..state import Judged
from .files import DataFileError
from .fixing import fix_file, found
from .plan import load_plan, missing, write_plan


def plan_faults(run: Judged, options: Options) -> Iterator[str]:
    """What of --plan was not executed."""
    if options.plan is None or options.write_plan:
        return
    try:
        plan = load_plan(options.plan)
    except DataFileError as error:
        yield str(error)
        return
    yield from missing(plan, run.ledger.entries, run.idle_probes, options.plan)


def write_files(run: Judged, options: Options) -> Iterator[str]:
    """Write what --write-plan and --fix-known-failures ask for; a line on each. Raises WRITE_ERRORS."""
    if options.plan is not None and options.write_plan:
        yield f"plan: {write_plan(options.plan, run.ledger.entries, run.hello.spec)}"
    if options.known is not None and options.fix_known:
        profiles = run.ledger.selected if options.profiles else ()
        changed, new = fix_file(options.known, found(run.ledger.entries, run.existing, run.cases), profiles)
        rest = "; write the reason and the issue of each new one" if new else ""
        yield f"known failures: {changed} removed or changed, {new} new in {options.known}{rest}"


WRITE_ERRORS = (DataFileError, KnownFailuresError, OSError)
