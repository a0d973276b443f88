"""Agreements on multiplexing, and whose values bind (MUX-1 to MUX-5); the next file has what outlasts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..dialogue.configs import CONFIG, HANDSHAKE_STREAM, own
from ..dialogue.events import dropped, established, messages
from ..dialogue.frames import brief_ping, capable, think
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import (
    Said,
    act,
    advance,
    again,
    capability,
    client,
    error,
    events,
    expect,
    first_ping,
    nothing,
    refusal,
    send,
    send_each,
    server,
)
from ..model import Case, Group
from .steps import LIMIT, MUX, OURS, OWN, WITH_CREDIT, asks, begin, credited, failed_event, goes, group, opens

MALFORMED: dict[str, Any] = {
    "null": None,
    "array": [3, 20],
    "text": "3,20",
    "empty": {},
    "without-streams": {"frames": 20},
    "without-frames": {"streams": 3},
    "streams-0": {"streams": 0, "frames": 20},
    "streams-1025": {"streams": 1_025, "frames": 20},
    "streams-negative": {"streams": -1, "frames": 20},
    "streams-text": {"streams": "3", "frames": 20},
    "streams-true": {"streams": True, "frames": 20},
    "streams-half": {"streams": 2.5, "frames": 20},
    "frames-15": {"streams": 3, "frames": 15},
    "frames-1025": {"streams": 3, "frames": 1_025},
    "frames-text": {"streams": 3, "frames": "20"},
    "frames-null": {"streams": 3, "frames": None},
}
GOOD: dict[str, Any] = {
    "least": {"streams": 1, "frames": 16},
    "most": {"streams": 1_024, "frames": 1_024},
    "unknown-member": {"streams": 3, "frames": 20, "reserved-later": [1]},
}


def groups() -> Iterator[Group]:
    """Both roles' handshakes, then what an agreement binds."""
    yield group("agreement/server", "The mux of pings, and of capabilities that answer them.", [*_server()])
    yield group("agreement/client", "The mux of capabilities to a client.", [*_client()])
    about = "Which streams are managed, and by which values."
    yield group("agreement/managed", about, [case for role in ROLES for case in _managed(role)], WITH_CREDIT)


def _server() -> Iterator[Case]:
    for name, value in GOOD.items():
        about = f"A ping with a mux that is well-formed ({name}): agreed, each end with its own values."
        said = {key: value[key] for key in OURS}
        answer = [*send(brief_ping(mux=value)), *expect(capability(mux=OWN)), *events(established(mux=said))]
        yield server(f"agreed-{name}", about, "MUX-1 MUX-2 MUX-3 MUX-5", answer, config=MUX)
    about = "A ping without mux: none in the capability, and none is agreed."
    absent = Said({"method": "capability"}, HANDSHAKE_STREAM, 0, absent=("mux",))
    without = [*send(brief_ping()), *expect(absent), *events(established())]
    yield server("none-in-ping", about, "MUX-1 MUX-3 MUX-5", without, config=MUX)
    for name in ("good", "null", "streams-0"):
        value = {"good": OURS, **MALFORMED}[name]
        about = f"A server without an own value, and a ping with a mux ({name}): it is not looked at."
        steps = [*send(brief_ping(mux=value)), *expect(absent), *events(established())]
        yield server(f"without-{name}", about, "MUX-1 HSK-8", steps)
    for name, value in MALFORMED.items():
        about = f"A ping whose mux is malformed ({name})."
        bad = brief_ping(mux=value)
        yield server(
            f"malformed-{name}",
            about,
            "MUX-2 HSK-11",
            send(bad),
            refusal(bad, "BAD_MESSAGE", detail="BAD_JSON"),
            config=MUX,
        )
    about = "The ping of an agreed session again: the same bytes, mux included."
    repeated = [*session("server", MUX, OURS), *send(brief_ping(mux=OURS)), *again("capability"), *events()]
    yield server("again", about, "MUX-1 HSK-18", repeated, config=MUX)
    about = "Renegotiated without mux, then with it: each capability as its ping."
    one, two = brief_ping(1), brief_ping(2, mux=GOOD["least"])
    less = [*send(one), *expect(Said({"method": "capability"}, HANDSHAKE_STREAM, 1, absent=("mux",)))]
    more = [*send(two), *expect(capability(2, mux=OWN)), *events(established(mux=GOOD["least"]))]
    told_less = events(established())
    yield server("renegotiated", about, "MUX-1 MUX-3", session("server", MUX, OURS), less, told_less, more, config=MUX)


