"""Streams that their sender does not manage: what it hears of them, and their urgency (MUX-8, MUX-28, MUX-35)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..dialogue.configs import CONFIG
from ..dialogue.events import error_received, established
from ..dialogue.frames import capable, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Said, Steps, act, again, events, expect, nothing, send
from ..model import Case, Group
from .agreement import renegotiate
from .steps import DONE, MUX, OURS, OUT, OWN, asks, credit, done, ends, for_role, goes, group, opens

URGENCIES = (0, 3, 7)
SECOND_PING = 9
"""The stream_id of another handshake."""


def groups() -> Iterator[Group]:
    """News of such streams, then the urgency of HEADs."""
    about = "Credit, done and errors about streams that their receiver alone manages."
    yield group("agreement/unmanaged", about, [*(case for role in ROLES for case in _heard(role)), _done_under_way()])
    about = "The urgency of a HEAD, with and without an agreement."
    yield group("agreement/urgency", about, [*(case for role in ROLES for case in _urgent(role)), _urgent_under_way()])


def _heard(role: str) -> Iterator[Case]:
    early, later = session(role, MUX), renegotiate(role, OURS, OWN)

    def case(name: str, about: str, clauses: str, *parts: Steps) -> Case:
        return dialogue(role, f"unmanaged-{name}", about, clauses, *parts, config=MUX)

    about = "A stream from before multiplexing was agreed: its done is not told, that of the next stream is."
    after = [*_whole(8), *send(done(0, 8)), *events({**DONE, "stream_id": 8})]
    yield case("done", about, "MUX-8 MUX-24", early, _whole(), later, _unheard(0), after)
    about = "Its lost HEAD comes again, so that its receiver manages it: the done is not told, and ends no repair."
    lost = [*early, *_named_whole(), *later]
    yield case("done-repaired", about, "MUX-8 STM-20", lost, _repaired(0), _unheard(1), _repaired(2))
    about = "A stream that was opened when multiplexing was agreed no more: its done is not told."
    less = [*session(role, MUX, OURS), *renegotiate(role, None, OWN)]
    yield case("done-agreed-no-more", about, "MUX-8 MUX-33", less, _whole(), _unheard(0))
    about = "A done before the TAIL of such a stream has no effect either, and the stream goes on."
    begun = [*early, *opens(), *later, *_unheard(0)]
    yield case("done-before-tail", about, "MUX-8", begun, asks(1), goes(1), act("tail", OUT), ends(2), _unheard(1))
    about = "A credit sets no limit to a stream that has none."
    free = [*asks(25), *goes(*range(1, 26)), *nothing()]
    yield case("credit", about, "MUX-8 MUX-9", early, opens(), later, send(credit(5, 0)), events(), free)
    about = "FLOW_CONTROL, STREAM_LIMIT and STREAM_CANCELLED about such a stream are told, and it goes on."
    ended = (("FLOW_CONTROL", 1), ("STREAM_LIMIT", 0), ("STREAM_CANCELLED", 0))
    used = [*opens(), *asks(1), *goes(1)]
    told = [
        step
        for n, (code, ref) in enumerate(ended)
        for step in (*send(wrong(code, n, OUT, (OUT, ref))), *events(error_received(code, (OUT, ref))))
    ]
    yield case("errors", about, "MUX-28", early, used, later, told, asks(1), goes(2), act("tail", OUT), ends(3))


def _done_under_way() -> Case:
    about = "A HEAD between a ping with mux and its capability: nothing waits on its stream, and its done is not told."
    many = [*opens(), *_capability(), *asks(25), *goes(*range(1, 26)), *act("tail", OUT), *ends(26)]
    parts = (session("client", MUX), _ping(), many, _unheard(0))
    return dialogue("client", "unmanaged-under-way", about, "MUX-8 MUX-4", *parts, config=MUX)


def _urgent(role: str) -> Iterator[Case]:
    for name, begun, config in (
        ("not-by-them", session(role, MUX), MUX),
        ("not-by-it", session(role, CONFIG, OURS), CONFIG),
    ):
        about = f"Multiplexing is not agreed ({name}): the HEADs go without their urgency, and their streams are used."
        streams = [step for n, urgency in enumerate(URGENCIES) for step in _untold(OUT + 2 * n, urgency)]
        used = [*asks(1), *goes(1), *act("tail", OUT), *ends(2), *nothing()]
        yield dialogue(role, f"urgency-{name}", about, "MUX-35", begun, streams, used, config=config)
    about = "A HEAD after multiplexing was agreed no more is without urgency."
    less = [*opens(urgency=5), *renegotiate(role, None, OWN), *_untold(8, 5)]
    yield for_role(role, "urgency-agreed-no-more", about, "MUX-35 MUX-33", less, nothing())
    about = "A HEAD before multiplexing was agreed is without urgency, one after it has it."
    more = [*_untold(OUT, 2), *renegotiate(role, OURS, OWN), *opens(8, 2)]
    yield dialogue(role, "urgency-agreed-later", about, "MUX-35", session(role, MUX), more, config=MUX)
    about = "Nobody has asked for an urgency: the HEAD has none. Whoever asks for 3, which is what that means, gets it."
    yield for_role(role, "urgency-not-asked-for", about, "MUX-35", _untold(OUT, None), opens(8, 3))
    about = "A HEAD that is sent again is the same bytes, urgency included, though multiplexing is agreed no more."
    told = Said({"method": "head", "urgency": 1}, OUT, 0)
    sent = [*act("head", OUT, strong_tail=False, urgency=1), *expect(told, name="head"), *_rest()]
    yield for_role(role, "urgency-sent-again", about, "MUX-35 STM-20", sent, renegotiate(role, None, OWN), _repaired(0))


def _urgent_under_way() -> Case:
    about = "A HEAD between a ping with mux and its capability is without urgency; the next one has it."
    parts = (session("client", MUX), _ping(), _untold(OUT, 1), _capability(), opens(8, 1))
    return dialogue("client", "urgency-under-way", about, "MUX-35", *parts, config=MUX)


def _untold(stream: int, urgency: int | None) -> Steps:
    """The peer under test is asked for a stream of that urgency, and opens it without a word of it."""
    asked: dict[str, Any] = {} if urgency is None else {"urgency": urgency}
    said = Said({"method": "head"}, stream, 0, absent=("urgency",))
    return [*act("head", stream, strong_tail=False, **asked), *expect(said)]


def _whole(stream: int = OUT) -> Steps:
    """The peer under test sends a whole stream of one data frame."""
    return [*opens(stream), *asks(1, stream), *goes(1, stream=stream), *act("tail", stream), *ends(2, stream)]


def _named_whole() -> Steps:
    """The same, HEAD and TAIL with names for `again`."""
    head = [*act("head", OUT, strong_tail=False), *expect(Said({"method": "head"}, OUT, 0), name="head")]
    return [*head, *_rest()]


def _rest() -> Steps:
    """All that follows HEAD."""
    return [*asks(1), *goes(1), *act("tail", OUT), *expect(Said({"method": "tail"}, OUT, 2), name="tail")]


def _repaired(number: int) -> Steps:
    """HEAD is missing, and comes again with the TAIL."""
    asked = wrong("STREAM_INCOMPLETE", number, OUT, (OUT, 2), missing=["0"])
    return [*send(asked), *events(error_received("STREAM_INCOMPLETE", (OUT, 2))), *again("head", "tail")]


def _unheard(number: int) -> Steps:
    """A done comes, and nothing comes of it."""
    return [*send(done(number)), *events(), *nothing()]


def _ping() -> Steps:
    """The client asks for another agreement."""
    ping = Said({"method": "ping", "mux": OWN}, SECOND_PING, 0)
    return [*act("ping", SECOND_PING), *expect(ping)]


def _capability() -> Steps:
    """It is answered, and multiplexing is agreed."""
    return [*send(capable(0, SECOND_PING, mux=OURS)), *events(established(mux=OURS))]
