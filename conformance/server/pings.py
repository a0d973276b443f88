"""A server's answers to pings: sections 1 and 2 of specs/handshake.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ..model.verdict import PASSED, Verdict
from ..wire.build import Frame, sync
from .capabilities import LISTS, NAMED_HASH, NAMED_ID, learned_from
from .check import Check
from .conversation import PING_STREAM, SMALLEST_PING, need
from .server import Outside

UNKNOWN = "zz-unknown"
Row = TypeVar("Row")
_REPLIES = 7
NEVER = {"lz4", "aes256gcm"}  # HSK-7


def ping(seq: int = 0, stream_id: int = PING_STREAM, **members: Any) -> Frame:
    """A ping with these members beside ts."""
    return sync(stream_id, seq, SMALLEST_PING | members)


def batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Rows in groups that one conversation can answer without reaching the limit of replies (HSK-42)."""
    return (rows[first : first + _REPLIES] for first in range(0, len(rows), _REPLIES))


def list_members(lists: Mapping[str, Any]) -> Mapping[str, Any]:
    """Lists as members of a ping: dtype goes into supports."""
    outer = {name: value for name, value in lists.items() if name != "dtype"}
    return outer | ({"supports": {"dtype": lists["dtype"]}} if "dtype" in lists else {})


def minimal_ping(server: Outside) -> Verdict:
    """The capability's values, and the frame it comes in."""
    with server.conversation() as talk:
        reply = talk.agree()
    said = reply.message
    need(said["agreed_proto"] == 1, "agreed_proto is wrong (HSK-13)", 1, said["agreed_proto"])
    need(said["v"] == 1, "v is wrong (HSK-13)", 1, said["v"])
    need(said["supports"]["critique"] is False, "critique is true, and no ping said so (HSK-16)", False, reply.text())
    need(bool(said["compress"] and said["crypto"]), "an empty list of transforms (HSK-15)", '["none"]', reply.text())
    offered = NEVER & {*said["compress"], *said["crypto"]}
    need(not offered, f"{', '.join(sorted(offered))} must not be agreed (HSK-7)", "no such name", reply.text())
    need(reply.frame_seq == 0, "the first frame on a stream_id has a wrong number (HSK-2)", 0, reply.frame_seq)
    same = reply.space_hash32 == said["space_hash32"]
    need(
        same, "the frame has another space_hash32 than its capability (HSK-3)", said["space_hash32"], reply.space_hash32
    )
    return PASSED


