"""The agreement of a server on a smallest, full, odd or empty ping (HSK-7, HSK-8, HSK-13 to HSK-16)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...dialogue.configs import CONFIG, DTYPES, MODALITIES, XCHACHA_NAME, Config, own
from ...dialogue.events import established
from ...dialogue.frames import Frame, ping, small_ping
from ...dialogue.steps import capability, events, expect, send, server
from ...model import UNTIL_ASSIGNED, Case, Group

SUPPORTS: dict[str, Any] = {"critique": True, "dtype": DTYPES}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One ping, and how capability and the agreement differ from the default."""

    id: str
    about: str
    clauses: str
    ping: Frame
    said: Mapping[str, Any] = field(default_factory=dict)
    agreed: Mapping[str, Any] = field(default_factory=dict)
    config: Config = CONFIG

    def case(self) -> Case:
        """The dialogue of one ping and its capability."""
        answer = expect(capability(**self.said))
        told = events(established(**self.agreed))
        return server(self.id, self.about, self.clauses, send(self.ping), answer, told, config=self.config)


def groups() -> Iterator[Group]:
    """One group."""
    about = "What a server and a ping agree, no transform among it."
    plain = [one.case() for one in (*_missing(), *_emptied(), *_odd(), *_own(), *_values())]
    yield Group("handshake", "server/lists", "dialogue", about, plain)
    about = f"Names of lists that no version has assigned yet: {UNTIL_ASSIGNED}"
    yield Group("handshake", "server/lists-unassigned", "dialogue", about, [one.case() for one in _unassigned()])


def _unassigned() -> Iterator[Outcome]:
    about = "Names that differ from known ones in case, in a space or in everything leave no dtype."
    no_dtype: dict[str, Any] = {"supports": {"dtype": []}}
    given = ["bf16", "F16", "f16 ", "", "f64"]
    yield Outcome("dtype", about, "HSK-8 HSK-15", ping(supports=SUPPORTS | {"dtype": given}), no_dtype, {"dtype": []})
    no_modality: dict[str, Any] = {"modality": []}
    about = "Names that differ from known ones in case, in a space or in everything leave no modality."
    yield Outcome("modality", about, "HSK-8 HSK-15", ping(modality=["Text", "", "smell"]), no_modality, no_modality)
    about = "Names of no transform that there is leave none."
    yield Outcome("compress", about, "HSK-8 HSK-15", ping(compress=["brotli", "ZSTD", "deflate"]), {})
    yield Outcome("crypto", about, "HSK-8 HSK-15", ping(crypto=["rot13", "NONE"]), {})


def _missing() -> Iterator[Outcome]:
    refused = {"supports": {"critique": False}}
    no_critique = {"critique": False}
    yield Outcome("ping-full", "A ping with every member.", "HSK-11 HSK-13 HSK-14 HSK-16", ping())
    about = "method and ts alone: every list of the server stays, and critique is false."
    yield Outcome("ping-smallest", about, "HSK-11 HSK-14 HSK-16", small_ping(), refused, no_critique)
    for name in ("modality", "compress", "crypto"):
        yield Outcome(f"{name}-missing", f"A ping without {name}.", "HSK-14", ping(gone=name))
    yield Outcome("dtype-missing", "supports without dtype.", "HSK-14", ping(supports={"critique": True}))
    about = "A ping without supports: dtype stays, critique is false."
    yield Outcome("supports-missing", about, "HSK-14 HSK-16", ping(gone="supports"), refused, no_critique)
    about = "An empty supports: dtype stays, critique is false."
    yield Outcome("supports-empty", about, "HSK-14 HSK-16", ping(supports={}), refused, no_critique)
    about = "supports without critique: it is false."
    yield Outcome("critique-missing", about, "HSK-16", ping(supports={"dtype": DTYPES}), refused, no_critique)
    for name in ("v", "d_model"):
        yield Outcome(f"{name}-missing".replace("_", "-"), f"A ping without {name}.", "HSK-11 HSK-13", ping(gone=name))


def _emptied() -> Iterator[Outcome]:
    no_dtype: dict[str, Any] = {"supports": {"dtype": []}}
    no_modality: dict[str, Any] = {"modality": []}
    nothing: Mapping[str, Any] = {}
    for how, compress, crypto, dtype, modality in (
        ("empty", [], [], [], []),
        ("disjoint", ["zstd"], [XCHACHA_NAME], ["sparse"], ["reserved-smell"]),
        (
            "unknown",
            ["reserved-brotli", "reserved-deflate"],
            ["reserved-rot13"],
            ["reserved-bf16", "reserved-f16"],
            ["reserved-text"],
        ),
    ):
        clauses = "HSK-8 HSK-15" if how == "unknown" else "HSK-14 HSK-15"
        about = f"A {how} compress list of the ping leaves none."
        yield Outcome(f"compress-{how}", about, clauses, ping(compress=compress), nothing)
        about = f"A {how} crypto list of the ping leaves none."
        yield Outcome(f"crypto-{how}", about, clauses, ping(crypto=crypto), nothing)
        about = f"A dtype list of the ping that is {how} leaves an empty one."
        one = ping(supports=SUPPORTS | {"dtype": dtype})
        yield Outcome(f"dtype-{how}", about, clauses, one, no_dtype, {"dtype": []})
        about = f"A modality list of the ping that is {how} leaves an empty one."
        yield Outcome(f"modality-{how}", about, clauses, ping(modality=modality), no_modality, no_modality)


