"""The expected findings of a run on a hostile testee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.model.cases import load_cases
from conformance.mutants.testees.hostile.attack import ATTACKED, Hostile
from reports.outcome import Outcome

HASHES = [case.id for case in load_cases() if case.op == "tail_hash"]
CASES = HASHES[:4]  # one of them is judged before the attacked one, two come after it
REPLY_S, START_S = 1.0, 2.0
"""Seconds for a reply and for a start in runs that wait for them, in place of the driver's 5 and 10."""
SHORT: Mapping[str, float] = {"reply_s": REPLY_S, "start_s": START_S}
NO_REPLY = f"no reply within {REPLY_S:.0f}."
RUN_S = 60.0  # for a run that waits for nothing: against hanging, so that a busy machine does not count


@dataclass(frozen=True, slots=True)
class Expected:
    """Of a testee that gets as far as the cases. Its misdeeds are in one case, or in all of them."""

    outcome: Outcome = Outcome.PASS
    """Of the attacked case; the others pass, or if all are attacked end as it does."""
    says: str = ""
    """The report's words about it."""
    probes: Mapping[str, Outcome] = field(default_factory=dict)
    """Checks of the testee protocol that are run as well, and how they end."""
    after: Outcome = Outcome.PASS
    """Of the cases after the attacked one."""
    last: Outcome | None = None
    """Of the last case, where the testee is given up before it."""
    waits_s: float = 0.0
    """The seconds that the run may spend on waiting, besides RUN_S."""
    cases: Sequence[str] = tuple(CASES)
    """Those of the run."""

    @property
    def waits(self) -> Mapping[str, float]:
        """The limits of the run, short where the testee has it wait."""
        return SHORT if self.waits_s else {}

    @property
    def limit_s(self) -> float:
        """By when the run is to be over."""
        return RUN_S + self.waits_s

    def outcomes(self, testee: Hostile) -> dict[str, Outcome]:
        """The outcome of each case."""
        if testee.always:
            return {**dict.fromkeys(self.cases, self.outcome), self.cases[-1]: self.last or self.outcome}
        assert self.cases[1] == ATTACKED
        return dict(zip(self.cases, (Outcome.PASS, self.outcome, self.after, self.after), strict=True))
