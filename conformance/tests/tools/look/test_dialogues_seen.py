"""Dialogues that are played and captured: who looks at them tells what the vectors expect of the peer under test."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from resonant.observe import Seen, Told

from conformance.dialogue.parse import parse_dialogue
from conformance.dialogue.steps import Events
from conformance.model.cases import DIALOGUE, Case, load_cases
from conformance.tools.capture.__main__ import main as capture
from conformance.tools.look.conversations import Conversation, Explained, explain_capture
from conformance.tools.look.form import json_text
from reports.files import checked

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("forks"),
    pytest.mark.xdist_group("captures that are explained"),
]

UDP = (
    "stream/repair/missing/*",
    "stream/verified/corrupt/*",
    "handshake/errors/places/*",
    "handshake/refused/data*",
    "fec/recovery/*",
)
TCP = ("stream/repair/missing/*", "tcp/lengths/*", "tcp/ends/inside/*")
DIALOGUES: Mapping[str, Case] = {case.id: case for case in load_cases() if case.op == DIALOGUE}
KEYS = (case.input["config"].get("key") for case in DIALOGUES.values())
KEY = next(bytes.fromhex(text) for text in KEYS if text)
SAYS = {
    "established": "session established",
    "opened": " opened",
    "complete": " complete: ",
    "incomplete": " is incomplete: ",
    "failed": " failed: ",
    "recovered": " recovered from repair",
}
"""An event -> the words by which it is told."""
TOLD_OF_STREAMS = ("STREAM_INCOMPLETE", "STREAM_CORRUPT", "STREAM_TIMEOUT")
"""Codes of errors that are about a stream and not about the frame that they name."""


def captured(folder: Path, arguments: Sequence[str]) -> Explained:
    path = folder / "out.pcapng"
    assert capture(["-o", str(path), *arguments]) == 0
    return explain_capture(path, KEY, (), 100_000)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Explained:
    return captured(tmp_path_factory.mktemp("udp"), UDP)


@pytest.fixture(scope="module")
def seen_over_tcp(tmp_path_factory: pytest.TempPathFactory) -> Explained:
    return captured(tmp_path_factory.mktemp("tcp"), ["--transport=tcp", *TCP])


def alone(found: Explained) -> dict[str, Conversation]:
    """Those of dialogues with one other end, and with their handshake."""
    counts = Counter(one.comment for one in found.conversations)
    return {
        one.comment: one
        for one in found.conversations
        if one.whole and counts[one.comment] == 1 and len(parse_dialogue(DIALOGUES[one.comment].input).links) == 1
    }


def events_of(case: Case) -> list[Mapping[str, object]]:
    steps = parse_dialogue(case.input).steps
    return [event for step in steps if isinstance(step, Events) for event in step.events]


def expected(case: Case) -> Counter[str]:
    return Counter(str(event["event"]) for event in events_of(case) if event["event"] in SAYS)


def told(case: Case, one: Conversation) -> Counter[str]:
    """The same, as it was told of the peer under test."""
    events = (entry for entry in one.entries if isinstance(entry, Told) and entry.role in (None, case.input["role"]))
    texts = [entry.text for entry in events if not entry.text.startswith("the handshake")]
    return Counter(name for name, words in SAYS.items() for text in texts if words in text)


def test_events_are_those_that_the_vectors_expect(seen: Explained) -> None:
    found = alone(seen)
    assert len(found) > 200
    wanted = {name: expected(DIALOGUES[name]) for name in found}
    assert {name: told(DIALOGUES[name], one) for name, one in found.items()} == wanted
    assert {event for events in wanted.values() for event in events} == set(SAYS)


def test_a_frame_that_was_answered_with_an_error_has_its_code(seen: Explained) -> None:
    codes = Counter[str]()
    for one in alone(seen).values():
        frames = {entry.number: entry for entry in one.entries if isinstance(entry, Seen)}
        for answer in frames.values():
            code, about = answer.what.removeprefix("error "), frames.get(answer.about or 0)
            role = DIALOGUES[one.comment].input["role"]
            unknown = role == "client" and code == "ENCRYPTION_REQUIRED"  # no client says that it requires crypto
            if about is not None and answer.way.receiver != role and code not in TOLD_OF_STREAMS and not unknown:
                assert about.fault is not None, (one.comment, about.number)
                assert about.fault.code == code, (one.comment, about.number)
                codes[code] += 1
    assert {"UNSUPPORTED_DTYPE", "UNSUPPORTED_MODALITY", "UNSUPPORTED_FEATURE", "ENCRYPTION_REQUIRED"} <= set(codes)


def test_json_of_every_kind_of_frame_and_event_fits_its_schema(seen: Explained, seen_over_tcp: Explained) -> None:
    for explained in (seen, seen_over_tcp):
        data = checked(json.loads(json_text(explained)), "explain", Path(explained.name))
        assert len(data["conversations"]) == len(explained.conversations)


def test_every_packet_of_a_dialogue_is_shown(seen: Explained) -> None:
    assert seen.packets == sum(one.frames for one in seen.conversations)
    assert {one.comment.split("/")[0] for one in seen.conversations} == {"stream", "handshake", "fec"}


def test_events_over_tcp_are_those_that_the_vectors_expect(seen_over_tcp: Explained) -> None:
    found = {name: one for name, one in alone(seen_over_tcp).items() if not name.startswith("tcp/")}
    assert len(found) > 10
    wanted = {name: expected(DIALOGUES[name]) for name in found}
    assert {name: told(DIALOGUES[name], one) for name, one in found.items()} == wanted


def test_connections_end_with_the_codes_of_the_vectors(seen_over_tcp: Explained) -> None:
    codes_seen = Counter[str]()
    for name, one in alone(seen_over_tcp).items():
        case = DIALOGUES[name]
        closed = [str(event.get("code", "")) for event in events_of(case) if event["event"] == "closed"]
        events = (entry for entry in one.entries if isinstance(entry, Told) and entry.role == case.input["role"])
        if closed and name.startswith("tcp/"):
            codes = [entry.code for entry in events if "closes the connection" in entry.text]
            assert codes == [code for code in closed if code], name
            codes_seen.update(codes)
    assert {"FRAME_TOO_SHORT", "FRAME_TOO_LARGE", "TRUNCATED_FRAME"} <= set(codes_seen)
