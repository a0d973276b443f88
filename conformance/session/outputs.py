"""The files of a gate at the end of a run: plan.json and the known failures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.files import DataFileError

from .judged import Judged
from .known_failures import KnownFailuresError
from .options import Options
from .plan import TESTEE, Plan, executed, load_plan, missing, write_plan


def plan_faults(run: Judged, options: Options, selected_by: Sequence[str], *, stopped: bool = False) -> Iterator[str]:
    """The parts of --plan not executed; one line where the user had only a part of the suite executed.

    selected_by: the flags that did it. stopped: the run ended before its end, as by -x.
    """
    if options.plan is None or options.write_plan:
        return
    try:
        plan = load_plan(options.plan)
    except DataFileError as error:
        yield str(error)
        return
    faults = list(missing(plan, run.results.entries, run.idle_probes, options.plan))
    left_out = "--profile" if options.profiles and plan.profiles.keys() - {*run.results.selected, TESTEE} else ""
    flags = [*selected_by, *filter(None, [left_out])]
    if faults and stopped:
        yield f"{options.plan} is not checked, because the run ended early"
    elif faults and flags:
        yield f"{options.plan} is not checked, as {_selected(flags, run, plan)}"
    else:
        yield from faults


def _selected(flags: Sequence[str], run: Judged, plan: Plan) -> str:
    ran, all_of_them = (sum(one.profiles.values()) for one in (executed(run.results.entries), plan))
    return f"{' and '.join(flags)} selected {ran:,} of {all_of_them:,} cases; leave that out, or --plan"


def write_files(run: Judged, options: Options) -> Iterator[str]:
    """Write what --write-plan and --fix-known-failures ask for; a line on each. Raises WRITE_ERRORS."""
    if options.plan is not None and options.write_plan:
        yield f"plan: {write_plan(options.plan, run.results.entries, run.hello.spec)}"
    if options.known is not None and options.fix_known:
        from .fix_known_failures import fix_file, found  # noqa: PLC0415 - few runs write TOML

        profiles = run.results.selected if options.profiles else ()
        changed, new = fix_file(options.known, found(run.results.entries, run.existing, run.running), profiles)
        rest = "; check the reasons that are marked unchecked, and write the issues" if new else ""
        yield f"known failures: {changed} removed or changed, {new} new in {options.known}{rest}"


WRITE_ERRORS = (DataFileError, KnownFailuresError, OSError)
