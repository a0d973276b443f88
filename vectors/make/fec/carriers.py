"""Dialogues over other transports: where repair goes, and where there is none (FEC-11, FEC-12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM
from ..dialogue.events import dropped, established, message
from ..dialogue.frames import capable, heart, part
from ..dialogue.sessions import ROLES, dialogue
from ..dialogue.steps import Said, act, advance, client, events, expect, nothing, send, server
from ..model import Case, Group
from ..quic.steps import DATAGRAM, on, uni
from ..webrtc.steps import on_channels
from .limits import MAX_PARITY, large
from .received import FIRST, FRAMES, SECOND
from .repair import RawRepair
from .sent import HEAD_OF, repaired, says
from .talks import QUIET, RS8, WITH, bring, brought, drop, fec_ping, group, hear, parts, sending, session

OTHER = 9


def groups() -> Iterator[Group]:
    """TCP and reliable channels, QUIC, and channels that lose messages."""
    about = "On what loses nothing a peer is as one without FEC."
    yield group("carriers/reliable", about, _reliable(), ("tcp", "webrtc"))
    yield group("carriers/quic", "Repair over QUIC goes in datagrams alone.", _quic(), ("quic",))
    yield group("carriers/webrtc", "Channels that lose messages.", _lossy(), ("webrtc",))


def _reliable() -> Iterator[Case]:
    config = sending(1, 1)
    answer = Said({"method": "capability"}, HANDSHAKE_STREAM, 0, absent=("fec",))
    heard = [*drop(FIRST, "BAD_VERSION"), *hear(part(0))]
    about = "A server does not name FEC, takes no repair and sends none."
    steps = [*send(fec_ping()), *expect(answer), *events(established()), *heard, *says(part(0)), *advance(30), *QUIET]
    yield server("server", about, "FEC-11 FEC-9", steps, config=config)
    about = "A client does not name FEC, and ignores the member of the capability, whatever it is."
    asked = Said({"method": "ping"}, HANDSHAKE_STREAM, 0, absent=("fec",))
    for case_id, named in (("named", RS8), ("garbled", 5)):
        steps = [*expect(asked), *send(capable(gone="modality", fec=named)), *events(established()), *heard]
        steps += [*says(part(0)), *advance(30), *QUIET]
        yield client(f"client-{case_id}", about, "FEC-11 FEC-9", steps, config=config)


def _quic() -> Iterator[Case]:
    for role in ROLES:
        start = session(role)
        about = "Repair comes as a datagram, whatever its frames came on."
        frames = [*hear(FRAMES[0]), *on(DATAGRAM, send(FRAMES[2])), *events(message(FRAMES[2]))]
        brings = [*on(DATAGRAM, send(FIRST.wire())), *nothing(), *events(*brought(FRAMES[1]))]
        yield dialogue(role, "datagram", about, "FEC-12 FEC-23", start, frames, brings, config=WITH)
        about = "On main it is a frame of another version."
        odd = drop(FIRST, "BAD_VERSION")
        yield dialogue(role, "main", about, "FEC-12 FEC-9", start, frames, odd, brings, config=WITH)
        about = "On a uni as well."
        odd = [*uni(send(FIRST.wire())), *nothing(), *events(dropped("BAD_VERSION"))]
        yield dialogue(role, "uni", about, "FEC-12 FEC-9", start, frames, odd, brings, config=WITH)
        about = "An opened stream, which goes on a uni, is in no group."
        config = sending(2, 1)
        head = Said({"method": "head", "dir": HEAD_OF[role]}, OTHER, 0)
        stream = [*act("head", OTHER, strong_tail=False), *expect(head), *says(*parts(3, 1, OTHER))]
        stream += [*advance(30), *QUIET]
        yield dialogue(role, "stream", about, "FEC-12 FEC-27", session(role, config), stream, config=config)
        about = "A message that is too large for a datagram is in no group, and neither is a HEART."
        big = [large(number, size=1_101) for number in range(2)]
        steps = [*says(*big), *act("heart"), *expect(heart(2)), *advance(30), *QUIET]
        yield dialogue(role, "large", about, "FEC-12 FEC-27", session(role, config), steps, config=config)


def _lossy() -> Iterator[Case]:
    for case_id, kind in (("once", {"max_retransmits": 0}), ("thrice", {"max_retransmits": 3, "ordered": False})):
        about = "A message is lost and recovered, and those of the peer have repair."
        config = sending(2, 2)
        brings = [*hear(FRAMES[0], FRAMES[2]), *bring(SECOND, *brought(FRAMES[1]))]
        steps = [*session("server", config), *brings, *says(*parts(2)), *repaired(parts(2), 2)]
        case = server(f"server-{case_id}", about, "FEC-11 FEC-23 FEC-30", steps, config=config)
        yield on_channels(case, a=kind)
    about = "65,507 bytes of repair are taken, and one byte more is not."
    largest = RawRepair(DATA_STREAM, 0, 3, 2, 0, 1, bytes(MAX_PARITY))
    over = replace(largest, parity=bytes(MAX_PARITY + 1))
    steps = [*session("server", WITH), *drop(over, "BAD_REPAIR"), *send(largest.wire()), *QUIET]
    steps += drop(replace(largest, index=1, k=4), "REPAIR_MISMATCH")
    yield on_channels(server("server-sizes", about, "FEC-14", steps, config=WITH), a={"max_retransmits": 0})
