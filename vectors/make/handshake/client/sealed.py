"""The choices of a client that can seal, and its reasons to give up (HSK-20, HSK-26, HSK-27)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...dialogue.configs import DTYPES, REQUIRING, SEALED, XCHACHA_NAME, Config, own
from ...dialogue.events import error_received, established
from ...dialogue.frames import capable, closed, part
from ...dialogue.sessions import session
from ...dialogue.steps import act, client, events, expect, first_ping, say, send
from ...model import Case, Group
from ..sent.sealed import BOTH_NAMES


def groups() -> Iterator[Group]:
    """One group."""
    about = "What a client chooses, and when it gives up."
    yield Group(
        "handshake", "sealed/client", "dialogue", about, [*(one.case() for one in _choices()), *_after()], ("xchacha",)
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A client of that configuration asks, a server names and may insist, and the outcome is a name or a code."""

    id: str
    about: str
    config: Config
    asked: list[str]
    named: list[str]
    outcome: str
    they_insist: bool = False

    def case(self) -> Case:
        """The dialogue of one ping and its capability."""
        supports = {"critique": True, "dtype": DTYPES, "require_crypto": self.they_insist}
        told = error_received(self.outcome) if self.outcome.isupper() else established(crypto=self.outcome)
        answer = [*send(capable(crypto=self.named, supports=supports)), *events(told)]
        asked = expect(first_ping(crypto=self.asked))
        return client(self.id, self.about, "HSK-20 HSK-26 HSK-27", asked, answer, config=self.config)


def _choices() -> Iterator[Choice]:
    both = list(BOTH_NAMES)
    back = both[::-1]
    avoids, insists = replace(SEALED, crypto=tuple(back)), replace(REQUIRING, crypto=tuple(back))
    x, over = XCHACHA_NAME, "CRYPTO_REQUIRED"
    yield Choice("prefers-to-seal", "The client prefers to seal.", SEALED, both, back, x)
    yield Choice("prefers-none", "The client prefers none.", avoids, back, both, "none")
    yield Choice(
        "they-insist",
        "The client prefers none, but the server insists: none is passed over.",
        avoids,
        back,
        both,
        x,
        they_insist=True,
    )
    yield Choice("i-insist", "The client names none first, but insists: none is passed over.", insists, back, both, x)
    yield Choice("both-insist", "Both insist.", insists, back, [x], x, they_insist=True)
    yield Choice("they-have-none", "The server has none.", SEALED, both, ["none"], "none")
    yield Choice(
        "they-insist-and-have-none", "The server insists and has none.", SEALED, both, ["none"], over, they_insist=True
    )
    yield Choice(
        "i-insist-they-have-none", "The client insists and the server has none.", REQUIRING, both, ["none"], over
    )
    yield Choice(
        "i-insist-they-name-nothing", "The client insists and the server's list is empty.", REQUIRING, both, [], over
    )
    yield from _choices_without_key()


def _choices_without_key() -> Iterator[Choice]:
    both = list(BOTH_NAMES)
    keyless = own(crypto=BOTH_NAMES)
    over = "CRYPTO_REQUIRED"
    yield Choice(
        "no-key", "A client without a key leaves sealing out of its ping.", keyless, ["none"], ["none"], "none"
    )
    yield Choice("no-key-named-all-the-same", "The server names it all the same.", keyless, ["none"], both, "none")
    yield Choice(
        "no-key-they-insist",
        "A client without a key and a server that insists.",
        keyless,
        ["none"],
        both,
        over,
        they_insist=True,
    )
    alone = own(crypto=(XCHACHA_NAME,))
    yield Choice("no-key-nothing-else", "Without a key nothing is left to ask for.", alone, [], ["none"], "none")


def _after() -> Iterator[Case]:
    both, x = list(BOTH_NAMES), XCHACHA_NAME
    back = both[::-1]
    avoids = replace(SEALED, crypto=tuple(back))
    about = "A server that insists, and a client that answers nothing clear: its first message is sealed."
    one = closed(0)
    required = {"critique": True, "dtype": DTYPES, "require_crypto": True}
    steps = [
        *expect(first_ping(crypto=back)),
        *send(capable(crypto=both, supports=required)),
        *events(established(crypto=x)),
    ]
    yield client("they-insist-and-get-it", about, "HSK-26 HSK-4", steps, say(one), expect(one), config=avoids)
    about = "Renegotiation to none, where the server insists no longer."
    steps = [
        *session("client", SEALED),
        *act("ping", 7),
        *expect(first_ping(0, 7, crypto=both)),
        *send(capable(0, 7)),
        *events(established()),
    ]
    yield client("renegotiated-to-none", about, "HSK-26 HSK-30", steps, say(part(0)), expect(part(0)), config=SEALED)
