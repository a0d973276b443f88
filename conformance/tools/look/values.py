"""A packet of a capture, and what there is to say of the file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MOST_NOTES = 20
MOST_IN_SENTENCE = 4


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as it was captured.

    number: from 1 on, as Wireshark counts. time_ns: since 1970, or since any moment. link: the number of the link type.
    length: its bytes on the wire, of which data may be the first ones. comment: what whoever captured it said of it.
    """

    number: int
    time_ns: int
    link: int
    data: bytes = field(repr=False)
    length: int
    comment: str = ""


@dataclass(slots=True)
class Notes:
    """Remarks on a file and its packets: the first ones in words, the others counted by what they are about."""

    texts: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _repeats: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        """Keep a remark, if there is room."""
        if text in self.texts:
            self._repeats[text] += 1
        elif len(self.texts) < MOST_NOTES:
            self.texts.append(text)
        else:
            self._counts["more"] += 1

    def count(self, what: str) -> None:
        """Count a packet that is not looked at."""
        self._counts[what] += 1

    def sentence(self) -> str:
        """The first remarks, for a file of which nothing else can be said."""
        told = self.all()
        more = [f"and {len(told) - MOST_IN_SENTENCE:,} remarks more"] if len(told) > MOST_IN_SENTENCE else []
        return "; ".join((*told[:MOST_IN_SENTENCE], *more))

    def all(self) -> tuple[str, ...]:
        """The remarks, and how many packets of each kind were counted."""
        more = self._counts.pop("more", 0)
        counted = [f"{count:,} {_packets(count)}: {what}" for what, count in sorted(self._counts.items())]
        told = (f"{text} ({again + 1:,} times)" if (again := self._repeats[text]) else text for text in self.texts)
        return (*told, *([f"and {more:,} remarks more"] if more else []), *counted)


def _packets(count: int) -> str:
    return "packet" if count == 1 else "packets"
