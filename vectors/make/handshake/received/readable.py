"""Sync objects malformed at their edges: lengths in code points, and `missing` (HSK-47, HSK-48)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM, HASH, own
from ...dialogue.events import dropped, error_received, established
from ...dialogue.frames import capable, ping, sync
from ...dialogue.sessions import in_session
from ...dialogue.steps import Steps, capability, client, error, events, expect, first_ping, refusal, send, server
from ...model import Case, Group

WIDE = "\N{CYCLONE}"
"""One code point: four bytes in UTF-8, two units in UTF-16."""
JOINED = "e\N{COMBINING ACUTE ACCENT}"
"""Two code points that look like one character."""
NAMES: tuple[tuple[str, str, str, bool], ...] = (
    ("1024-wide", "1,024 code points of four bytes each.", WIDE * 1_024, True),
    ("1025-wide", "1,025 code points of four bytes each.", WIDE * 1_025, False),
    ("1024-joined", "512 letters with an accent of their own: 1,024 code points.", JOINED * 512, True),
    ("1026-joined", "513 letters with an accent of their own: 1,026 code points.", JOINED * 513, False),
)
MISSING: tuple[tuple[str, Any], ...] = (
    ("number", 2),
    ("string", "2"),
    ("null", None),
    ("object", {}),
    ("of-numbers", [2]),
    ("of-a-fraction", ["2.0"]),
    ("of-a-leading-zero", ["02"]),
    ("of-an-empty-string", [""]),
    ("of-2-64", [str(2**64)]),
    ("second-wrong", ["2", None]),
)


def groups() -> Iterator[Group]:
    """Names, then lists of numbers."""
    about = "An embedding_space_id at its limit, in characters of several bytes."
    yield Group("handshake", "spaces/code-points", "dialogue", about, list(_names()))
    about = "Errors whose `missing` is right or wrong, whatever their code."
    yield Group("handshake", "errors/missing", "dialogue", about, list(_missing()))


def _names() -> Iterator[Case]:
    answer: Steps
    for case_id, about, name, fits in NAMES:
        nameless = own(embedding_space_id="")
        one = ping(embedding_space_id=name)
        if fits:
            answer = [*expect(capability(embedding_space_id="")), *events(established())]
        else:
            answer = refusal(one, "BAD_MESSAGE", detail="BAD_JSON")
        yield server(f"ping-{case_id}", f"A ping with {about}", "HSK-47 HSK-10", send(one), answer, config=nameless)
        told = events(established() if fits else dropped("BAD_MESSAGE"))
        asked = expect(first_ping(embedding_space_id=""))
        said = send(capable(embedding_space_id=name))
        text = f"A capability with {about}"
        yield client(f"capability-{case_id}", text, "HSK-47 HSK-10", asked, said, told, config=nameless)
    about = "A server whose own embedding_space_id has 1,024 code points of four bytes each, and a ping that names it."
    config = own(embedding_space_id=WIDE * 1_024)
    same = [*send(ping(embedding_space_id=WIDE * 1_024)), *expect(capability(embedding_space_id=WIDE * 1_024))]
    yield server("own-1024-wide", about, "HSK-47 HSK-12", same, events(established()), config=config)
    about = "The last of 1,024 code points differs."
    other = ping(embedding_space_id=WIDE * 1_023 + "x")
    said = expect(error("SPACE_MISMATCH", (HANDSHAKE_STREAM, 0), expected_hash=HASH))
    refused = [*send(other), *said, *events(_mismatch())]
    yield server("own-1024-wide-other-end", about, "HSK-47 HSK-12", refused, config=config)
    about = "An own embedding_space_id with what JSON must escape: a quote, a backslash, and every control character."
    name = 'a"b\\c' + "".join(map(chr, range(0x20))) + "\x7f"
    config = own(embedding_space_id=name)
    same = [*send(ping(embedding_space_id=name)), *expect(capability(embedding_space_id=name)), *events(established())]
    yield server("own-escaped", about, "HSK-11 HSK-12", same, config=config)
    asked = expect(first_ping(embedding_space_id=name))
    told = [*send(capable(embedding_space_id=name)), *events(established())]
    yield client("own-escaped-asked", about, "HSK-12 HSK-10", asked, told, config=config)


def _mismatch() -> dict[str, Any]:
    named = {"stream_id": HANDSHAKE_STREAM, "frame_seq": "0"}
    return {"event": "error_sent", "code": "SPACE_MISMATCH"} | named


def _missing() -> Iterator[Case]:
    for code in ("STREAM_INCOMPLETE", "ENCRYPTION_REQUIRED", "X_LATER"):
        said = {"method": "error", "code": code, "message": "no"}
        name = code.lower().replace("_", "-")
        for case_id, missing in MISSING if code == "STREAM_INCOMPLETE" else MISSING[::4]:
            about = f"An error {code} whose missing is {json.dumps(missing)}: malformed."
            steps = [*send(sync(said | {"missing": missing}, 0, DATA_STREAM)), *events(dropped("BAD_MESSAGE"))]
            yield from in_session(f"{name}-{case_id}", about, "HSK-48 HSK-10 HSK-39", steps)
        for case_id, right in (("empty", []), ("largest", ["0", str(2**64 - 1)]), ("twice", ["2", "2"])):
            about = f"An error {code} whose missing is {json.dumps(right)}: taken."
            steps = [*send(sync(said | {"missing": right}, 0, DATA_STREAM)), *events(error_received(code))]
            yield from in_session(f"{name}-{case_id}", about, "HSK-48 HSK-8", steps)
