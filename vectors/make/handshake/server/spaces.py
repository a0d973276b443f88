"""Embedding spaces and versions, seen by a server in a ping and by a client in a capability (HSK-12, HSK-24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...dialogue.configs import HASH, SPACE, Config, own
from ...dialogue.events import error_received, established
from ...dialogue.frames import capable, ping
from ...dialogue.steps import Said, capability, client, events, expect, first_ping, refusal, send, server
from ...model import Case, Group

OTHER, OTHER_HASH = "demo:decoder:v2", 0x5EED1235


@dataclass(frozen=True, slots=True)
class Spaces:
    """The spaces that both ends name. None: the ping lacks the member."""

    id: str
    about: str
    theirs: tuple[str | None, int | None]
    fits: bool
    mine: tuple[str, int] = (SPACE, HASH)

    def config(self) -> Config:
        """The configuration of the peer under test."""
        return own(embedding_space_id=self.mine[0], space_hash32=self.mine[1])

    def members(self) -> dict[str, Any]:
        """The members of the ping or capability."""
        named = {"embedding_space_id": self.theirs[0], "space_hash32": self.theirs[1]}
        return {name: value for name, value in named.items() if value is not None}

    def gone(self) -> str:
        """The names of the missing members."""
        pairs = zip(("embedding_space_id", "space_hash32"), self.theirs, strict=True)
        return " ".join(name for name, value in pairs if value is None)


TABLE = (
    Spaces("same", "Both have the same space.", (SPACE, HASH), fits=True),
    Spaces("id-differs", "The id differs, the hash does not.", (OTHER, HASH), fits=False),
    Spaces("hash-differs", "The hash differs, the id does not.", (SPACE, OTHER_HASH), fits=False),
    Spaces("both-differ", "The id and the hash differ.", (OTHER, OTHER_HASH), fits=False),
    Spaces("id-empty", "An empty id names no space.", ("", HASH), fits=True),
    Spaces("hash-zero", "A hash of 0 names no space.", (SPACE, 0), fits=True),
    Spaces("both-none", "An empty id and a hash of 0.", ("", 0), fits=True),
    Spaces("id-empty-hash-differs", "An empty id does not excuse another hash.", ("", OTHER_HASH), fits=False),
    Spaces("hash-zero-id-differs", "A hash of 0 does not excuse another id.", (OTHER, 0), fits=False),
    Spaces("id-in-capitals", "Ids are compared as they are: capitals differ.", (SPACE.upper(), HASH), fits=False),
    Spaces(
        "id-with-space", "Ids are compared as they are: a space at the end differs.", (SPACE + " ", HASH), fits=False
    ),
    Spaces("own-id-empty", "The own id is empty.", (OTHER, HASH), fits=True, mine=("", HASH)),
    Spaces("own-hash-zero", "The own hash is 0.", (SPACE, OTHER_HASH), fits=True, mine=(SPACE, 0)),
    Spaces("own-none", "The own id is empty and the own hash 0.", (OTHER, OTHER_HASH), fits=True, mine=("", 0)),
    Spaces("own-id-empty-hash-differs", "The hashes still differ.", (OTHER, OTHER_HASH), fits=False, mine=("", HASH)),
    Spaces("own-hash-zero-id-differs", "The ids still differ.", (OTHER, OTHER_HASH), fits=False, mine=(SPACE, 0)),
    Spaces("neither-has-one", "Nobody has a space.", ("", 0), fits=True, mine=("", 0)),
    Spaces("hash-largest", "The largest hash.", (SPACE, 2**32 - 1), fits=True, mine=(SPACE, 2**32 - 1)),
    Spaces("id-longest", "The longest id.", ("\u00e9" * 1024, HASH), fits=True, mine=("\u00e9" * 1024, HASH)),
    Spaces("id-composed", "Ids are not normalized.", ("e\u0301", 0), fits=False, mine=("\u00e9", 0)),
)
IN_A_PING = (
    Spaces("id-missing", "The ping has no id.", (None, HASH), fits=True),
    Spaces("hash-missing", "The ping has no hash.", (SPACE, None), fits=True),
    Spaces("both-missing", "The ping has neither.", (None, None), fits=True),
    Spaces("id-missing-hash-differs", "No id, another hash.", (None, OTHER_HASH), fits=False),
    Spaces("hash-missing-id-differs", "No hash, another id.", (OTHER, None), fits=False),
)


def groups() -> Iterator[Group]:
    """The same table for both roles, then versions."""
    # lists/ping-full has the same space on both sides.
    pings = [*(_server(one) for one in (*TABLE[1:], *IN_A_PING)), *_server_versions()]
    yield Group("handshake", "server/space", "dialogue", "Space and version of a ping.", pings)
    capabilities = [*(_client(one) for one in TABLE), *_client_versions()]
    yield Group("handshake", "client/space", "dialogue", "Space and version of a capability.", capabilities)


def _own_header(said: Said, one: Spaces) -> Said:
    return replace(said, space_hash32=one.mine[1])


def _server(one: Spaces) -> Case:
    frame = ping(gone=one.gone(), **one.members())
    if one.fits:
        named: dict[str, Any] = {"embedding_space_id": one.mine[0], "space_hash32": one.mine[1]}
        answer = [*expect(_own_header(capability(**named), one)), *events(established())]
    else:
        ids: dict[str, Any] = {"expected": one.mine[0], "got": one.theirs[0] or ""}
        hashes = {"expected_hash": one.mine[1], "got_hash": one.theirs[1] or 0}
        answer = [*refusal(frame, "SPACE_MISMATCH", **ids, **hashes, header_hash=one.mine[1])]
    clauses = "HSK-11 HSK-12 HSK-49" if one.fits else "HSK-11 HSK-12 HSK-43"
    return server(f"space-{one.id}", one.about, clauses, send(frame), answer, config=one.config())


def _client(one: Spaces) -> Case:
    named: dict[str, Any] = {"embedding_space_id": one.mine[0], "space_hash32": one.mine[1]}
    asked = expect(_own_header(first_ping(**named), one))
    told = established() if one.fits else error_received("SPACE_MISMATCH")
    answer = send(capable(gone=one.gone(), **one.members()))
    clauses = "HSK-12 HSK-24"
    return client(f"space-{one.id}", one.about, clauses, asked, answer, events(told), config=one.config())


def _server_versions() -> Iterator[Case]:
    def refused_version(case_id: str, about: str, clauses: str, **members: Any) -> Case:
        frame = ping(**members)
        return server(case_id, about, clauses, send(frame), refusal(frame, "UNSUPPORTED_VERSION", min=1, max=1))

    for case_id, version in (("zero", 0), ("negative", -1), ("lowest", -(2**53) + 1)):
        yield refused_version(f"v-{case_id}", f"v is {version}.", "HSK-11 HSK-43", v=version)
    about = "Another version and another space: the version comes first."
    yield refused_version("v-zero-and-space-differs", about, "HSK-11", v=0, embedding_space_id=OTHER)
    for case_id, about, members in (
        ("malformed-and-v-zero", "A malformed member and another version.", {"v": 0, "d_model": 0}),
        (
            "malformed-and-space-differs",
            "A malformed member and another space.",
            {"embedding_space_id": OTHER, "modality": 1},
        ),
    ):
        frame = ping(**members)
        answer = refusal(frame, "BAD_MESSAGE", detail="BAD_JSON")
        yield server(case_id, about, "HSK-11", send(frame), answer)
    other_header = replace(ping(), space_hash32=OTHER_HASH)
    about = "A ping whose header has another hash than the ping itself: the header does not count."
    answer = [*expect(capability()), *events(established())]
    yield server("header-hash-differs", about, "HSK-38", send(other_header), answer)


def _client_versions() -> Iterator[Case]:
    def outcome(case_id: str, about: str, clauses: str, code: str, **members: Any) -> Case:
        told = events(error_received(code) if code else established())
        return client(case_id, about, clauses, expect(first_ping()), send(capable(**members)), told)

    for case_id, version in (("zero", 0), ("two", 2), ("negative", -1)):
        about = f"agreed_proto is {version}."
        yield outcome(f"agreed-proto-{case_id}", about, "HSK-24", "UNSUPPORTED_VERSION", agreed_proto=version)
    about = "v is 2, but agreed_proto 1."
    yield outcome("v-two", about, "HSK-24", "", v=2)
    about = "agreed_proto is 2 and the space another one: the version comes first."
    differs = {"agreed_proto": 2, "space_hash32": OTHER_HASH}
    yield outcome("agreed-proto-and-space-differ", about, "HSK-24", "UNSUPPORTED_VERSION", **differs)
    about = "Another d_model: it decides nothing."
    yield outcome("d-model-differs", about, "HSK-24", "", d_model=1)
    about = "A capability whose header has another hash than the capability itself: the header does not count."
    header = replace(capable(), space_hash32=OTHER_HASH)
    yield client("header-hash-differs", about, "HSK-38", expect(first_ping()), send(header), events(established()))
