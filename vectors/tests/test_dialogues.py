"""The committed dialogues: whole, sane, and built of valid frames but where they say otherwise."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema
import pytest
import resonant
from resonant.describe.clauses import load_clauses
from resonant.describe.registry import registry

from vectors.tests.dialogues import PROFILES, ROOT, Talk, talks
from vectors.tests.test_data import validator

pytestmark = pytest.mark.xdist_group("dialogues")

FRAME_CODES = set(registry().codes_of("frame"))
OF_TRANSPORTS = {"steps", "datagrams", "channels", "association"}
"""Members of the input that are not of peer_open."""
CARRIERS = {"tcp", "quic", "webrtc"}
"""Profiles whose dialogues go over one transport alone, so that the same steps are another case."""
UNREAD = ("carriages/mismatch/server-wrong-second", "carriages/mismatch/client-wrong-second")
"""Dialogues with a frame that is wrong, and not looked at (QUI-7)."""


@dataclass(slots=True)
class Decoded:
    """The frames of a dialogue as the reference reads them. broken: how many it refuses with each code."""

    flags: int = 0
    dtypes: set[int] = field(default_factory=set)
    broken: Counter[str] = field(default_factory=Counter)


@cache
def decoded() -> dict[str, Decoded]:
    """That of every dialogue by its name, read once: they have tens of thousands of frames."""
    return {talk.name: _decoded(talk) for talk in talks()}


def _decoded(talk: Talk) -> Decoded:
    found = Decoded()
    for datagram in talk.frames():
        found.flags |= datagram[2] if len(datagram) >= 33 else 0
        try:
            found.dtypes |= {one.dtype for one in resonant.decode(datagram, key=talk.key).slices}
        except resonant.ResonantError as error:
            found.broken[str(error.code)] += 1
    return found


@pytest.mark.slow
def test_there_are_many_and_no_two_are_the_same() -> None:
    counts = Counter(talk.profile for talk in talks())
    assert counts["handshake"] >= 250
    assert counts["stream"] >= 250
    steps = {id(step): step for talk in talks() for step in talk.steps}  # a part of many dialogues has its steps once
    texts = {at: json.dumps(step, sort_keys=True) for at, step in steps.items()}
    seen = defaultdict(list)
    for talk in talks():
        of_carrier = talk.profile if talk.profile in CARRIERS else ""
        head = json.dumps({**talk.case["input"], "steps": ()}, sort_keys=True)
        seen[of_carrier, head, *(texts[id(step)] for step in talk.steps)].append(talk.name)
    assert [names for names in seen.values() if len(names) > 1] == []


OF_OPS = {"TCP-5", "TCP-22", "TCP-23", "FEC-34", "FEC-35", "FEC-36", "FEC-37", *(f"ADA-{n}" for n in range(1, 11))}
"""Clauses that only an op without a connection can judge."""


def test_no_clause_of_peers_is_left_out_of_its_profile() -> None:
    cited = {(talk.profile, clause) for talk in talks() for clause in talk.case["clauses"]}
    families = {family: name for name in PROFILES for family in registry().profiles[name].families}
    for clause in load_clauses().values():
        profile = clause.judged_in or families.get(clause.id.split("-", maxsplit=1)[0])
        if clause.must and clause.untestable is None and profile in families.values() and clause.id not in OF_OPS:
            assert (profile, clause.id) in cited
    assert ("stream", "XCH-11") in cited


@pytest.mark.slow
def test_every_frame_is_valid_where_the_peer_is_not_to_drop_it_as_broken() -> None:
    for talk in talks():
        if talk.name.endswith(UNREAD):
            continue
        broken = decoded()[talk.name].broken
        told = Counter(event["code"] for event in talk.events() if event["event"] == "dropped")
        of_frames = Counter({code: n for code, n in told.items() if code in FRAME_CODES})
        assert broken == of_frames or (talk.profile == "fec" and broken <= of_frames), talk.name  # the rest is repair


def test_every_code_of_the_frame_layer_that_can_be_met_is_met() -> None:
    met = {event["code"] for talk in talks() for event in talk.events() if event["event"] == "dropped"}
    assert met >= FRAME_CODES


@pytest.mark.slow
def test_a_profile_is_required_exactly_where_it_is_used() -> None:
    used: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)
    for talk in talks():
        needs = _needs(talk)
        assert needs <= talk.requires, talk.name
        used[talk.name.rsplit("/", maxsplit=1)[0], talk.requires] |= needs
    assert {group: needs for (group, requires), needs in used.items() if needs != requires} == {}


def _needs(talk: Talk) -> set[str]:
    named = {*talk.config["compress"], *talk.config["crypto"], *talk.config["dtype"]}
    flags, dtypes = decoded()[talk.name].flags, decoded()[talk.name].dtypes
    needs = {
        "zstd": "zstd" in named or flags & resonant.Flags.ZSTD,
        "xchacha": "xchacha20poly1305" in named or "key" in talk.config or flags & resonant.Flags.XCHACHA,
        "sparse": talk.profile != "adapt" and ("sparse" in named or resonant.DType.SPARSE_COO in dtypes),
        "stream": talk.profile == "adapt",
        "mux": talk.profile == "adapt" and "mux" in talk.config,
    }
    return {name for name, needed in needs.items() if needed}


def test_what_a_peer_is_to_say_fits_the_schema_of_its_method() -> None:
    schemas = {path.stem: json.loads(path.read_bytes()) for path in (ROOT / "specs/sync").glob("*.json")}
    parts = {method: jsonschema.Draft202012Validator(_loosened(schema)) for method, schema in schemas.items()}
    seen = set()
    for talk in talks():
        for _, frame in talk.expected():
            if "json" in frame:
                parts[frame["json"]["method"]].validate(frame["json"])
                seen.add(frame["json"]["method"])
    assert seen == set(schemas)


def _loosened(schema: Any) -> Any:
    """The schema with nothing required: what a dialogue gives may be a part of what a peer says."""
    if isinstance(schema, dict):
        return {
            name: _loosened(value) for name, value in schema.items() if name not in ("required", "dependentRequired")
        }
    return [_loosened(value) for value in schema] if isinstance(schema, list) else schema


def test_what_is_asked_of_a_peer_fits_the_schemas_of_the_ops() -> None:
    target = {"link": "a", "transport": "udp", "remote": 1}
    opening, sending = (validator({"$ref": f"{op}.json#/$defs/input"}) for op in ("peer_open", "peer_send"))
    assert not sending.is_valid({"kind": "none"})
    for talk in talks():
        given = {name: value for name, value in talk.case["input"].items() if name not in OF_TRANSPORTS}
        opening.validate(given | (target if given["role"] == "client" else {}))
        for step in talk.steps:
            if "act" in step:
                sending.validate(step["act"])


def test_names_stand_before_they_are_used_and_ranges_are_not_empty() -> None:
    for talk in talks():
        names = set()
        for step in talk.steps:
            link = step.get("link", "a")
            names |= {(link, step["as"])} if "as" in step else set()
            assert "expect_again" not in step or (link, step["expect_again"]) in names, talk.name
            ranges = [step["send_each"]] if "send_each" in step else []
            ranges += [
                event["frame_seq"] for event in step.get("events", ()) if isinstance(event.get("frame_seq"), dict)
            ]
            assert all(one["from"] <= one["to"] for one in ranges), talk.name


def test_a_client_begins_with_its_ping() -> None:
    clients = [talk for talk in talks() if talk.case["input"]["role"] == "client"]
    assert len(clients) >= 100
    for talk in clients:
        first = talk.steps[0]["expect"]
        assert first["json"]["method"] == "ping"
        assert (first["stream_id"], first["frame_seq"]) == (talk.case["input"]["stream_id"], "0")


def test_a_peer_numbers_its_frames_without_a_gap() -> None:
    for talk in talks():
        following: Counter[tuple[str, int]] = Counter()
        for step in talk.steps:
            if "expect" in step:
                where = (step.get("link", "a"), step["expect"]["stream_id"])
                number = int(step["expect"]["frame_seq"])
                lost = _loses_frames(talk) and number > following[where]
                assert number == following[where] or lost, talk.name  # HSK-2
                following[where] = number + 1


def _loses_frames(talk: Talk) -> bool:
    """Whether frames that the peer owes are too large for the other end: they use their numbers up, and are lost."""
    return "RTC-8" in talk.case["clauses"]


def test_every_error_is_told_and_every_answer_told_is_sent() -> None:
    for talk in talks():
        said: Counter[tuple[str, str, int]] = Counter()
        for link, frame in talk.expected():
            if frame.get("json", {}).get("method") == "error":
                said[link, frame["json"]["code"], frame["json"]["ref"]["stream_id"]] += 1
        told = Counter(found for event in talk.events() if (found := _answer(event)) is not None)
        # The one error of a stream that ends, which the limit drops; and those that are too large for the other end.
        limited = 8 if _loses_frames(talk) else "HSK-70" in talk.case["clauses"]
        resent = "missing-error" in talk.name  # the one error that is part of a repair, and no answer the second time
        assert (told - said).total() <= limited, talk.name
        assert (said - told).total() == resent, talk.name


def _answer(event: dict[str, Any]) -> tuple[str, str, int] | None:
    codes = {"error_sent": event.get("code"), "failed": event.get("code"), "incomplete": "STREAM_INCOMPLETE"}
    code = codes.get(event["event"])
    never_sent = (None, "TRUNCATED_FRAME", "STREAM_RESET")
    return None if code in never_sent else (event.get("link", "a"), code, event["stream_id"])


@pytest.mark.parametrize("role", ["server", "client"])
def test_both_roles_meet_every_code_of_a_refusal(role: str) -> None:
    refusals = {
        "HANDSHAKE_REQUIRED", "SPACE_MISMATCH", "ENCRYPTION_REQUIRED", "UNSUPPORTED_FEATURE", "UNSUPPORTED_MODALITY",
        "BAD_MESSAGE", "UNSUPPORTED_DTYPE", "STREAM_FLAG_MISMATCH",
    }  # fmt: skip
    told = [event for talk in talks() if talk.case["input"]["role"] == role for event in talk.events()]
    assert refusals <= {event["code"] for event in told if event["event"] == "error_sent"}
    failed = {"STREAM_CORRUPT", "STREAM_TIMEOUT", "TRUNCATED_FRAME", "FLOW_CONTROL", "STREAM_CANCELLED", "STREAM_RESET"}
    assert failed == {event["code"] for event in told if event["event"] == "failed"}
