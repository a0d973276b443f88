"""Sync frames under transforms that nobody agreed, of unknown methods, and malformed ones (HSK-60, HSK-63, HSK-68)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...dialogue.configs import DATA_STREAM, KEY, REQUIRING, SEALED, Config, own
from ...dialogue.events import dropped, error_received, established, message
from ...dialogue.frames import capable, closed, part, ping, sync, unknown, wrong
from ...dialogue.sessions import ROLES, dialogue, session, waiting
from ...dialogue.steps import (
    JOIN,
    Steps,
    act,
    advance,
    again,
    capability,
    client,
    events,
    expect,
    first_ping,
    nothing,
    refusal,
    send,
    server,
)
from ...model import Case, Group
from ...writer.raw_frame import STRONG_TAIL, XCHACHA, ZSTD

CODE = "ENCRYPTION_REQUIRED"
TOLD: Steps = events(error_received(CODE))
MALFORMED: Steps = events(dropped("BAD_MESSAGE"))
INSISTS = own(require_crypto=True)
KEYED = own(key=KEY)


def groups() -> Iterator[Group]:
    """Without transforms, then with each."""
    about = "Sync frames of unknown methods, where crypto is required and where it is not."
    yield Group("handshake", "sync/unknown-method", "dialogue", about, [c for role in ROLES for c in _unknown(role)])
    about = "The same, sealed."
    sealed = [case for role in ROLES for case in _unknown_sealed(role)]
    yield Group("handshake", "sealed/unknown-method", "dialogue", about, sealed, ("xchacha",))
    about = "Malformed capabilities and errors, wherever they come."
    yield Group(
        "handshake", "errors/places", "dialogue", about, [*(c for r in ROLES for c in _places(r)), *_nobody_waits()]
    )
    for name, flag, config in (("zstd", ZSTD, own()), ("xchacha", XCHACHA, KEYED)):
        about = f"Pings, capabilities and errors with {name}, which nobody agreed."
        cases = [
            *(case for role in ROLES for case in _errors(role, name, flag, config)),
            *_handshakes(name, flag, config),
        ]
        yield Group("handshake", f"sync/exempt-{name}", "dialogue", about, cases, (name,))


def _unknown(role: str) -> Iterator[Case]:
    one = unknown(0)
    if role == "server":
        about = "A clear frame of an unknown method to a server that insists on sealed frames, in a session."
        refused = [*send(one), *refusal(one, CODE), *send(one), *refusal(one, CODE, 1)]
        yield server("server-clear-in-session", about, "HSK-60", session(role, INSISTS), refused, config=INSISTS)
    about = "A clear frame of an unknown method to a peer that insists on sealed frames, without a session."
    start = waiting(role)
    yield dialogue(role, "clear-no-session", about, "HSK-60", start, send(one), refusal(one, CODE), config=INSISTS)
    about = "A frame of a method that there is, and belongs to the other role, is none of these: it is accepted."
    stray = {"server": capable, "client": ping}[role](0, DATA_STREAM)
    yield dialogue(
        role, "stray-no-session", about, "HSK-60 HSK-9", start, send(stray), events(), nothing(), config=INSISTS
    )
    about = "Where crypto is not required, a clear frame of an unknown method is accepted."
    yield dialogue(role, "clear-not-required", about, "HSK-9 HSK-60", session(role), send(one), events(), nothing())


def _unknown_sealed(role: str) -> Iterator[Case]:
    start = session(role, REQUIRING)
    clear, sealed = unknown(0), unknown(0, flags=XCHACHA)
    about = "Where crypto is required, a sealed frame of an unknown method is accepted, and a clear one refused."
    steps = [
        *send(sealed),
        *events(),
        *send(clear),
        *refusal(clear, CODE),
        *send(sealed),
        *events(dropped("DUPLICATE")),
    ]
    yield dialogue(role, "required", about, "HSK-60 HSK-9", start, steps, config=REQUIRING)
    about = "A clear one of a number that a sealed frame had is refused: its number is not looked at."
    steps = [*send(closed(0)), *events(message(closed(0))), *send(clear), *refusal(clear, CODE)]
    yield dialogue(role, "required-number-taken", about, "HSK-60 HSK-35", start, steps, config=REQUIRING)
    about = "A clear one with STRONG_TAIL is no sealed one."
    strong = unknown(0, flags=STRONG_TAIL)
    steps = [*send(strong), *refusal(strong, CODE)]
    yield dialogue(role, "required-strong-tail", about, "HSK-60", start, steps, config=REQUIRING)
    about = "Where crypto is agreed and not required, a clear one is accepted."
    yield dialogue(role, "agreed", about, "HSK-9 HSK-60", session(role, SEALED), send(clear), events(), config=SEALED)


def _places(role: str) -> Iterator[Case]:
    bad = sync({"method": "error", "code": 1, "message": ""}, 0, DATA_STREAM)
    about = "A malformed error without a session."
    yield dialogue(role, "error-no-session", about, "HSK-63 HSK-39", waiting(role), send(bad), MALFORMED, nothing())
    for stream in (0, 1, 2**32 - 1):
        about = f"A malformed error in a session, on stream_id {stream}."
        steps = [*send(replace(bad, stream_id=stream, frame_seq=9)), *MALFORMED, *nothing()]
        yield dialogue(role, f"error-on-{stream}", about, "HSK-63 HSK-39", session(role), steps)
    about = "A malformed error with a number that was accepted: a duplicate, since numbers are judged before content."
    twice = [*send(part(0)), *events(message(part(0))), *send(bad), *events(dropped("DUPLICATE"))]
    yield dialogue(role, "error-of-a-taken-number", about, "HSK-52 HSK-63", session(role), twice)
    if role == "server":
        about = "A malformed capability to a server: it is not the server's to read, and its number counts."
        other = capable(0, DATA_STREAM, gone="v")
        steps = [*send(other), *events(), *send(part(0)), *events(dropped("DUPLICATE"))]
        yield server("server-capability", about, "HSK-9", session(role), steps)
    else:
        about = "A malformed ping to a client: it is not the client's to read, and its number counts."
        other = ping(0, DATA_STREAM, gone="ts")
        steps = [*send(other), *events(), *send(part(0)), *events(dropped("DUPLICATE"))]
        yield client("client-ping", about, "HSK-9", session(role), steps)


def _nobody_waits() -> Iterator[Case]:
    bad = capable(0, DATA_STREAM, gone="v")
    free = [*send(part(0)), *events(message(part(0)))]
    about = "A malformed capability where no ping waits: dropped, and its number is free."
    yield client("capability-nobody-waits", about, "HSK-23", JOIN, send(bad), MALFORMED, free)
    about = "A malformed capability on another stream_id than the ping's: dropped, and the ping waits on."
    asked = expect(first_ping(), name="ping")
    waits = [*send(bad), *MALFORMED, *advance(1_000), *again("ping"), *send(capable()), *events(established())]
    yield client("capability-elsewhere", about, "HSK-23 HSK-22", asked, waits)
    about = "A malformed capability on the stream_id of a ping that was answered: dropped, and not a duplicate."
    late = [*send(capable(1, gone="v")), *MALFORMED, *send(capable(1)), *events()]
    yield client("capability-too-late", about, "HSK-23 HSK-22", JOIN, late)
    about = "A malformed capability on the stream_id of a ping whose place another has taken."
    second = [*JOIN, *act("ping", 7), *expect(first_ping(0, 7)), *act("ping", 8), *expect(first_ping(0, 8))]
    late = [*send(capable(0, 7, gone="v")), *MALFORMED, *send(capable(0, 8)), *events(established())]
    yield client("capability-replaced", about, "HSK-23 HSK-66", second, late)


def _errors(role: str, name: str, flag: int, mine: Config) -> Iterator[Case]:
    one = replace(wrong(CODE, 0, DATA_STREAM), flags=flag)
    about = f"An error with {name} is taken."
    yield dialogue(role, "error", about, "HSK-68", session(role, mine), send(one), TOLD, nothing(), config=mine)
    about = f"An error with {name} is taken without a session."
    yield dialogue(role, "error-no-session", about, "HSK-68", waiting(role), send(one), TOLD, nothing(), config=mine)
    bad = sync({"method": "error", "code": 1, "message": ""}, 0, DATA_STREAM, flags=flag)
    about = f"A malformed error with {name} is dropped for what it is."
    steps = [*session(role, mine), *send(bad), *MALFORMED, *nothing()]
    yield dialogue(role, "error-malformed", about, "HSK-68 HSK-63", steps, config=mine)


def _handshakes(name: str, flag: int, mine: Config) -> Iterator[Case]:
    about = f"A first ping with {name} is answered, without transforms."
    answer = [*expect(capability()), *events(established())]
    yield server("ping", about, "HSK-68 HSK-45", send(replace(ping(), flags=flag)), answer, config=mine)
    about = f"The ping comes again, now with {name}: the same answer."
    first = [*send(ping()), *expect(capability(), name="answer"), *events(established())]
    same = [*send(replace(ping(), flags=flag)), *again("answer"), *events()]
    yield server("ping-again", about, "HSK-68 HSK-18", first, same, config=mine)
    about = f"A malformed ping with {name} is answered for what it is."
    bad = replace(ping(gone="ts"), flags=flag)
    yield server("ping-malformed", about, "HSK-68 HSK-11", send(bad), refusal(bad, "BAD_MESSAGE"), config=mine)
    about = f"A capability with {name} is taken."
    taken = [*send(replace(capable(), flags=flag)), *events(established())]
    yield client("capability", about, "HSK-68", expect(first_ping()), taken, config=mine)
    about = f"An error with {name} ends a handshake."
    ref = (1, 0)
    ends = [*send(replace(wrong(CODE, 0, 1, ref), flags=flag)), *events(error_received(CODE, ref))]
    yield client("error-for-the-ping", about, "HSK-68 HSK-28", expect(first_ping()), ends, config=mine)
    about = f"What the other role alone acts on is accepted with {name}."
    for role, one in (("server", capable(0, DATA_STREAM)), ("client", ping(0, DATA_STREAM))):
        steps = [*session(role, mine), *send(replace(one, flags=flag)), *events(), *nothing()]
        yield dialogue(role, "stray", about, "HSK-68 HSK-9", steps, config=mine)
