"""The conversations of Resonant Protocol in a capture, and what else there is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from resonant.console import counted
from resonant.observe import Entry, Seen, is_ours, look

from .encrypted import ADVICE, encryption_of, is_tls
from .flows import TCP, UDP, Flow, flows_of
from .packets import End, Reader
from .reading import Capture, read_capture
from .source import STDIN, CaptureError
from .values import MOST_IN_SENTENCE


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation. comment: of its packets, as captures of the suite have it. left: frames that are not looked at.

    knows_roles: whether something said which end is the client. whole: whether the handshake is in the capture.
    """

    transport: str
    client: End
    server: End
    comment: str
    knows_roles: bool
    whole: bool
    begin_us: int
    entries: tuple[Entry, ...]
    left: int

    @property
    def frames(self) -> int:
        """How many frames and repair datagrams are shown."""
        return sum(isinstance(one, Seen) for one in self.entries)

    @property
    def faults(self) -> int:
        """How many of them a receiver rejects or drops."""
        return sum(isinstance(one, Seen) and one.fault is not None for one in self.entries)


@dataclass(frozen=True, slots=True)
class Explained:
    """A capture. notes: remarks on the file, on packets that were left out, and on what cannot be read."""

    name: str
    packets: int
    conversations: tuple[Conversation, ...]
    notes: tuple[str, ...]
    left: int = 0
    """How many frames are not looked at."""
    hidden: int = 0
    """How many conversations have no others."""


def explain_capture(path: Path, key: bytes | None, ports: Collection[int], most: int) -> Explained:
    """Read a capture and look at its first frames, `most` of them.

    ports: conversations with one of these count as ours, however little they look so. Raises CaptureError for a file in
    which there is nothing to look at, and OSError.
    """
    capture = read_capture(path)
    reader = Reader(capture.notes)
    flows = flows_of(one for packet in capture.packets if (one := reader.read(packet)) is not None)
    reader.finish()
    sealed = {id(flow): name for flow in flows if (name := _encryption(flow))}
    plain = [flow for flow in flows if id(flow) not in sealed]
    ours = _ours(plain, ports)
    found = list(_looked(ours, key, most))
    conversations = tuple(one for one in found if one.entries)
    notes = [*capture.notes.all(), *_on_encrypted(sealed.values(), capture), *_on_others(len(plain) - len(ours))]
    if not found and not sealed:
        raise CaptureError("; ".join([_nothing(len(capture.packets)), *notes[:MOST_IN_SENTENCE]]))
    left, hidden = sum(one.left for one in found), len(found) - len(conversations)
    name = "standard input" if path == STDIN else path.name
    return Explained(name, len(capture.packets), conversations, tuple(notes), left, hidden)


def _encryption(flow: Flow) -> str:
    if flow.transport == TCP:
        return "TLS" if any(is_tls(flow.first(side, 3)) for side in (0, 1)) else ""
    return encryption_of(one.data for one in flow.carried)


def _ours(flows: Iterable[Flow], ports: Collection[int]) -> list[Flow]:
    """Those that look so, those with a port that was named, and those with the server of another that is ours."""
    flows = list(flows)
    sure = [flow for flow in flows if _ports(flow) & set(ports) or is_ours(flow.carried, alone=flow.transport == UDP)]
    counts = Counter((flow.transport, end) for flow in sure for end in flow.ends)
    busy = {end for end, count in counts.items() if count > 1}
    chosen = {id(flow) for flow in sure}
    return [flow for flow in flows if id(flow) in chosen or busy & {(flow.transport, end) for end in flow.ends}]


def _ports(flow: Flow) -> set[int]:
    return {end.port for end in flow.ends}


def _looked(flows: Iterable[Flow], key: bytes | None, most: int) -> Iterator[Conversation]:
    for flow in flows:
        found = look(flow.carried, key, alone=flow.transport == UDP, most=most)
        conversation = Conversation(
            flow.transport,
            flow.ends[found.client_side or 0],
            flow.ends[1 - (found.client_side or 0)],
            flow.comment,
            found.client_side is not None,
            found.whole,
            flow.begin_us,
            found.entries,
            found.left,
        )
        most = max(0, most - conversation.frames)
        yield conversation


def _on_encrypted(names: Iterable[str], capture: Capture) -> Iterator[str]:
    for name, count in Counter(names).items():
        keys = " This capture brings keys along, with which Wireshark opens it." if capture.has_secrets else ""
        yield f"{count:,} conversation{'s' if count > 1 else ''} over {name}: {ADVICE[name]}{keys}"


def _on_others(count: int) -> Iterator[str]:
    if count:
        those = "conversation" if count == 1 else "conversations"
        yield f"{count:,} {those} of something else; name a port with --port if one of them should be ours"


def _nothing(packets: int) -> str:
    return f"of {counted(packets, 'packet', ',')} none is of Resonant Protocol 1"