def _odd() -> Iterator[Outcome]:
    def dtypes(case_id: str, about: str, clauses: str, given: list[str], left: list[str]) -> Outcome:
        said, agreed = {"supports": {"dtype": left}}, {"dtype": left}
        return Outcome(case_id, about, clauses, ping(supports=SUPPORTS | {"dtype": given}), said, agreed)

    yield dtypes("dtype-one", "The ping names one of three dtypes.", "HSK-14", ["i8"], ["i8"])
    yield dtypes("dtype-order", "The order is the server's.", "HSK-14", ["q4", "i8", "f16"], ["f16", "i8", "q4"])
    yield dtypes("dtype-twice", "A name twice counts once.", "HSK-14", ["q4", "f16", "q4"], ["f16", "q4"])
    about = "Unknown names among known ones."
    yield dtypes("dtype-some-unknown", about, "HSK-8 HSK-14", ["reserved-bf16", "q4", "reserved-f16"], ["q4"])
    left = ["image", "mixed"]
    about = "Unknown modalities among known ones, in another order and one twice."
    one = ping(modality=["mixed", "reserved-smell", "image", "mixed"])
    yield Outcome("modality-some-unknown", about, "HSK-8 HSK-14", one, {"modality": left}, {"modality": left})
    about = "Unknown transforms before none."
    one = ping(compress=["reserved-brotli", "none"], crypto=["reserved-rot13", "none"])
    yield Outcome("transforms-some-unknown", about, "HSK-8 HSK-14", one)
    about = "Members that there are not, beside the others and in supports."
    one = ping(later={"compress": ["x"]}, supports=SUPPORTS | {"later": None}, agreed_proto="2")
    yield Outcome("members-unknown", about, "HSK-8", one)
    for name in ("lz4", "zstd"):
        about = f"The ping offers {name}, which the server has not got."
        yield Outcome(f"{name}-offered", about, "HSK-14 HSK-15", ping(compress=[name, "none"]))
    about = "The ping offers aes256gcm, which the server has not got."
    yield Outcome("aes256gcm-offered", about, "HSK-14 HSK-15", ping(crypto=["aes256gcm", "none"]))


def _own() -> Iterator[Outcome]:
    order = ("q4", "f16", "i8")
    about = "The server prefers q4: its own order is told."
    said: Mapping[str, Any] = {"supports": {"dtype": order}}
    yield Outcome("own-dtype-order", about, "HSK-14", ping(), said, {"dtype": order}, own(dtype=order))
    back = tuple(reversed(MODALITIES))
    about = "The server's modalities in another order."
    config = own(modality=back)
    yield Outcome("own-modality-order", about, "HSK-14", ping(), {"modality": back}, {"modality": back}, config)
    some = {"modality": ["audio"]}
    about = "A server of one modality and a ping without the list."
    yield Outcome(
        "own-modality-one",
        about,
        "HSK-14",
        small_ping(),
        {**some, "supports": {"critique": False}},
        {**some, "critique": False},
        own(modality=("audio",)),
    )
    yield from _own_transforms()


def _own_transforms() -> Iterator[Outcome]:
    about = "A server of one modality and a ping without the list."
    for case_id, names in (("lz4", ("lz4", "none")), ("lz4-alone", ("lz4",))):
        about = "The server's configuration and the ping both name lz4."
        yield Outcome(
            f"{case_id}-on-both-sides", about, "HSK-7 HSK-15", ping(compress=names), config=own(compress=names)
        )
    about = "The server's configuration names lz4 and the ping no list."
    yield Outcome(
        "lz4-own-and-list-missing", about, "HSK-7", ping(gone="compress"), config=own(compress=("lz4", "none"))
    )
    names = ("aes256gcm", "none")
    about = "The server's configuration and the ping both name aes256gcm."
    yield Outcome("aes256gcm-on-both-sides", about, "HSK-7 HSK-15", ping(crypto=names), config=own(crypto=names))
    about = "The server's configuration names aes256gcm and the ping no list."
    yield Outcome("aes256gcm-own-and-list-missing", about, "HSK-7", ping(gone="crypto"), config=own(crypto=names))
    yield from _own_flags()


def _own_flags() -> Iterator[Outcome]:
    false = {"supports": {"critique": False}}
    told = {"critique": False}
    about = "The server takes no part in Critique."
    yield Outcome("critique-own-false", about, "HSK-16", ping(), false, told, own(critique=False))
    about = "The ping says that it takes no part in Critique."
    yield Outcome("critique-ping-false", about, "HSK-16", ping(supports=SUPPORTS | told), false, told)
    about = "Neither takes part in Critique."
    one = ping(supports=SUPPORTS | told)
    yield Outcome("critique-both-false", about, "HSK-16", one, false, told, own(critique=False))
    about = "The server says that it does not insist on sealed frames."
    yield Outcome("require-crypto-false", about, "HSK-16 HSK-50", ping(), {"supports": {"require_crypto": False}})
    about = "A server that insists on sealed frames says so, and agrees none where there is nothing else."
    said = {"supports": {"require_crypto": True}}
    yield Outcome("require-crypto-true", about, "HSK-15 HSK-16 HSK-50", ping(), said, config=own(require_crypto=True))


def _values() -> Iterator[Outcome]:
    for case_id, version in (("2", 2), ("7", 7), ("largest", 2**53 - 1)):
        yield Outcome(f"v-{case_id}", f"v is {version}: the lower one is agreed.", "HSK-13 HSK-49", ping(v=version))
    for case_id, ts in (("negative", -1), ("largest", 2**53 - 1), ("smallest", -(2**53) + 1)):
        yield Outcome(f"ts-{case_id}", f"ts is {ts}: any integer will do.", "HSK-10 HSK-11", ping(ts=ts))
    about = "Another d_model than the server's, whose own is said."
    yield Outcome("d-model-other", about, "HSK-49", ping(d_model=1))
    yield Outcome(
        "d-model-own", "The server's own d_model is said.", "HSK-49", ping(), {"d_model": 77}, config=own(d_model=77)
    )
