"""Controllers, which follow the losses that they hear of (ADA-17 to ADA-19)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..dialogue.configs import CONFIG, Config
from ..dialogue.events import error_received, message
from ..dialogue.frames import part, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Steps, advance, events, nothing, send
from ..dialogue.streams import short
from ..model import Case, Group
from ..mux.steps import OURS, OWN, WITH_CREDIT, credit, filled, opens, told_blocked
from ..mux.steps import asks as mux_asks
from ..stream.loss import GONE
from ..stream.sent import Sent
from ..stream.timers import beat
from ..writer.tensors import CACHE
from .quality import LATER, hears, renewed
from .talks import I8_FROM, OTHER, adaptive, ask, edge, goes, group, probed

LEAST, MOST = 1_024, 1_048_576
OUT = 9
"""The stream_id of the stream whose frames are lost."""
PERIOD = 10_000


def groups() -> Iterator[Group]:
    """Beginnings, losses, quiet, and ends."""
    roles = ROLES
    yield group(
        "controller/begins", "The tolerances with which a controller begins.", [c for r in roles for c in _begins(r)]
    )
    yield group(
        "controller/losses",
        "Losses, and what a controller makes of them.",
        [c for r in roles for c in _losses(r)],
        transports=(),
    )
    yield group("controller/quiet", "Time without losses.", [c for r in roles for c in _quiet(r)])
    yield group(
        "controller/sessions", "Sessions, and qualities beside a controller.", [c for r in roles for c in _sessions(r)]
    )
    managed = [case for role in roles for case in _managed(role)]
    about = "Losses that a blocked brings to light."
    yield group("controller/managed", about, managed, "mux", transports=WITH_CREDIT)


def controlled(tolerance: int, **members: Any) -> Config:
    """A peer with a controller."""
    return adaptive(tolerance, controller=True, **members)


def _case(role: str, case_id: str, about: str, clauses: str, config: Config, *parts: Steps) -> Case:
    return dialogue(role, case_id, about, clauses, session(role, config), *parts, config=config)


def sent(role: str, stream: int = OUT) -> Sent:
    """The stream whose frames are lost."""
    return Sent(role, (part(1, stream),), stream, tail_seq=2)


def loses(role: str, error_seq: int = 0, stream: int = OUT) -> Steps:
    """The other end misses a frame of it, and gets it again."""
    one = sent(role, stream)
    return [*one.asks([1], error_seq), *one.resent(1)]


def _begins(role: str) -> Iterator[Case]:
    for own_value, begins in ((0, LEAST), (LEAST - 1, LEAST), (LEAST, LEAST), (5_001, 5_001), (MOST, MOST)):
        about = f"An own value of {own_value:,}: the controller begins with {begins:,}."
        yield _case(role, f"from-{own_value}", about, "ADA-17", controlled(own_value), probed(0, begins))
    for own_value in (MOST + 1, 2_000_000, 2**24):
        about = f"An own value of {own_value:,}, which is too high: 1,048,576."
        yield _case(role, f"from-{own_value}", about, "ADA-17", controlled(own_value), probed(0, MOST))
    about = "The tolerances of keys and values, too low and too high."
    config = controlled(5_000, keys=0, values=2**24)
    yield _case(role, "cache", about, "ADA-17 ADA-12", config, _cache(0, LEAST, MOST), probed(0, 5_000))
    about = "Keys and values have the tolerance where none is named for them."
    yield _case(role, "cache-unnamed", about, "ADA-17 ADA-12", controlled(5_000), _cache(0, 5_000, 5_000))
    about = "A controller that is not wanted: losses change nothing, nor does their absence."
    config = adaptive(500, controller=False, keys=I8_FROM)
    steps = [*sent(role).whole(), *probed(0, 500), *loses(role), *probed(2, 500), *advance(PERIOD), *probed(4, 500)]
    yield _case(role, "not-wanted", about, "ADA-12 ADA-17 ADA-18 ADA-19", config, steps)
    yield _case(role, "not-named", about, "ADA-12 ADA-17 ADA-18 ADA-19", adaptive(500), steps)


def _cache(frame_seq: int, keys: int, values: int) -> Steps:
    """A Cache tells that its tolerances are not less; with the next one that they are not more."""
    steps: list[Any] = []
    for more in (0, 1):
        pair = edge(keys + more), edge(values + more)
        slices = [
            one
            for tensor, tolerance in zip(pair, (keys, values), strict=True)
            for one in tensor.slices(tolerance, CONFIG.dtype)
        ]
        steps += [*ask(*pair, type=CACHE, stream=OTHER), *goes(frame_seq + more, *slices, type=CACHE, stream=OTHER)]
    return steps


def _losses(role: str) -> Iterator[Case]:
    clauses = "ADA-18"
    about = "Two losses: twice the tolerance, and four times, on every stream_id."
    steps = [*sent(role).whole(), *loses(role), *probed(0, 10_000), *loses(role, 1), *probed(0, 20_000, OTHER)]
    yield _case(role, "doubled", about, clauses, controlled(5_000), steps, probed(2, 20_000))
    about = "A controller at its least tolerance, and the own value below."
    yield _case(role, "from-least", about, clauses, controlled(0), sent(role).whole(), loses(role), probed(0, 2_048))
    about = "As many losses as it takes to 1,048,576, and one more."
    steps = [*sent(role).whole()]
    for n in range(6):
        steps += [*advance(500), *loses(role, n)]
    yield _case(role, "most", about, clauses, controlled(20_000), steps, probed(0, MOST))
    about = "Just to 1,048,576."
    steps = [*sent(role).whole(), *loses(role), *probed(0, MOST), *loses(role, 1), *probed(2, MOST)]
    yield _case(role, "just-most", about, clauses, controlled(MOST // 2), steps)
    about = "The tolerances of keys and values, each within its bounds."
    steps = [*sent(role).whole(), *loses(role), *_cache(0, 2_048, 1_000_000), *loses(role, 1), *_cache(2, 4_096, MOST)]
    yield _case(role, "cache", about, clauses, controlled(5_000, keys=0, values=500_000), steps, probed(0, 20_000))
    about = "A loss that names no numbers is one, too: the TAIL comes again."
    one = sent(role)
    steps = [*one.whole(), *one.asks([]), *one.resent(), *probed(0, 10_000)]
    yield _case(role, "no-numbers", about, clauses, controlled(5_000), steps)
    about = "Losses on two streams count alike."
    two = [*sent(role).whole(), *sent(role, 11).whole(), *loses(role), *loses(role, 0, 11)]
    yield _case(role, "two-streams", about, clauses, controlled(5_000), two, probed(0, 20_000))
    yield from _no_losses(role)


def _no_losses(role: str) -> Iterator[Case]:
    one, config = sent(role), controlled(5_000)
    for name, ref, code in (
        ("data-frame", (OUT, 1), "STREAM_INCOMPLETE"),
        ("head", (OUT, 0), "STREAM_INCOMPLETE"),
        ("number-above", (OUT, 3), "STREAM_INCOMPLETE"),
        ("other-stream", (OTHER, 2), "STREAM_INCOMPLETE"),
        ("no-ref", None, "STREAM_INCOMPLETE"),
        ("corrupt", (OUT, 2), "STREAM_CORRUPT"),
        ("timeout", (OUT, 2), "STREAM_TIMEOUT"),
    ):
        about = f"An error that is no news of a loss ({name.replace('-', ' ')}), at 9,999 ms: the time goes on."
        adds: dict[str, Any] = {"missing": ["1"]} if code == "STREAM_INCOMPLETE" else {"what": "frames"}
        if code == "STREAM_TIMEOUT":
            adds = {}
        heard = [*send(wrong(code, 0, OUT, ref, **adds)), *events(error_received(code, ref)), *nothing()]
        steps = [*one.whole(), *advance(PERIOD - 1), *heard, *probed(0, 5_000), *advance(1), *probed(2, 2_500)]
        yield _case(role, name, about, "ADA-18 ADA-19 STM-38", config, steps)
    about = "A loss of what the peer receives is none of what it sends."
    stream = short(role)
    steps = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3]), *probed(1, 5_000)]
    yield _case(role, "received", about, "ADA-18", config, steps)


def _quiet(role: str) -> Iterator[Case]:
    clauses = "ADA-19"
    about = "Not a millisecond before 10 s; then half, rounded down, each 10 s, down to 1,024."
    steps = [*advance(PERIOD - 1), *probed(0, 5_001), *advance(1), *probed(2, 2_500)]
    steps += [*advance(PERIOD - 1), *probed(4, 2_500), *advance(1), *probed(6, 1_250), *send(part(0)), *_delivered(0)]
    steps += [*advance(PERIOD), *probed(8, LEAST), *advance(PERIOD), *probed(10, LEAST)]
    yield _case(role, "halved", about, clauses, controlled(5_001), steps)
    about = "Several times at once, on a clock that moves far."
    steps = [*advance(3 * PERIOD), *beat(1), *beat(2), *probed(0, 5_000)]
    yield _case(role, "three-times", about, clauses, controlled(40_003), steps)
    about = "What is left of 10 s after several counts."
    steps = [*advance(2 * PERIOD + 9_999), *beat(1), *probed(0, 10_000), *advance(1), *probed(2, 5_000)]
    yield _case(role, "what-is-left", about, clauses, controlled(40_003), steps)
    about = "A loss at 9,999 ms: the 10 s begin anew."
    one = sent(role)
    steps = [*advance(5_000), *one.whole(), *advance(4_999), *loses(role), *probed(0, 10_002)]
    steps += [*advance(PERIOD - 1), *probed(2, 10_002), *advance(1), *probed(4, 5_001)]
    yield _case(role, "begun-anew", about, "ADA-18 ADA-19", controlled(5_001), steps)
    about = "A loss at 10,000 ms: first half, then twice, and the 10 s begin anew."
    steps = [*advance(5_000), *one.whole(), *advance(5_000), *loses(role), *probed(0, 5_000)]
    steps += [*advance(PERIOD - 1), *probed(2, 5_000), *advance(1), *probed(4, 2_500)]
    yield _case(role, "at-once", about, "ADA-18 ADA-19", controlled(5_001), steps)
    about = "The same at the least tolerance, and at the greatest."
    steps = [*advance(5_000), *one.whole(), *advance(5_000), *loses(role), *probed(0, 2_048)]
    yield _case(role, "at-once-least", about, "ADA-18 ADA-19", controlled(0), steps)
    steps = [*advance(5_000), *one.whole(), *advance(5_000), *loses(role), *probed(0, MOST), *advance(PERIOD)]
    yield _case(role, "at-once-most", about, "ADA-18 ADA-19", controlled(2**24), steps, probed(2, MOST // 2))
    about = "Keys and values are halved as well."
    steps = [*advance(PERIOD), *_cache(0, LEAST, MOST // 2), *advance(PERIOD), *_cache(2, LEAST, MOST // 4)]
    yield _case(role, "cache", about, clauses, controlled(9_000, keys=1_500, values=MOST), steps, probed(0, 2_250))
    about = "Messages that are sent and received do not put it off."
    steps = [*advance(9_000), *probed(0, 5_000), *send(part(0)), *_delivered(0), *advance(1_000), *probed(2, 2_500)]
    yield _case(role, "messages", about, clauses, controlled(5_000), steps)


def _delivered(*numbers: int) -> Steps:
    return events(*[message(part(number)) for number in numbers])


def _sessions(role: str) -> Iterator[Case]:
    one = sent(role)
    about = "A renegotiation changes nothing: not the tolerance, nor the time."
    steps = [*one.whole(), *loses(role), *advance(5_000), *renewed(role, LATER, ts=5), *probed(0, 10_000)]
    steps += [*advance(4_999), *probed(2, 10_000), *advance(1), *probed(4, 5_000)]
    yield _case(role, "renegotiated", about, "ADA-17 ADA-19", controlled(5_000), steps)
    about = "The other end is lost: the next session begins with the own value, and its time."
    steps = [*one.whole(), *loses(role), *GONE, *renewed(role, LATER, ts=45), *probed(0, 5_000)]
    steps += [*advance(PERIOD - 1), *probed(2, 5_000), *advance(1), *probed(4, 2_500)]
    yield _case(role, "lost", about, "ADA-17 ADA-19", controlled(5_000), steps)
    about = "A session that begins later: its 10 s begin with it."
    if role == "server":
        config = controlled(5_000)
        begun = [*advance(7_000), *session(role, config), *advance(9_999), *probed(0, 5_000), *advance(1)]
        yield dialogue(role, "later", about, "ADA-19", begun, probed(2, 2_500), config=config)
    about = "A quality that is greater counts, and the controller goes on below it."
    steps = [*one.whole(), *hears(15_000), *probed(0, 15_000), *loses(role), *probed(2, 15_000), *loses(role, 1)]
    steps += [*probed(4, 20_000), *probed(0, 20_000, OTHER), *advance(PERIOD), *probed(6, 15_000)]
    yield _case(role, "quality", about, "ADA-12 ADA-18", controlled(5_000), steps, probed(2, 10_000, OTHER))


def _managed(role: str) -> Iterator[Case]:
    config = controlled(5_000, mux=OWN)
    begun: Sequence[Any] = session(role, config, OURS)
    stream = 6
    waits = [*opens(stream), *filled(stream), *mux_asks(1, stream), *advance(1_000), *told_blocked(16, 16, stream)]
    about = "A STREAM_INCOMPLETE about a blocked is a loss."
    heard = [*send(wrong("STREAM_INCOMPLETE", 0, stream, (stream, 16), missing=["3"]))]
    heard += [*events(error_received("STREAM_INCOMPLETE", (stream, 16))), {"expect_again": "f3"}, *nothing()]
    yield dialogue(role, "blocked", about, "ADA-18 MUX-18", begun, waits, heard, probed(0, 10_000), config=config)
    about = "A message that waits for credit keeps the form that it had when it was asked for."
    tensor = edge(5_000)
    waits = [*opens(stream), *filled(stream), *ask(tensor, stream=stream), *ask(edge(5_001), stream=stream)]
    waits += [*hears(9_000, 0, stream), *ask(edge(5_001), stream=stream), *nothing()]
    goes_then = [*send(credit(40, 1, stream))]
    for number, (one, tolerance) in enumerate(((edge(5_000), 5_000), (edge(5_001), 5_000), (edge(5_001), 9_000)), 16):
        goes_then += goes(number, *one.slices(tolerance, CONFIG.dtype), stream=stream)
    yield dialogue(role, "waits", about, "ADA-11 MUX-10", begun, waits, goes_then, events(), config=config)