def _expected(own: tuple[str, ...] | None, name: str, asked: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """HSK-14 and HSK-15."""
    if own is None or asked is None:
        return own
    left = tuple(one for one in own if one in asked)
    return left if left or name in ("modality", "dtype") else ("none",)


def _cut_to(server: Outside, *pings: Mapping[str, tuple[str, ...]]) -> Verdict:
    """Pings with these lists; each is answered as if it were the first (HSK-17)."""
    with server.conversation() as talk:
        for seq, asked in enumerate(pings):
            reply = talk.agree(seq, **list_members({name: list(names) for name, names in asked.items()}))
            agreed = learned_from(reply.message)
            for name in LISTS:
                expected = _expected(getattr(server.learned, name), name, asked.get(name))
                got = getattr(agreed, name)
                need(got == expected, f"{name} is wrong for a ping with {name} {asked.get(name)}", expected, got)
    return PASSED


def one_list_at_a_time(server: Outside) -> Verdict:
    """Each list cut to every second name, the others left out."""
    own = {name: server.learned.names(name) for name in LISTS}
    return _cut_to(server, *({name: names[first::2]} for name, names in own.items() for first in (0, 1)))


def own_order(server: Outside) -> Verdict:
    """All lists in the opposite order."""
    return _cut_to(server, {name: server.learned.names(name)[::-1] for name in LISTS})


def nothing_left(server: Outside) -> Verdict:
    """Lists without one name in common, and empty lists."""
    return _cut_to(server, dict.fromkeys(LISTS, (UNKNOWN,)), dict.fromkeys(LISTS, ()))


def unknown_names(server: Outside) -> Verdict:
    """Names of no list around one that counts."""
    return _cut_to(server, {name: (UNKNOWN, *server.learned.names(name)[:1], "", "NONE") for name in LISTS})


def unknown_members(server: Outside) -> Verdict:
    """Members that no specification has, at every depth."""
    with server.conversation() as talk:
        plain = talk.agree(0).message
        more = talk.agree(1, zz={"method": "error", "v": 0}, supports={"zz": [None]}).message
    need(dict(more) == dict(plain), "unknown members changed the answer", plain, more)
    return PASSED


def critique(server: Outside) -> Verdict:
    """critique false and left out."""
    with server.conversation() as talk:
        for seq, supports in enumerate(({"critique": False}, {}, {"critique": True}, {"critique": False})):
            said = talk.agree(seq, supports=supports).message["supports"]["critique"]
            promised = supports.get("critique", False)
            need(promised or said is False, f"critique is true for a ping with supports {supports}", False, said)
    return PASSED


def bad_versions(server: Outside) -> Verdict:
    """v below 1."""
    with server.conversation() as talk:
        for seq, version in enumerate((0, -1, -9007199254740991)):
            talk.refused_ping(ping(seq, v=version), "UNSUPPORTED_VERSION", min=1, max=1)
    return PASSED


def higher_versions(server: Outside) -> Verdict:
    """v 1 and above."""
    with server.conversation() as talk:
        for seq, version in enumerate((1, 2, 9007199254740991)):
            said = talk.agree(seq, v=version).message
            got = (said["v"], said["agreed_proto"])
            need(got == (1, 1), f"v and agreed_proto are wrong for a ping of v {version}", (1, 1), got)
    return PASSED


def other_id(server: Outside) -> Verdict:
    """Another embedding_space_id, the hash right and left out."""
    own, number = server.learned.embedding_space_id, server.learned.space_hash32
    both = {"expected": own, "got": own + "x", "expected_hash": number}
    with server.conversation() as talk:
        talk.refused_ping(ping(0, embedding_space_id=own + "x"), "SPACE_MISMATCH", **both, got_hash=0)
        also = ping(1, embedding_space_id=own + "x", space_hash32=number)
        talk.refused_ping(also, "SPACE_MISMATCH", **both, got_hash=number)
    return PASSED


def other_hash(server: Outside) -> Verdict:
    """Another space_hash32, the id right and left out."""
    own, number = server.learned.embedding_space_id, server.learned.space_hash32
    other = number % 0xFFFF_FFFF + 1
    both = {"expected": own, "expected_hash": number, "got_hash": other}
    with server.conversation() as talk:
        talk.refused_ping(ping(0, space_hash32=other), "SPACE_MISMATCH", **both, got="")
        talk.refused_ping(ping(1, embedding_space_id=own, space_hash32=other), "SPACE_MISMATCH", **both, got=own)
    return PASSED


def no_other_space(server: Outside) -> Verdict:
    """The server's own space, no space, and any space where the server names none."""
    own, number = server.learned.embedding_space_id, server.learned.space_hash32
    with server.conversation() as talk:
        talk.agree(0, embedding_space_id=own or "any", space_hash32=number or 1)
        talk.agree(1, embedding_space_id="", space_hash32=0)
    return PASSED


def version_before_space(server: Outside) -> Verdict:
    """A ping of version 0 from another space."""
    with server.conversation() as talk:
        both = ping(0, v=0, embedding_space_id=server.learned.embedding_space_id + "x")
        talk.refused_ping(both, "UNSUPPORTED_VERSION", min=1, max=1)
    return PASSED


CHECKS = (
    Check(
        "handshake/outside/minimal-ping",
        "The smallest ping.",
        ("HSK-2", "HSK-3", "HSK-4", "HSK-7", "HSK-11", "HSK-13", "HSK-15", "HSK-16"),
        minimal_ping,
    ),
    Check("handshake/outside/lists-cut", "A ping with half of one list.", ("HSK-14",), one_list_at_a_time),
    Check("handshake/outside/own-order", "A ping with all lists in opposite order.", ("HSK-14",), own_order),
    Check("handshake/outside/nothing-left", "Lists with nothing in common.", ("HSK-14", "HSK-15"), nothing_left),
    Check("handshake/outside/unknown-names", "Lists with unknown names as well.", ("HSK-8",), unknown_names),
    Check("handshake/outside/unknown-members", "A ping with unknown members.", ("HSK-8",), unknown_members),
    Check("handshake/outside/critique", "critique in pings.", ("HSK-16", "HSK-17"), critique),
    Check("handshake/outside/bad-versions", "Pings of v below 1.", ("HSK-11", "HSK-43"), bad_versions),
    Check("handshake/outside/higher-versions", "Pings of v 1, 2 and more.", ("HSK-13",), higher_versions),
    Check("handshake/outside/other-id", "A ping of another id.", ("HSK-11", "HSK-12", "HSK-43"), other_id, (NAMED_ID,)),
    Check(
        "handshake/outside/other-hash",
        "A ping of another hash.",
        ("HSK-11", "HSK-12", "HSK-43"),
        other_hash,
        (NAMED_HASH,),
    ),
    Check("handshake/outside/no-other-space", "Pings of no other space.", ("HSK-12",), no_other_space),
    Check(
        "handshake/outside/version-before-space",
        "A ping of version 0 from another space.",
        ("HSK-11",),
        version_before_space,
        (NAMED_ID,),
    ),
)
