"""The agreement on a ping of a server that can compress or seal (HSK-7, HSK-14, HSK-15, HSK-26)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...dialogue.configs import KEY, NONE, XCHACHA_NAME, ZSTD_NAME, Config, own
from ...dialogue.frames import Frame, ping
from ...model import Group
from .lists import Outcome


def groups() -> Iterator[Group]:
    """One group for each transform."""
    about = "What a server that can compress agrees with a ping."
    compress = [one.case() for one in _compress()]
    yield Group("handshake", "server/lists-zstd", "dialogue", about, compress, ("zstd",))
    about = "What a server that can seal agrees with a ping."
    yield Group("handshake", "server/lists-xchacha", "dialogue", about, [one.case() for one in _crypto()], ("xchacha",))


def _compress() -> Iterator[Outcome]:
    first, second = (ZSTD_NAME, "none"), ("none", ZSTD_NAME)
    chosen: Mapping[str, Any] = {"compress": ZSTD_NAME}
    prefers, avoids = own(compress=first), own(compress=second)

    def one(
        case_id: str, about: str, frame: Frame, left: tuple[str, ...], agreed: Mapping[str, Any], config: Config
    ) -> Outcome:
        return Outcome(case_id, about, "HSK-14 HSK-26", frame, {"compress": left}, agreed, config)

    yield one("zstd-first", "The server prefers zstd, the ping none.", ping(compress=second), first, chosen, prefers)
    yield one("zstd-second", "The server prefers none, the ping zstd.", ping(compress=first), second, {}, avoids)
    yield one("zstd-list-missing", "The ping has no compress list.", ping(gone="compress"), first, chosen, prefers)
    yield one("zstd-not-offered", "The ping offers none alone.", ping(), NONE, {}, prefers)
    yield one(
        "zstd-alone",
        "zstd is all that either has.",
        ping(compress=["zstd"]),
        ("zstd",),
        chosen,
        own(compress=("zstd",)),
    )
    about = "zstd is all that the server has, and the ping offers none."
    yield one("zstd-alone-not-offered", about, ping(), NONE, {}, own(compress=("zstd",)))
    about = "zstd is all that the ping offers to a server that prefers none."
    yield one("zstd-all-that-is-offered", about, ping(compress=["zstd"]), ("zstd",), chosen, avoids)
    three = own(compress=("lz4", "zstd", "none"))
    about = "The server prefers lz4, which nobody may agree: zstd is next."
    yield one("zstd-behind-lz4", about, ping(compress=["none", "lz4", "zstd"]), first, chosen, three)


def _crypto() -> Iterator[Outcome]:
    first, second = (XCHACHA_NAME, "none"), ("none", XCHACHA_NAME)
    chosen: Mapping[str, Any] = {"crypto": XCHACHA_NAME}
    prefers, avoids = own(crypto=first, key=KEY), own(crypto=second, key=KEY)

    def one(
        case_id: str, about: str, frame: Frame, left: tuple[str, ...], agreed: Mapping[str, Any], config: Config
    ) -> Outcome:
        said = {"crypto": left, "supports": {"require_crypto": True} if config.require_crypto else {}}
        return Outcome(case_id, about, "HSK-14 HSK-26", frame, said, agreed, config)

    offers = ping(crypto=second)
    yield one("xchacha-first", "The server prefers to seal, the ping does not.", offers, first, chosen, prefers)
    yield one("xchacha-second", "The server prefers none, the ping to seal.", ping(crypto=first), second, {}, avoids)
    yield one("xchacha-list-missing", "The ping has no crypto list.", ping(gone="crypto"), first, chosen, prefers)
    yield one("xchacha-not-offered", "The ping offers none alone.", ping(), NONE, {}, prefers)
    alone = own(crypto=(XCHACHA_NAME,), key=KEY)
    yield one(
        "xchacha-alone", "Sealing is all that either has.", ping(crypto=[XCHACHA_NAME]), (XCHACHA_NAME,), chosen, alone
    )
    insists = own(crypto=second, key=KEY, require_crypto=True)
    about = "The server names none first, but insists on sealed frames: none is passed over."
    yield one("none-passed-over", about, offers, second, chosen, insists)
    about = "The server insists on sealed frames and the ping offers none alone."
    yield one("required-and-not-offered", about, ping(), NONE, {}, insists)
    keyless = own(crypto=first)
    about = "A server without a key does not agree to seal."
    yield Outcome("no-key", about, "HSK-7 HSK-15", ping(crypto=first), {"crypto": NONE}, {}, keyless)
    about = "A server without a key does not agree to seal, though the ping has no list."
    yield Outcome("no-key-list-missing", about, "HSK-7", ping(gone="crypto"), {"crypto": NONE}, {}, keyless)
    both = own(crypto=("aes256gcm", *first), key=KEY)
    about = "The server prefers aes256gcm, which nobody may agree."
    yield one(
        "xchacha-behind-aes256gcm", about, ping(crypto=["aes256gcm", XCHACHA_NAME]), (XCHACHA_NAME,), chosen, both
    )
