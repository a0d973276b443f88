"""The later life of a finding: its requests asked again, or written as a vector file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resonant.describe.clauses import load_clauses

from adapters.driver import Ok, Reject
from adapters.driver.hello import SPEC

from ..model.cases import DIALOGUE, TRANSPORTS, Accept
from ..model.profiles import PROFILES
from ..session.replay import command_line
from .compare import expectation
from .hunt import Plan, ask
from .inputs import Input
from .options import Options
from .report import DATA, input_of
from .talk import expected_of
from .testees import Implementation, Testees

GROUP = "found"


class AdoptError(Exception):
    """A finding that cannot be replayed or adopted; the text says why and what to do."""


def _finding(path: Path, name: str) -> tuple[Plan, Mapping[str, Any]]:
    try:
        report = json.loads(path.read_bytes())
        implementations = [Implementation(one["name"], tuple(one["profiles"])) for one in report["implementations"]]
        found = {one["id"]: one for one in report["findings"]}
        plan = Plan(report["seed"], tuple(implementations), tuple(report["profiles"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AdoptError(f"{path} is no report of a campaign ({error}); name its folder with --report DIR") from None
    if name not in found:
        raise AdoptError(f"{path} has no finding {name!r}; it has {', '.join(found) or 'none'}")
    return plan, found[name]


def replay(path: Path, name: str) -> int:
    """Ask a finding's requests again; 1 if the implementations differ as it says, else 0."""
    plan, found = _finding(path, name)
    inputs = [input_of(one) for one in found["requests"]]
    with Testees(plan.implementations) as testees:
        shown = ask(inputs, testees).found.get(len(inputs) - 1)
    if shown is None:
        print(f"{name}: the implementations agree now")
        return 0
    for who, outcome in shown.signature.outcomes:
        print(f"{who}: {outcome}" + (f": {shown.got[who]}" if who in shown.got else ""))
    print(f"expected: {shown.expected}" if shown.expected else "")
    return 1


def adopt(options: Options) -> int:
    """Write a finding as a vector file and say how to judge it."""
    plan, found = _finding(options.report / DATA, options.adopt)
    unknown = [clause for clause in options.clauses if clause not in load_clauses()]
    if unknown:
        raise AdoptError(f"there is no clause {unknown[0]}; `resonant-conformance clause` prints those that there are")
    if len(found["requests"]) > 1:
        raise AdoptError(f"{options.adopt} takes {len(found['requests'])} requests in a row; a vector is one request")
    right = options.right or plan.implementations[0].name
    if right not in [one.name for one in plan.implementations]:
        raise AdoptError(f"--right names {right!r}, which was not asked")
    one = input_of(found["requests"][0])
    entry, given = _case(plan, one, right), dict(one.given)
    if one.op == DIALOGUE:
        given, entry = entry, {"ok": {}}
    path = options.found / f"{options.adopt}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _file(one, options, given, entry)
    path.write_text(json.dumps(file, ensure_ascii=False, indent=1) + "\n", "utf-8")
    other = next(one.name for one in plan.implementations if one.name != right)
    print(f"written: {path}. It expects what {right} does; judge an implementation by it:")
    print(f"    {command_line(Path.cwd(), 'run', '--impl', other, '--vectors', str(path))}")
    return 0


def _file(one: Input, options: Options, given: Mapping[str, Any], expect: Mapping[str, Any]) -> dict[str, Any]:
    requires = [name for name in PROFILES if name in one.asked_of and name != one.profile]
    return {
        "$schema": "vectors/schema.json",
        "spec": SPEC,
        "profile": one.profile,
        "group": GROUP,
        "op": one.op,
        "about": "What a campaign found.",
        **({"requires": requires} if requires else {}),
        **({"transports": [one.transport]} if one.transport != TRANSPORTS[0] and one.op == DIALOGUE else {}),
        "cases": [
            {
                "id": options.adopt,
                "about": "Implementations differed here.",
                "clauses": list(options.clauses),
                "input": dict(given),
                "expect": dict(expect),
            }
        ],
    }


def _case(plan: Plan, one: Input, right: str) -> dict[str, Any]:
    """The expectation; of a dialogue, the dialogue with all that is expected in it."""
    with Testees(plan.implementations) as testees:
        named = testees.asked(one)
        if right not in named:
            raise AdoptError(f"{right} does not claim what the finding needs")
        if one.op == DIALOGUE:
            dialogue, stopped, _ = expected_of(one, named[right])
            if stopped is not None:
                raise AdoptError(f"{right} does not play the dialogue to its end: {stopped.summary}")
            return dict(dialogue)
        answer = named[right].ask(one.op, one.given)
    if not isinstance(answer, Ok | Reject):
        raise AdoptError(f"{right} neither accepts nor rejects it; name another with --right")
    expect = expectation(one, answer)
    return {"ok": dict(expect.value)} if isinstance(expect, Accept) else {"reject": expect.code}
