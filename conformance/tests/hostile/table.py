"""The definition of a hostile testee, and parts of its program; see starts, replies, pieces and lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.model.cases import load_cases
from reports.outcome import Outcome

HASHES = [case.id for case in load_cases() if case.op == "tail_hash"]
CASES = HASHES[:4]
ATTACKED = CASES[1]  # one was judged before it, two come after it
REPLY_S = 5.0  # what the suite waits for a reply, and 10 s for a start: adapters.driver.Limits
RUN_S = 60.0  # for a run that waits for nothing: against hanging, so that a busy machine does not count

# Changes what the reference's testee does, as far as the program before this says how:
# reply(op, right) gives the reply; datagrams(number, message, to) what is sent in place of a piece of it.
_CHANGES = """
now = {{"attacked": False, "case": ""}}
inner = base.answer

def answer(message):
    now["attacked"] = False
    op, right = inner(message)
    now["case"] = json.loads(message)["case"] if op else ""
    now["attacked"] = op not in ("", "hello", "stop") and ({always} or now["case"] == {case!r})
    return op, reply(op, right) if now["attacked"] and "reply" in globals() else right

class Sending(Noted):
    def sendto(self, datagram, to):
        if datagram[:4] != b"RTP1" or not now["attacked"] or "datagrams" not in globals():
            return super().sendto(datagram, to)
        for one in datagrams(HEAD.unpack_from(datagram)[1], datagram[12:], to):
            super().sendto(one, to)

base.answer = answer
socket.socket = Sending
"""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A testee that gets as far as the cases. Its misdeeds are in one case, or in all of them if `always`."""

    program: str
    outcome: Outcome = Outcome.PASS
    """Of the attacked case; the others pass, or if `always` end as it does."""
    says: str = ""
    """The report's words about it."""
    always: bool = False
    probes: Mapping[str, Outcome] = field(default_factory=dict)
    """Checks of the testee protocol that are run as well, and how they end."""
    after: Outcome = Outcome.PASS
    """Of the cases after the attacked one."""
    waits_s: float = 0.0
    """The seconds that the run may spend on waiting, besides RUN_S."""

    @property
    def text(self) -> str:
        """The program that changes the reference's testee."""
        return self.program + _CHANGES.format(always=self.always, case=ATTACKED)

    @property
    def limit_s(self) -> float:
        """By when the run is to be over."""
        return RUN_S + self.waits_s

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcome of each case."""
        if self.always:
            return dict.fromkeys(CASES, self.outcome)
        return dict(zip(CASES, (Outcome.PASS, self.outcome, self.after, self.after), strict=True))


@dataclass(frozen=True, slots=True)
class BadStart:
    """A testee that no run can begin with."""

    program: str
    says: str
    waits_s: float = 0.0


def sending(text: str) -> str:
    """A program whose attacked replies are these datagrams, an expression with `number`, `message` and `head`."""
    return (
        "def head(number, index, count):\n    return HEAD.pack(b'RTP1', number, index, count)\n\n"
        f"def datagrams(number, message, to):\n    return {text}\n"
    )
