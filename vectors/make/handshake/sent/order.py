"""Requests that a peer refuses, where more than one code applies, and data for another space (HSK-57 to HSK-59)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...dialogue.configs import HASH, PEER_SALT, REQUIRING, XCHACHA_NAME, Config, own
from ...dialogue.events import established
from ...dialogue.frames import Frame, capable, critique, nonce_of, ping, think
from ...dialogue.sessions import ROLES, dialogue, session
from ...dialogue.steps import (
    OPEN,
    Said,
    Steps,
    act,
    capability,
    client,
    events,
    expect,
    first_ping,
    nothing,
    refusal,
    say,
    send,
    server,
)
from ...model import Case, Group
from ...writer.raw_frame import I8, XCHACHA
from ..received.refusals import NIBBLES

SPACELESS = own(space_hash32=0)
STATE = "STREAM_STATE"
MISMATCH = "SPACE_MISMATCH"


def groups() -> Iterator[Group]:
    """Without transforms, then with sealed frames."""
    about = "What a peer refuses to send: another space, and the first of several codes."
    cases = [*(case for role in ROLES for case in (*_space(role), *_state(role))), *_renegotiated(), *_pings()]
    yield Group("handshake", "sending/order", "dialogue", about, cases)
    about = "The same where sealing could not be agreed again."
    yield Group("handshake", "sealed/order", "dialogue", about, list(_mute()), ("xchacha",))


def _joined(role: str, theirs: int, config: Config = SPACELESS) -> Steps:
    """A handshake with an end that tells this space_hash32, up to the event."""
    told = events(established())
    if role == "server":
        answer = Said({"method": "capability"}, 1, 0, space_hash32=config.space_hash32)
        return [*send(ping(space_hash32=theirs)), *expect(answer), *told]
    asked = Said({"method": "ping"}, 1, 0, space_hash32=config.space_hash32)
    return [*expect(asked), *send(capable(space_hash32=theirs)), *told]


def _sent(frame: Frame) -> Steps:
    return [*say(frame), *expect(frame)]


def _space(role: str) -> Iterator[Case]:
    start = _joined(role, HASH)
    for number, frame in (("0", think(0, space_hash32=0)), ("5", critique(0, space_hash32=0))):
        about = "The other end told a space and this peer has none: it would refuse the frame, so it is not sent."
        steps = [*start, *say(frame, MISMATCH), *nothing(), *events()]
        yield dialogue(role, f"space-told-{number}", about, "HSK-6 HSK-57", steps, config=SPACELESS)
    about = "The other end told 0: a frame of no space is sent."
    yield dialogue(
        role, "space-none-told", about, "HSK-57", _joined(role, 0), _sent(think(0, space_hash32=0)), config=SPACELESS
    )
    about = "The own space and none told: the frame is sent."
    yield dialogue(role, "space-own-and-none-told", about, "HSK-57", _joined(role, 0, own()), _sent(think(0)))
    about = "HEAD and HEART have no space of their own: they are sent."
    begun = Said({"method": "head"}, 3, 0, space_hash32=0)
    beat = Frame(3, 5, 0, (), space_hash32=0)
    steps = [*act("head", 3, strong_tail=False), *expect(begun), *act("heart", 5), *expect(beat)]
    yield dialogue(role, "space-and-sync", about, "HSK-58", start, steps, config=SPACELESS)
    for case_id, frame in (
        ("critique", critique(0, space_hash32=0)),
        ("modality", think(0, space_hash32=0, modality=1)),
        ("message", replace(think(0, space_hash32=0), slices=())),
        ("dtype", think(0, NIBBLES, space_hash32=0)),
        ("size", think(0, (I8, (65_490,), bytes(65_490)), space_hash32=0)),
    ):
        about = f"Another space, and the {case_id} would be refused as well: the space comes first."
        config = replace(SPACELESS, critique=False, modality=("text",), dtype=("f16", "i8"))
        agreed = [*start[:-1], *events(established(critique=False, modality=["text"], dtype=["f16", "i8"]))]
        yield dialogue(
            role, f"space-and-{case_id}", about, "HSK-57", agreed, say(frame, MISMATCH), nothing(), config=config
        )
    about = "Another space, on a stream that has ended: the space comes first."
    ended = [*act("head", 3, strong_tail=False), *expect(begun), *act("tail", 3)]
    ended += expect(Said({"method": "tail"}, 3, 1, space_hash32=0))
    steps = [*start, *ended, *say(think(2, space_hash32=0), MISMATCH), *nothing()]
    yield dialogue(role, "space-and-state", about, "HSK-57", steps, config=SPACELESS)


def _state(role: str) -> Iterator[Case]:
    config = own(critique=False, modality=("text",), dtype=("f16", "i8"))
    start = session(role, config)
    ended = [*act("head", 3, strong_tail=False), *expect(Said({"method": "head"}, 3, 0)), *act("tail", 3)]
    ended += expect(Said({"method": "tail"}, 3, 1))
    for case_id, frame in (
        ("critique", critique(2)),
        ("modality", think(2, modality=1)),
        ("message", replace(think(2), slices=())),
        ("dtype", think(2, NIBBLES)),
        ("size", think(2, (I8, (65_490,), bytes(65_490)))),
    ):
        about = f"On a stream that has ended, and the {case_id} would be refused as well: the state comes first."
        steps = [*start, *ended, *say(frame, STATE), *nothing()]
        yield dialogue(role, f"state-and-{case_id}", about, "HSK-57 STM-4", steps, config=config)
    about = "What is refused for its message is refused for its size no more: the message comes first."
    large = think(0, NIBBLES, (I8, (65_470,), bytes(65_470)))
    yield dialogue(role, "message-and-size", about, "HSK-57", start, say(large, "BAD_SLOTS"), nothing(), config=config)


def _renegotiated() -> Iterator[Case]:
    none = think(0, space_hash32=0)
    about = "A second ping tells no space: from then on frames of no space are sent."
    second = [*send(ping(1, space_hash32=0)), *expect(Said({"method": "capability"}, 1, 1, space_hash32=0))]
    steps = [*_joined("server", HASH), *say(none, MISMATCH), *second, *events(established()), *_sent(none)]
    yield server("space-of-the-last-ping", about, "HSK-57 HSK-17", steps, config=SPACELESS)
    about = "A ping that leaves space_hash32 out tells none."
    third = [*send(ping(1, gone="space_hash32")), *expect(Said({"method": "capability"}, 1, 1, space_hash32=0))]
    steps = [*_joined("server", HASH), *third, *events(established()), *_sent(none)]
    yield server("space-left-out", about, "HSK-57", steps, config=SPACELESS)
    about = "A ping of another id is refused, and the space that was told before it still holds."
    bad = ping(1, embedding_space_id="other", space_hash32=0)
    told = refusal(bad, "SPACE_MISMATCH", 1, header_hash=0)
    yield server(
        "space-of-a-refused-ping",
        about,
        "HSK-57 HSK-17",
        _joined("server", HASH),
        send(bad),
        told,
        say(none, MISMATCH),
        config=SPACELESS,
    )
    about = "A second capability tells no space."
    asked = [*act("ping", 7), *expect(Said({"method": "ping"}, 7, 0, space_hash32=0))]
    again = [*send(capable(0, 7, space_hash32=0)), *events(established())]
    steps = [*_joined("client", HASH), *asked, *say(none, MISMATCH), *again, *_sent(none)]
    yield client("space-of-the-last-capability", about, "HSK-57 HSK-64", steps, config=SPACELESS)


def _pings() -> Iterator[Case]:
    about = "A server is asked to ping, in a session: it has no such thing to send."
    yield server("server-asked-to-ping", about, "HSK-59", OPEN, act("ping", 7, STATE), act("ping", 1, STATE), nothing())
    about = "A server is asked to ping, without a session."
    known = [*send(think(0, stream=9)), *refusal(think(0, stream=9), "HANDSHAKE_REQUIRED")]
    yield server("server-asked-to-ping-before", about, "HSK-59", known, act("ping", 7, STATE), nothing(), events())
    about = "A client that has told no space of its own pings all the same."
    steps = [*_joined("client", HASH), *act("ping", 7)]
    asked = expect(first_ping(0, 7, space_hash32=0, header_hash=0))
    yield client("client-pings-another-space", about, "HSK-20 HSK-57", steps, asked, config=SPACELESS)


def _mute() -> Iterator[Case]:
    ended = [*act("head", 3, strong_tail=False), *expect(_sealed({"method": "head"}, 0))]
    ended += [*act("tail", 3), *expect(_sealed({"method": "tail"}, 1))]
    none = [*send(ping(1)), *expect(capability(1, supports={"require_crypto": True})), *events(established())]
    for case_id, step in (
        ("data", say(think(2), "ENCRYPTION_REQUIRED")),
        ("head", act("head", 3, "ENCRYPTION_REQUIRED", strong_tail=False)),
        ("tail", act("tail", 3, "ENCRYPTION_REQUIRED")),
        ("heart", act("heart", 3, "ENCRYPTION_REQUIRED")),
    ):
        about = f"Sealing is agreed no more, and the stream has ended: {case_id} is refused for the first of these."
        steps = [*session("server", REQUIRING), *ended, *none, *step, *nothing()]
        yield server(f"crypto-and-state-{case_id}", about, "HSK-57 HSK-58 HSK-46", steps, config=REQUIRING)
    about = "Another space, and sealing is agreed no more: the space comes first."
    config = replace(REQUIRING, space_hash32=0)
    start = [*send(ping(crypto=[XCHACHA_NAME])), *expect(Said({"method": "capability"}, 1, 0, space_hash32=0))]
    start += events(established(crypto=XCHACHA_NAME))
    again = [*send(ping(1)), *expect(Said({"method": "capability"}, 1, 1, space_hash32=0)), *events(established())]
    refused = [*say(think(0, space_hash32=0), MISMATCH), *act("heart", 3, "ENCRYPTION_REQUIRED"), *nothing()]
    yield server("space-and-crypto", about, "HSK-57 HSK-58", start, again, refused, config=config)


def _sealed(members: dict[str, str], number: int) -> Said:
    return Said(members, 3, number, XCHACHA, nonce=nonce_of(PEER_SALT, 3, number))
