"""Cases from slices and header fields alone: the bytes come from the raw writer, the fields are told beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..model import Case, accepts
from .raw_frame import TEST_KEY, XCHACHA, Raw, nonce_of, raw_slice

WireSlice = tuple[int, tuple[int, ...], bytes]  # dtype, dims, payload


def laid_out(slices: Sequence[WireSlice], **fields: int) -> Raw:
    """The frame of these slices; fields: of its header, where they matter."""
    table = tuple(len(payload) for _, _, payload in slices)
    return Raw(slice_len=table, body=b"".join(raw_slice(*one) for one in slices), **fields)


def told(raw: Raw, slices: Sequence[WireSlice]) -> Mapping[str, Any]:
    """The fields that decode gives and encode is given (specs/ops/fields.json)."""
    return {
        "type": raw.type,
        "flags": raw.flags,
        "stream_id": raw.stream_id,
        "frame_seq": str(raw.frame_seq),
        "space_hash32": raw.space_hash32,
        "modality": raw.modality,
        "slices": [{"dtype": dtype, "dims": list(dims), "payload": data.hex()} for dtype, dims, data in slices],
    }


def bytes_of(raw: Raw) -> bytes:
    """The frame, sealed under the test key if its flags say so."""
    return raw.sealed().frame() if raw.flags & XCHACHA else raw.frame()


def read(case_id: str, about: str, clauses: str, raw: Raw, slices: Sequence[WireSlice]) -> Case:
    """The frame is to be decoded."""
    given = {"frame": bytes_of(raw).hex()}
    if raw.flags & XCHACHA:
        given["key"] = TEST_KEY.hex()
    return accepts(case_id, about, clauses, given, {"fields": told(raw, slices)})


def written(case_id: str, about: str, clauses: str, raw: Raw, slices: Sequence[WireSlice]) -> Case:
    """The fields are to be encoded to these bytes, which ZSTD would leave open."""
    given: dict[str, Any] = {"fields": told(raw, slices)}
    if raw.flags & XCHACHA:
        given |= {"key": TEST_KEY.hex(), "nonce": nonce_of(raw.frame_seq).hex()}
    return accepts(case_id, about, clauses, given, {"frame": bytes_of(raw).hex()})
