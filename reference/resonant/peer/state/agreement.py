"""The agreement of two peers: specs/handshake.md sections 2 and 3, as functions of the two ends' values."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import RejectCode
from ..config import CRITIQUE, FEC, LISTS, NO_TRANSFORM, RS8, XCHACHA, ZSTD, Config
from ..events import Established, Mux
from ..sync.fields import Garbled
from ..sync.objects import Capability, Names, Ping

PROTO = 1
NEVER = frozenset({"lz4", "aes256gcm"})
"""HSK-7."""
_PRODUCED = frozenset({ZSTD, XCHACHA, RS8, NO_TRANSFORM})
_OR_NONE = frozenset({"compress", "crypto"})


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of a session. The lists are in own order; chosen_…: what this peer's own frames use (HSK-26).

    their_hash: the space_hash32 that the remote peer told, 0 for none. mux: its bounds, where multiplexing is
    agreed (MUX-3). chosen_fec: None where not both ends named fec.
    """

    agreed_proto: int
    compress: Names
    crypto: Names
    dtype: Names
    modality: Names
    critique: bool
    chosen_compress: str
    chosen_crypto: str
    their_hash: int
    mux: Mux | None = None
    fec: Names = ()
    chosen_fec: str | None = None

    def has(self, feature: str) -> bool:
        """Whether zstd, xchacha20poly1305 or critique is agreed."""
        return self.critique if feature == CRITIQUE else feature in (*self.compress, *self.crypto)

    def established(self) -> Established:
        """The event that tells of it."""
        return Established(
            self.agreed_proto,
            self.chosen_compress,
            self.chosen_crypto,
            self.dtype,
            self.modality,
            self.critique,
            self.mux,
            self.chosen_fec,
        )


def ping_of(config: Config, now_ms: int) -> Ping:
    """A client's ping (HSK-20)."""
    return Ping(
        ts=now_ms // 1000,
        v=PROTO,
        d_model=config.d_model,
        embedding_space_id=config.embedding_space_id,
        space_hash32=config.space_hash32,
        modality=config.modality,
        compress=config.compress,
        crypto=tuple(name for name in config.crypto if config.key is not None or name != XCHACHA),
        critique=config.critique,
        dtype=config.dtype,
        mux=config.mux,
        fec=config.fec,
    )


def names_another_space(config: Config, said: Ping | Capability) -> bool:
    """HSK-12: an empty id, the hash 0 and what is not said contradict nothing."""
    pairs = (
        (config.embedding_space_id, said.embedding_space_id),
        (config.space_hash32, said.space_hash32),
    )
    return any(own and other and own != other for own, other in pairs)


def capability_for(config: Config, ping: Ping) -> Capability:
    """A server's answer to a ping of its own space (HSK-13 to HSK-16)."""
    lists = {name: _common(config, name, getattr(ping, name)) for name in LISTS}
    lists |= {name: lists[name] or (NO_TRANSFORM,) for name in _OR_NONE}  # HSK-15
    if config.fec is not None and ping.fec is not None and not isinstance(ping.fec, Garbled):  # FEC-5
        lists[FEC] = _common(config, FEC, ping.fec) or (NO_TRANSFORM,)
    return Capability(
        v=PROTO,
        agreed_proto=min(PROTO, PROTO if ping.v is None else ping.v),
        d_model=config.d_model,
        embedding_space_id=config.embedding_space_id,
        space_hash32=config.space_hash32,
        critique=config.critique and ping.critique is True,
        require_crypto=config.require_crypto,
        mux=None if ping.mux is None else config.mux,  # MUX-1
        **lists,
    )


def server_agreement(config: Config, ping: Ping, capability: Capability) -> Agreement:
    """The agreement of a server once it has sent `capability` for that ping (HSK-17)."""
    return _agreement(config, capability, other_requires=False, their_hash=ping.space_hash32 or 0, mux=ping.mux)


def client_agreement(config: Config, capability: Capability) -> Agreement:
    """The agreement of a client once it has received `capability` (HSK-25)."""
    requires = capability.require_crypto is True
    hash32, mux = capability.space_hash32, capability.mux
    return _agreement(config, capability, other_requires=requires, their_hash=hash32, mux=mux)


def unusable(config: Config, capability: Capability, agreement: Agreement) -> RejectCode | None:
    """The reason why a client gives up on a capability (HSK-24, HSK-27), or None."""
    if capability.agreed_proto != PROTO:
        return RejectCode.UNSUPPORTED_VERSION
    if names_another_space(config, capability):
        return RejectCode.SPACE_MISMATCH
    required = config.require_crypto or capability.require_crypto
    return RejectCode.CRYPTO_REQUIRED if required and agreement.chosen_crypto == NO_TRANSFORM else None


def _agreement(
    config: Config, said: Capability, *, other_requires: bool, their_hash: int, mux: Mux | Garbled | None
) -> Agreement:
    # A server's capability holds its own lists already, and "none" where they would be empty.
    compress, crypto, dtype, modality = (
        _common(config, name, getattr(said, name)) for name in ("compress", "crypto", "dtype", "modality")
    )
    named = None if config.fec is None or isinstance(said.fec, Garbled) else said.fec
    fec = () if named is None else _common(config, FEC, named)  # FEC-7
    return Agreement(
        agreed_proto=said.agreed_proto,
        compress=compress,
        crypto=crypto,
        dtype=dtype,
        modality=modality,
        critique=config.critique and said.critique,
        chosen_compress=_choose(compress, pass_over_none=False),
        chosen_crypto=_choose(crypto, pass_over_none=config.require_crypto or other_requires),
        their_hash=their_hash,
        mux=mux if config.mux is not None and isinstance(mux, Mux) else None,
        fec=fec,
        chosen_fec=None if named is None else _choose(fec, pass_over_none=False),  # FEC-8
    )


def _common(config: Config, name: str, other: Names | None) -> Names:
    """The names of an own list that can be agreed, without those that the other end's list lacks (HSK-7, HSK-14)."""
    own: Names = getattr(config, name)
    possible = (one for one in own if one not in NEVER and (one != XCHACHA or config.key is not None))
    return tuple(one for one in possible if other is None or one in other)


def _choose(agreed: Names, *, pass_over_none: bool) -> str:
    """HSK-26."""
    able = [name for name in agreed if name in _PRODUCED]
    others = [name for name in able if name != NO_TRANSFORM]
    chosen = others or able if pass_over_none else able
    return chosen[0] if chosen else NO_TRANSFORM
