"""Dialogues on the agreement (specs/fec.md section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..dialogue.configs import CONFIG, HANDSHAKE_STREAM, Config, own
from ..dialogue.events import dropped, error_received, error_sent, established, lost, message
from ..dialogue.frames import Frame, brief_ping, capable, heart, part
from ..dialogue.sessions import session as plain_session
from ..dialogue.steps import (
    Said,
    Steps,
    act,
    advance,
    client,
    error,
    events,
    expect,
    nothing,
    say,
    send,
    server,
)
from ..model import Case, Group
from .talks import QUIET, RS8, WITH, brought, drop, fec_ping, group, hear, one, pair, parts, session, take

OTHER, LATER = 5, 7
FRAMES = parts(2)
REPAIR = pair(FRAMES)


def groups() -> Iterator[Group]:
    """Lists that are named, agreements, and how they end."""
    yield group("agreed/server", "A server's answers to pings that name FEC.", _servers(), ("udp", "quic"))
    yield group("agreed/client", "A client's pings, and the capabilities that answer them.", _clients())
    yield group("agreed/without", "Repair without an agreement.", _without())
    yield group("agreed/ended", "How an agreement ends, and what with it.", [*_ended(), *_failed()])


def answer(fec: Sequence[str] | None, frame_seq: int = 0, stream: int = HANDSHAKE_STREAM) -> Steps:
    """The capability, with this list or none."""
    absent = () if fec is not None else ("fec",)
    told: dict[str, Any] = {} if fec is None else {"fec": fec}
    return expect(Said({"method": "capability"} | told, stream, frame_seq, absent=absent))


def _servers() -> Iterator[Case]:
    clauses = "FEC-5 FEC-7 FEC-8"
    for case_id, mine, named, common in (
        ("both", RS8, ["rs8", "none"], ["rs8", "none"]),
        ("own-order", ("none", "rs8"), ["rs8", "none"], ["none", "rs8"]),
        ("other-order", RS8, ["none", "rs8"], ["rs8", "none"]),
        ("rs8-alone", ("rs8",), ["none", "rs8"], ["rs8"]),
        ("without-none", RS8, ["rs8"], ["rs8"]),
        ("without-rs8", RS8, ["none"], ["none"]),
        ("nothing-common", ("rs8",), ["none"], ["none"]),
        ("no-names", RS8, [], ["none"]),
        ("unknown-names", RS8, ["reserved-rs16", "rs8", "reserved-x"], ["rs8"]),
        ("unknown-alone", RS8, ["reserved-rs16"], ["none"]),
        ("other-case", RS8, ["RS8"], ["none"]),
        ("none-preferred", ("none",), ["rs8", "none"], ["none"]),
    ):
        told = established(fec=next((name for name in mine if name in named), "none"))
        about = f"The server has {', '.join(mine)}, and the ping names {', '.join(named) or 'nothing'}."
        steps = [*send(fec_ping(named)), *answer(common), *events(told)]
        yield server(case_id, about, clauses, steps, config=own(fec=mine))
    about = "A ping without the member: the capability has none, and nothing is agreed."
    yield server("unnamed", about, clauses, send(brief_ping()), answer(None), events(established()), config=WITH)
    garbled: tuple[tuple[str, Any], ...] = (
        ("right", ["rs8"]),
        ("number", 5),
        ("null", None),
        ("object", {"rs8": True}),
    )
    for case_id, value in garbled:
        about = "A server without FEC ignores the member, whatever it is."
        steps = [*send(fec_ping(value)), *answer(None), *events(established())]
        yield server(f"ignored-{case_id}", about, "FEC-4 FEC-5", steps)
    wrong: tuple[tuple[str, Any], ...] = (
        ("text", "rs8"),
        ("null", None),
        ("number", 8),
        ("object", {}),
        ("numbers", [8]),
        ("mixed", ["rs8", None]),
    )
    for case_id, value in wrong:
        said = error("BAD_MESSAGE", (HANDSHAKE_STREAM, 0), detail="BAD_JSON")
        steps = [*send(fec_ping(value)), *expect(said), *events(error_sent("BAD_MESSAGE", 0, HANDSHAKE_STREAM))]
        yield server(f"malformed-{case_id}", "The member is no array of strings.", "FEC-6", steps, config=WITH)


def _asks(config: Config, fec: Sequence[str] | None) -> Steps:
    absent = () if fec is not None else ("fec",)
    told: dict[str, Any] = {} if fec is None else {"fec": fec}
    return expect(Said({"method": "ping"} | told, HANDSHAKE_STREAM, 0, absent=absent))


def _clients() -> Iterator[Case]:
    clauses = "FEC-4 FEC-7 FEC-8"
    for case_id, mine, named, chosen in (
        ("both", RS8, ["rs8", "none"], "rs8"),
        ("own-order", ("none", "rs8"), ["rs8", "none"], "none"),
        ("without-rs8", RS8, ["none"], "none"),
        ("unknown", RS8, ["reserved-x"], "none"),
        ("nothing", ("rs8",), [], "none"),
    ):
        config = own(fec=mine)
        steps = [*_asks(config, mine), *send(capable(gone="modality", fec=named)), *events(established(fec=chosen))]
        about = f"The client has {', '.join(mine)}, and the capability names {', '.join(named) or 'nothing'}."
        yield client(case_id, about, clauses, steps, config=config)
    about = "The capability does not have the member: nothing is agreed."
    steps = [*_asks(WITH, RS8), *send(capable(gone="modality")), *events(established())]
    yield client("unnamed", about, clauses, steps, drop(REPAIR[0], "BAD_VERSION"), config=WITH)
    about = "A client without FEC does not name it, and ignores it in the capability."
    steps = [*_asks(CONFIG, None), *send(capable(gone="modality", fec=5)), *events(established())]
    yield client("ignored", about, clauses, steps)
    about = "A capability whose member is no array of strings is dropped, and a right one taken."
    bad = [*send(capable(gone="modality", fec="rs8")), *nothing(), *events(dropped("BAD_MESSAGE"))]
    steps = [*_asks(WITH, RS8), *bad, *send(capable(gone="modality", fec=RS8)), *events(established(fec="rs8"))]
    yield client("malformed", about, "FEC-6", steps, config=WITH)


def _without() -> Iterator[Case]:
    wire = REPAIR[0]
    for case_id, about, steps, config in (
        ("no-session", "Before a session.", [], WITH),
        ("no-fec", "To a peer without FEC.", plain_session("server"), CONFIG),
        ("unnamed", "After a ping that did not name FEC.", plain_session("server"), WITH),
        ("none-agreed", "Where none is agreed.", session("server", WITH, ("none",)), WITH),
    ):
        text = f"{about} Repair is dropped as by a peer that does not know it."
        yield server(case_id, text, "FEC-9", steps, drop(wire, "BAD_VERSION"), config=config)
    short = wire[:32]
    about = "Before a session: too short for a frame as well."
    yield server("short", about, "FEC-9", drop(short, "FRAME_TOO_SHORT"), config=WITH)
    about = "The first choice is none, but rs8 is agreed: repair is taken, and none is sent."
    steps = [*send(fec_ping()), *answer(["none", "rs8"]), *events(established(fec="none"))]
    brings = [*send(FRAMES[0], REPAIR[0]), *events(message(FRAMES[0]), *brought(FRAMES[1]))]
    config = own(fec=("none", "rs8"), repair={"k": 1, "r": 1, "step": 1})
    sends = [*say(part(0)), *expect(part(0)), *advance(20), *QUIET]
    yield server("none-chosen", about, "FEC-7 FEC-8 FEC-26", steps, brings, sends, config=config)
    about = "To a client that waits for its capability."
    waiting = expect(Said({"method": "ping"}, HANDSHAKE_STREAM, 0))
    yield client("client-waits", about, "FEC-9", waiting, drop(wire, "BAD_VERSION"), config=WITH)


def _again(fec: Any, stream: int) -> Steps:
    """A server answers a ping on another stream_id."""
    told = established(fec=next((name for name in RS8 if name in fec), "none")) if fec else established()
    asked = fec_ping(fec, 0, stream) if fec else brief_ping(0, stream)
    return [*send(asked), *expect(Said({"method": "capability"}, stream, 0)), *events(told)]


def _ended() -> Iterator[Case]:
    frames = parts(3)
    repair = pair(frames)
    before = [*hear(frames[0]), *take(repair[0])]
    about = "The session is renegotiated with rs8: what was kept is still there."
    yield from one("renewed", about, "FEC-10", before, _again(["rs8"], OTHER), _brings(repair[1], frames[1:]))
    about = "The session is renegotiated without FEC, and then with it: what was kept is gone."
    gone = [*_again(None, OTHER), *_again(["rs8"], LATER), *take(repair[1], repair[0])]
    yield from one("without-between", about, "FEC-10", before, gone)
    about = "The same with none agreed in between."
    gone = [*_again(["none"], OTHER), *_again(["rs8"], LATER), *take(repair[1], repair[0])]
    yield from one("none-between", about, "FEC-10", before, gone)
    about = "Repair is agreed later than the session, for frames from then on."
    later = [*_again(["rs8"], OTHER), *before, *_brings(repair[1], frames[1:])]
    yield server("later", about, "FEC-7 FEC-10", plain_session("server"), later, config=WITH)
    about = "The session is lost: what was kept is gone with it, and repair is that of a stranger."
    over = [*advance(45_000), *expect(heart(1, HANDSHAKE_STREAM), heart(2, HANDSHAKE_STREAM)), *events(lost())]
    after = [*drop(repair[1], "BAD_VERSION"), *send(fec_ping(RS8, 0, OTHER))]
    after += [*expect(Said({"method": "capability"}, OTHER, 0)), *events(established(fec="rs8"))]
    yield from one("lost", about, "FEC-9 FEC-10", before, over, after, take(repair[1], repair[0]))


def _brings(repair: bytes, frames: Sequence[Frame]) -> Steps:
    return [*send(repair), *nothing(), *events(*brought(*frames))]


def _failed() -> Iterator[Case]:
    frames = parts(3)
    repair = pair(frames)
    about = "A renegotiation fails by HSK-65: what was kept is gone."
    steps = [*session("client"), *hear(frames[0]), *take(repair[0]), *act("ping", OTHER)]
    steps += [*expect(Said({"method": "ping"}, OTHER, 0)), *send(capable(0, OTHER, fec=RS8, agreed_proto=2))]
    steps += events(error_received("UNSUPPORTED_VERSION"))
    steps += [*drop(repair[1], "BAD_VERSION"), *act("ping", LATER), *expect(Said({"method": "ping"}, LATER, 0))]
    steps += [*send(capable(1, LATER, gone="modality", fec=RS8)), *events(established(fec="rs8"))]
    yield client("failed", about, "FEC-10", steps, take(repair[1], repair[0]), config=WITH)
