"""The two ends of a conversation from what they said of themselves: who is the client, and what each one supports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..errors import ResonantError
from ..frame.decode import decode
from ..message.messages import Sync, message_of
from ..peer import Config, Mux
from ..peer.config import DTYPE_NAMES, FEC, MODALITY_NAMES, NO_TRANSFORM, RS8, XCHACHA, ZSTD
from ..peer.sync.objects import METHODS, Capability, Head, Ping, SyncObject, read_sync
from ..transform.xchacha import KEY_BYTES
from ..wire_values import MessageType
from .entries import Carried, What

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "modality": tuple(MODALITY_NAMES.values()),
    "compress": (ZSTD, NO_TRANSFORM),
    "crypto": (XCHACHA, NO_TRANSFORM),
    "dtype": tuple(DTYPE_NAMES.values()),
    FEC: (RS8, NO_TRANSFORM),
}
"""The names that can be agreed (HSK-7): others in a list make no difference to anybody (HSK-8)."""
_NO_KEY = bytes(KEY_BYTES)
"""In place of the key of peers that seal, where it is not known: without one they would not agree on sealing."""
_SALT = b"resonant.observe"
"""Of peers whose own frames go nowhere: any that nobody else has."""
_TYPE_AT = 1
_METHODS = ("ping", "capability", "head")
"""The methods that say who is the client, the surest first."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends. client_side: which of them is the client, 0 or 1; None where nothing says so.

    whole: whether the handshake is there, before anything that needs a session. If not, each end takes everything.
    """

    client_side: int | None
    client: Config
    server: Config
    whole: bool


def read_ends(carried: Sequence[Carried], key: bytes | None) -> Ends:
    """The ends of a conversation. What they said in several handshakes is taken together, as their own values stay."""
    said = list(_said(carried, key))
    client_side = next((side for method in _METHODS for side in _client_sides(said, method)), None)
    pings = [one.sync for one in said if isinstance(one.sync, Ping) and one.side == client_side]
    capabilities = [one.sync for one in said if isinstance(one.sync, Capability) and one.side != client_side]
    whole = any(one.method == "ping" for one in said) and _begins_with_handshake(carried)
    return Ends(
        client_side,
        _config(pings if whole else [], key, crypto=False),
        _config(capabilities if whole else [], key, crypto=any(one.require_crypto for one in capabilities)),
        whole,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """A Sync frame that says who is who. sync: its object, if that can be read."""

    side: int
    method: str
    sync: SyncObject | None


def _said(carried: Iterable[Carried], key: bytes | None) -> Iterator[_Said]:
    for one in carried:
        if one.what is not What.FRAME or one.data[_TYPE_AT : _TYPE_AT + 1] != bytes([MessageType.SYNC]):
            continue
        try:
            message = message_of(decode(one.data, key=key))
        except ResonantError:
            continue
        method = message.json.get("method") if isinstance(message, Sync) else None
        if isinstance(message, Sync) and isinstance(method, str) and method in _METHODS:
            with suppress(ResonantError):
                yield _Said(one.side, method, read_sync(METHODS[method], message.json))
                continue
            yield _Said(one.side, method, None)


def _client_sides(said: Iterable[_Said], method: str) -> Iterator[int]:
    """The side of the client, by each frame of this method."""
    for one in said:
        if one.method == method and (method != "head" or isinstance(one.sync, Head)):
            from_client = one.sync.dir == "up" if isinstance(one.sync, Head) else method == "ping"
            yield one.side if from_client else 1 - one.side


def _begins_with_handshake(carried: Iterable[Carried]) -> bool:
    """Whether a ping comes before every frame that only a session has."""
    for one in carried:
        if one.what is What.FRAME and len(one.data) > _TYPE_AT:
            if one.data[_TYPE_AT] != MessageType.SYNC:
                return False
            if b'"method"' in one.data:
                return b'"ping"' in one.data
    return False


def _config(said: Sequence[Ping] | Sequence[Capability], key: bytes | None, *, crypto: bool) -> Config:
    """One end's own values; of an end that said nothing, everything that there is."""
    first = said[0] if said else None
    return Config(
        embedding_space_id=(first and first.embedding_space_id) or "",
        space_hash32=(first and first.space_hash32) or 0,
        d_model=min((first and first.d_model) or 1, 2**53 - 1),
        modality=_names("modality", said),
        compress=_names("compress", said),
        crypto=_names("crypto", said),
        dtype=_names("dtype", said),
        critique=not said or any(one.critique for one in said),
        require_crypto=crypto,
        salt=_SALT,
        key=key or _NO_KEY,
        mux=_mux(said),
        fec=_fec(said),
    )


def _names(name: str, said: Iterable[Ping | Capability]) -> tuple[str, ...]:
    """The names that one of them has, in their order; a list that is missing leaves nothing out (HSK-14)."""
    lists = [getattr(one, name) for one in said]
    found = (one for names in lists if names is not None for one in names)
    if not lists or None in lists:
        return _KNOWN[name]
    return tuple(dict.fromkeys(one for one in found if one in _KNOWN[name]))


def _mux(said: Iterable[Ping | Capability]) -> Mux | None:
    return next((one.mux for one in said if isinstance(one.mux, Mux)), None)


def _fec(said: Iterable[Ping | Capability]) -> tuple[str, ...] | None:
    lists = [one.fec for one in said if isinstance(one.fec, tuple)]
    names = dict.fromkeys(name for names in lists for name in names if name in _KNOWN[FEC])
    return tuple(names) if lists else None
