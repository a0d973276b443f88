"""Dialogues read from JSON, strictly: mistakes of a person or the generator are reported by step and member."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set

from resonant.describe.registry import registry

from .steps import (
    DATAGRAM,
    FIRST,
    MAIN,
    Act,
    Advance,
    Close,
    Dialogue,
    Events,
    Expect,
    ExpectAgain,
    ExpectBytes,
    ExpectEnd,
    ExpectNothing,
    FrameWanted,
    Raw,
    Send,
    SendEach,
    Step,
    Text,
    Write,
)

HEADER = ("type", "flags", "stream_id", "frame_seq", "space_hash32", "modality")
ROLES = ("server", "client")
WAYS = ("half", "clean", "reset", "stop")
ENDS = ("fin", "reset", "stop", "none")
_LETTER = re.compile("[a-z]{1,2}")
_CARRIAGE = re.compile(f"{MAIN}|{DATAGRAM}|(uni|bi)-[1-9][0-9]?")
_MIN_FRAME = registry().limit("min_frame_bytes")
_MAX_EACH = 1 << 16
_MAX_NUMBER = (1 << 62) - 1
_MAX_DATAGRAM = (1 << 16) - 1
_TOLD = {"link", "arrived"}
"""Members of requests to the testee that the player adds."""


class DialogueError(Exception):
    """A dialogue that cannot be played; the text says where and why."""


def parse_dialogue(given: Raw, known: Iterable[Step] = ()) -> Dialogue:
    """The `input` of a case of op dialogue. Raises DialogueError.

    known: steps that were read before. Those of a part are the same objects in all dialogues of a file, and those of a
    repeat in one.
    """
    _members(given, {"role", "config", "steps"}, {"stream_id", "datagrams", "channels", "association"})
    role, stream_id, steps = given["role"], given.get("stream_id"), given["steps"]
    datagrams = given.get("datagrams")
    _need(datagrams is None or _is_number(datagrams, _MAX_DATAGRAM), "datagrams is not a number of bytes")
    _need(role in ROLES, f"role is {role!r}, not server or client")
    _need((role == "client") == (stream_id is not None), "a client has a stream_id, and a server none")
    _need(stream_id is None or _is_int(stream_id), "stream_id is not a number")
    _need(isinstance(given["config"], Mapping), "config is not an object")
    _need(isinstance(steps, list), "steps is not an array")
    read = _read(steps, {id(step.raw): step for step in known})
    _check_names(read)
    return Dialogue(role, given["config"], stream_id, read, datagrams, *_over_webrtc(given))


def _over_webrtc(given: Raw) -> tuple[Mapping[str, Raw], Raw]:
    """The properties of channels, and of the association below them."""
    channels, association = given.get("channels", {}), given.get("association", {})
    for name, one in channels.items():
        _need(_LETTER.fullmatch(name) is not None, f"{name!r} of channels is no link")
        _members(one, set(), {"label", "protocol", "ordered", "max_retransmits"})
    _members(association, set(), {"testee_offers", "max_message_size"})
    return channels, association


def _check_names(steps: Iterable[Step]) -> None:
    known: set[str] = set()
    for number, step in enumerate(steps, start=1):
        if type(step) is Expect and step.name:
            known.add(step.name)
        elif type(step) is ExpectAgain and step.name not in known:
            raise DialogueError(f"step {number}: no datagram was named {step.name!r} before")


def _read(steps: Iterable[object], known: dict[int, Step]) -> tuple[Step, ...]:
    """Each step, read once. known: by the ids of their JSON; it learns those that are read here."""
    read: list[Step] = []
    try:
        for raw in steps:
            step = known.get(id(raw))
            if step is None:
                step = known[id(raw)] = parse_step(raw)
            read.append(step)
    except DialogueError as error:
        raise DialogueError(f"step {len(read) + 1}: {error}") from None
    return tuple(read)


def parse_step(raw: object) -> Step:
    """One step. Raises DialogueError."""
    if not isinstance(raw, dict | Mapping):
        raise DialogueError("a step is an object")
    kinds = raw.keys() & _NAMES
    if len(kinds) != 1:
        raise DialogueError(f"a step has one of {', '.join(_KINDS)}; this one has {', '.join(raw) or 'nothing'}")
    (kind,) = kinds
    read, companions = _KINDS[kind]
    if len(raw) > 1:
        _members(raw, kinds, companions)
    return read(raw)


def _link(raw: Raw) -> str:
    link = raw.get("link", FIRST)
    if link is not FIRST and not (isinstance(link, str) and _LETTER.fullmatch(link)):
        raise DialogueError(f"link is {link!r}, not one or two letters")
    return str(link)


def _on(raw: Raw, otherwise: str) -> str:
    on = raw.get("on", otherwise)
    if on != otherwise and not (isinstance(on, str) and _CARRIAGE.fullmatch(on)):
        raise DialogueError(f"on is {on!r}, no carriage")
    return str(on)


def _send(raw: Raw) -> Step:
    return Send(raw, _link(raw), _bytes(raw["send"]), _on(raw, MAIN))


def _send_each(raw: Raw) -> Step:
    each = raw["send_each"]
    _members(each, {"frame", "from", "to"}, set())
    frame, first, last = _bytes(each["frame"]), each["from"], each["to"]
    _need(len(frame) >= _MIN_FRAME, "the frame of send_each is shorter than 33 bytes")
    _need(_is_int(first) and _is_int(last) and 0 <= first <= last < 2**64, "from and to are not a range of numbers")
    _need(last - first < _MAX_EACH, f"from and to are more than {_MAX_EACH:,} frames")
    return SendEach(raw, _link(raw), frame, first, last, _on(raw, MAIN))


def _write(raw: Raw) -> Step:
    on = _on(raw, MAIN)
    _need(on != DATAGRAM, "a datagram has one frame: send it")
    return Write(raw, _link(raw), _bytes(raw["write"]), on)


def _text(raw: Raw) -> Step:
    _need(isinstance(raw["text"], str), "text is not a string")
    return Text(raw, _link(raw), raw["text"])


def _close(raw: Raw) -> Step:
    how, (on, of, code) = raw["close"], _carriage(raw)
    _need(how in WAYS, f"close is {how!r}, not {', '.join(WAYS)}")
    _need(of is None or how == "stop", "a uni of the peer under test is stopped only")
    _need(how != "stop" or of is not None or on == MAIN or on.startswith("bi-"), "nothing comes on what it stops")
    _need(how != "clean" or not on, "a connection is closed clean, without `on`")
    return Close(raw, _link(raw), how, on, of, code)


def _expect_end(raw: Raw) -> Step:
    how, (on, of, code) = raw["expect_end"], _carriage(raw)
    _need(how in ENDS, f"expect_end is {how!r}, not {', '.join(ENDS)}")
    _need((of is None) == bool(on), "expect_end has either `on` or `of`")
    _need(of is None or how != "stop", "only the other end stops a uni of the peer under test")
    return ExpectEnd(raw, _link(raw), how, on, of, code)


def _carriage(raw: Raw) -> tuple[str, int | None, int]:
    """A carriage and a number of QUIC: `on`, `of` and `code`."""
    on, of, code = _on(raw, ""), raw.get("of"), raw.get("code", 0)
    _need(on != DATAGRAM, "datagrams have no end")
    _need(of is None or (not on and _is_number(of, (1 << 32) - 1)), "of is a stream_id, without `on`")
    _need(_is_number(code, _MAX_NUMBER), f"code is {code!r}, not a number below 2^62")
    return on, of, code


def _act(raw: Raw) -> Step:
    request, reject = raw["act"], raw.get("reject")
    _need(isinstance(request, dict) and not _TOLD & request.keys(), "act is an input of peer_send without link")
    _need(reject is None or isinstance(reject, str), "reject is not a code")
    return Act(raw, _link(raw), request, reject)


def _advance(raw: Raw) -> Step:
    _need(_is_int(raw["advance"]) and raw["advance"] >= 0, "advance is not a number of milliseconds")
    return Advance(raw, raw["advance"])


def _expect(raw: Raw) -> Step:
    frame, name = raw["expect"], raw.get("as", "")
    _members(frame, _HEADER, _CONTENT)
    _need(("json" in frame) != ("slices" in frame), "a frame has either json or slices")
    _need("absent" not in frame or "json" in frame, "absent goes with json")
    _need(isinstance(name, str), "as is not a name")
    header = {member: frame[member] for member in HEADER}
    absent = tuple(frame.get("absent", ()))
    wanted = FrameWanted(header, frame.get("nonce"), frame.get("json"), absent, frame.get("slices"))
    return Expect(raw, _link(raw), wanted, name)


def _expect_again(raw: Raw) -> Step:
    _need(isinstance(raw["expect_again"], str), "expect_again is not a name")
    _need(raw.get("optional", True) is True, "optional is true, or not there")
    return ExpectAgain(raw, _link(raw), raw["expect_again"], "optional" in raw)


def _expect_bytes(raw: Raw) -> Step:
    return ExpectBytes(raw, _link(raw), _bytes(raw["expect_bytes"]))


def _expect_nothing(raw: Raw) -> Step:
    _need(raw["expect_nothing"] is True, "expect_nothing is always true")
    return ExpectNothing(raw, _link(raw))


def _events(raw: Raw) -> Step:
    _need(isinstance(raw["events"], list), "events is not an array")
    return Events(raw, tuple(event for one in raw["events"] for event in _each_event(one)))


def _each_event(event: object) -> Iterator[Raw]:
    """The event with its letter; one for each number where it stands for many."""
    _need(isinstance(event, dict) and isinstance(event.get("event"), str), "an event is an object with `event`")
    assert isinstance(event, dict)
    named = {"link": _link(event), **event}
    span = event.get("frame_seq")
    if not isinstance(span, Mapping):
        yield named
        return
    _members(span, {"from", "to"}, set())
    _need(_is_int(span["from"]) and _is_int(span["to"]), "from and to are not numbers")
    _need(span["to"] - span["from"] < _MAX_EACH, f"from and to are more than {_MAX_EACH:,} events")
    for number in range(span["from"], span["to"] + 1):
        yield named | {"frame_seq": str(number)}


_HEADER, _CONTENT = frozenset(HEADER), frozenset({"nonce", "json", "absent", "slices"})
_KINDS: Mapping[str, tuple[Callable[[Raw], Step], set[str]]] = {
    "send": (_send, {"link", "on"}),
    "send_each": (_send_each, {"link", "on"}),
    "write": (_write, {"link", "on"}),
    "text": (_text, {"link"}),
    "close": (_close, {"link", "on", "of", "code"}),
    "act": (_act, {"link", "reject"}),
    "advance": (_advance, set()),
    "expect": (_expect, {"link", "as"}),
    "expect_again": (_expect_again, {"link", "optional"}),
    "expect_bytes": (_expect_bytes, {"link"}),
    "expect_end": (_expect_end, {"link", "on", "of", "code"}),
    "expect_nothing": (_expect_nothing, {"link"}),
    "events": (_events, set()),
}
_NAMES = frozenset(_KINDS)


def _need(holds: bool, text: str) -> None:
    if not holds:
        raise DialogueError(text)


def _members(value: object, needed: Set[str], optional: Set[str]) -> None:
    if not isinstance(value, dict | Mapping):
        raise DialogueError(f"expected an object with {', '.join(sorted(needed))}")
    if missing := needed - value.keys():
        raise DialogueError(f"{', '.join(sorted(missing))} is missing")
    if extra := value.keys() - needed - optional:
        raise DialogueError(f"unexpected: {', '.join(sorted(extra))}")


def _is_int(value: object) -> bool:
    return type(value) is int


def _is_number(value: object, most: int) -> bool:
    return isinstance(value, int) and _is_int(value) and 0 <= value <= most


def _bytes(text: object) -> bytes:
    """The bytes of lower-case hex; there and back is a tenth of what a pattern takes for a megabyte."""
    try:
        data = bytes.fromhex(text) if isinstance(text, str) else None
    except ValueError:
        data = None
    if data is None or data.hex() != text:
        raise DialogueError("bytes are not in lower-case hex")
    return data
