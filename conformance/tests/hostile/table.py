"""The expected findings of a run on a hostile testee."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.model.cases import load_cases
from conformance.mutants.testees.hostile.attack import ATTACKED, Hostile
from reports.outcome import Outcome

HASHES = [case.id for case in load_cases() if case.op == "tail_hash"]
CASES = HASHES[:4]  # one of them is judged before the attacked one, two come after it
REPLY_S = 5.0  # what the suite waits for a reply, and 10 s for a start: adapters.driver.Limits
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

    @property
    def limit_s(self) -> float:
        """By when the run is to be over."""
        return RUN_S + self.waits_s

    def outcomes(self, testee: Hostile) -> dict[str, Outcome]:
        """The outcome of each case."""
        if testee.always:
            return {**dict.fromkeys(CASES, self.outcome), CASES[-1]: self.last or self.outcome}
        assert CASES[1] == ATTACKED
        return dict(zip(CASES, (Outcome.PASS, self.outcome, self.after, self.after), strict=True))
