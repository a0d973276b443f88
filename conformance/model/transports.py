"""Transports that a testee has peers on, by their names in hello, and what is claimed with them (TST-27)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import Final

from .cases import Case, load_cases
from .profiles import SelectionError

UDP: Final = "udp"
TCP: Final = "tcp"
QUIC: Final = "quic"
WEBRTC: Final = "webrtc"
PROFILE_OF: Final[Mapping[str, str]] = {UDP: "handshake", TCP: "tcp", QUIC: "quic", WEBRTC: "webrtc"}
"""Transport -> the profile that needs it."""


ATTACHED: Final = "attach"
"""The launch of a testee that somebody else has started, and whose line of ports only they have read."""


def check_wires(wires: Collection[str], launch: str = "process") -> None:
    """Raise SelectionError where a wire is of a transport that there is not."""
    for name in wires:
        if name not in PROFILE_OF:
            where = "its adapter.toml has an address" if launch == ATTACHED else "the testee printed a port"
            place = "`wires`" if launch == ATTACHED else "`wires` of its first line"
            near = difflib.get_close_matches(name, PROFILE_OF, 1)
            meant = f" (did you mean {near[0]!r}?)" if near else ""
            raise SelectionError(
                f"{where} for {name!r} in {place}{meant}; the transports are {', '.join(PROFILE_OF)} (TST-1)"
            )


def check_transports(claimed: Sequence[str], transports: Sequence[str], wires: Collection[str] | None) -> None:
    """Raise SelectionError where the transports of a hello fit neither its profiles nor the testee's wires.

    wires: the transports in the line of ports; None if nobody read one, as of a testee that is attached to.
    """
    if PROFILE_OF[UDP] not in claimed:
        return
    for name in transports:
        if name not in PROFILE_OF:
            raise SelectionError(f"no transport {name!r}; the transports are {', '.join(PROFILE_OF)} (TST-27)")
        if PROFILE_OF[name] not in claimed:
            raise SelectionError(
                f"the testee names the transport {name} but does not claim the profile {PROFILE_OF[name]}; "
                f"let it claim both or neither (TST-27)"
            )
        if wires is not None and name != WEBRTC and name not in wires:
            raise SelectionError(
                f"the testee names the transport {name} but printed no port for it; "
                f"add it to `wires` in its first line (TST-1, TST-27)"
            )
    for name, profile in PROFILE_OF.items():
        if name != UDP and profile in claimed and name not in transports:
            raise SelectionError(
                f"the testee claims the profile {profile} but does not name the transport {name}; "
                f"add it to `transports` of hello (TST-27)"
            )


LIBRARIES: Final[Mapping[str, str]] = {QUIC: "aioquic", WEBRTC: "aiortc"}
"""Transport -> the module without which the suite has no end of it; the extra has the name of the transport."""


def check_libraries(transports: Iterable[str]) -> None:
    """Raise SelectionError where dialogues go over a transport of which this installation has no end."""
    for name in dict.fromkeys(transports):
        if name in LIBRARIES and find_spec(LIBRARIES[name]) is None:
            raise SelectionError(
                f"to judge the profile {name} this installation lacks {LIBRARIES[name]}: "
                f"pip install 'resonant-conformance[{name}]'; or leave it out with --profile and the names of others"
            )


CONTAINER: Final = "docker"
"""The launch of a testee whose network is its own."""


def check_network(transports: Iterable[str], launch: str) -> None:
    """Raise SelectionError where dialogues go over a transport of which no end can be in the testee's network."""
    if launch == CONTAINER and WEBRTC in transports:
        raise SelectionError(
            "the profile webrtc cannot be judged in a container: the library of the suite opens its own sockets, which "
            'are outside of it; judge this testee with launch = "process", or leave the profile out with --profile '
            "and the names of others"
        )


def plain_cases() -> tuple[Case, ...]:
    """The golden cases for testees without a library of a transport, such as the crate and the reference in process."""
    return tuple(case for case in load_cases() if not case.needs & LIBRARIES.keys())


def cases_of_one(transport: str) -> tuple[Case, ...]:
    """The golden dialogues that are about this transport, which name it and no other, whatever their profile is."""
    return tuple(case for case in load_cases() if case.transport == transport and not case.id.endswith(f"@{transport}"))