def _client() -> Iterator[Case]:
    asked = expect(first_ping(mux=OWN), name="ping")
    full = capable(gone="modality")
    for name, value in GOOD.items():
        about = f"A capability with a mux that is well-formed ({name})."
        said = {key: value[key] for key in OURS}
        answer = [*send(capable(mux=value)), *events(established(mux=said))]
        yield client(f"agreed-{name}", about, "MUX-1 MUX-2 MUX-3 MUX-5", asked, answer, config=MUX)
    about = "A capability without mux: none is agreed."
    yield client("none-in-capability", about, "MUX-3 MUX-5", asked, send(full), events(established()), config=MUX)
    absent = expect(Said({"method": "ping"}, HANDSHAKE_STREAM, 0, absent=("mux",)))
    for name in ("good", "null", "streams-0"):
        value = {"good": OURS, **MALFORMED}[name]
        about = f"A client without an own value sends none, and does not look at that of a capability ({name})."
        steps = [*send(capable(mux=value)), *events(established())]
        yield client(f"without-{name}", about, "MUX-1 MUX-3 HSK-8", absent, steps)
    for name, value in MALFORMED.items():
        about = f"A capability whose mux is malformed ({name}) is dropped, and the ping goes on waiting."
        bad = [*send(capable(mux=value)), *events(dropped("BAD_MESSAGE")), *advance(1_000), *again("ping")]
        good = [*send(capable(1, mux=OURS)), *events(established(mux=OURS))]
        yield client(f"malformed-{name}", about, "MUX-2 HSK-23", asked, bad, good, config=MUX)
    about = "A second ping has mux as well; its capability has none, and none is agreed any more."
    second = [*act("ping", 9), *expect(first_ping(0, 9, mux=OWN)), *send(capable(0, 9)), *events(established())]
    yield client("renegotiated", about, "MUX-1 MUX-3", session("client", MUX, OURS), second, config=MUX)


def renegotiate(role: str, ours: Any, theirs: Any, stream: int = 9) -> list[Any]:
    """Another handshake, on a stream_id of its own; ours and theirs: the own values, None for none."""
    said = {} if ours is None else {"mux": ours}
    told = events(established(**(said if theirs else {})))
    if role == "server":
        answer = Said({"method": "capability"}, stream, 0)
        return [*send(brief_ping(0, stream, **said)), *expect(answer), *told]
    asked = expect(Said({"method": "ping"}, stream, 0))
    return [*act("ping", stream), *asked, *send(capable(0, stream, **said)), *told]


def _managed(role: str) -> Iterator[Case]:
    whole = session(role, MUX, OURS)
    over = think(LIMIT)
    refused = [*send(over), *expect(error("FLOW_CONTROL", (3, LIMIT), 0, limit=str(LIMIT)))]
    failed = events(failed_event("FLOW_CONTROL"))

    def case(name: str, about: str, clauses: str, *parts: Any, config: Any = MUX) -> Case:
        return dialogue(role, f"managed-{name}", about, clauses, *parts, config=config)

    about = "The own frames, 20, bound what comes: 9 data frames earn a credit, and number 20 comes too early."
    nine = [*send_each(think(1), 1, 8), *events(messages(think(1), 1, 8)), *nothing()]
    ten = [*send(think(9)), *credited(30), *events(messages(think(9), 9, 9))]
    yield case("own-frames", about, "MUX-3 MUX-13", whole, begin(role), nine, ten)
    about = "The other end's frames, 16, bound what is sent."
    yield case("their-frames", about, "MUX-3 MUX-10", whole, opens(), asks(16), goes(*range(1, 16)), nothing())
    about = "Not agreed: the other end has no own value. Nothing is credited, and nothing waits."
    plain = session(role, MUX)
    sends = [*opens(), *asks(25), *goes(*range(1, 26))]
    takes = [*begin(role), *send_each(think(1), 1, 40), *events(messages(think(1), 1, 40)), *nothing()]
    yield case("not-by-them", about, "MUX-3 MUX-4", plain, sends, takes)
    about = "Not agreed: the peer has no own value."
    yield case("not-by-it", about, "MUX-3 MUX-4", session(role, CONFIG, OURS), sends, takes, config=CONFIG)
    about = "A stream that was opened before multiplexing was agreed is not managed, in either direction."
    early = [*plain, *begin(role), *opens(), *renegotiate(role, OURS, OWN)]
    late = [*send_each(think(1), 1, 40), *events(messages(think(1), 1, 40)), *nothing()]
    yield case("opened-before", about, "MUX-4", early, late, asks(25), goes(*range(1, 26)))
    about = "A stream stays managed by the values of its HEAD when none are agreed any more."
    later = [*whole, *begin(role), *opens(), *renegotiate(role, None, OWN)]
    yield case(
        "agreed-no-more", about, "MUX-4 MUX-14", later, asks(16), goes(*range(1, 16)), nothing(), refused, failed
    )
    about = "It is granted credit as before."
    credited_late = [*whole, *begin(role), *renegotiate(role, None, OWN), *nine, *ten]
    yield case("credited-still", about, "MUX-4 MUX-13", credited_late)
    about = "A stream keeps the frames of its HEAD when the other end tells others; the next stream has these."
    other = {"streams": 2, "frames": 18}
    again_agreed = [*whole, *opens(), *renegotiate(role, other, OWN), *asks(16), *goes(*range(1, 16)), *nothing()]
    following = [*opens(8), *asks(18, 8), *goes(*range(1, 18), stream=8), *nothing()]
    yield case("agreed-otherwise", about, "MUX-4", again_agreed, following)
    about = "Frames without HEAD are of no stream: single messages do not wait, however many."
    yield case("single-messages", about, "MUX-4 HSK-41", whole, asks(25, 8), goes(*range(25), stream=8))
    for frames in (17, 1_024):
        about = f"Own frames of {frames:,}: a credit for half of them, rounded up, and not one frame earlier."
        half = -(-frames // 2)
        config = own(mux={"streams": 3, "frames": frames})
        begun = [*session(role, config, OURS), *begin(role)]
        before = [*send_each(think(1), 1, half - 2), *events(messages(think(1), 1, half - 2)), *nothing()]
        at = [*send(think(half - 1)), *credited(half + frames), *events(messages(think(1), half - 1, half - 1))]
        yield case(f"half-of-{frames}", about, "MUX-13", begun, before, at, config=config)
