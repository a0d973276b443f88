"""Frames as data for `fields`, and both ways to bytes: the reference's encoder and the raw writer, which must agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import resonant

from .raw_frame import TEST_KEY, XCHACHA, ZSTD, Raw, nonce_of, raw_slice


def fields(frame: resonant.Frame) -> Mapping[str, Any]:
    """The JSON form of a frame (specs/ops/fields.json)."""
    return {
        "type": int(frame.type),
        "flags": int(frame.flags),
        "stream_id": frame.stream_id,
        "frame_seq": str(frame.frame_seq),
        "space_hash32": frame.space_hash32,
        "modality": int(frame.modality),
        "slices": [
            {"dtype": int(one.dtype), "dims": list(one.dims), "payload": one.payload.hex()} for one in frame.slices
        ],
    }


def raw_of(frame: resonant.Frame) -> Raw:
    """The frame for the raw writer, its body still plain and its flags as they are."""
    return Raw(
        type=frame.type,
        flags=frame.flags,
        stream_id=frame.stream_id,
        frame_seq=frame.frame_seq,
        slice_len=tuple(len(one.payload) for one in frame.slices),
        space_hash32=frame.space_hash32,
        modality=frame.modality,
        body=b"".join(raw_slice(one.dtype, one.dims, one.payload) for one in frame.slices),
    )


def frame_bytes(frame: resonant.Frame) -> bytes:
    """The frame under the test key, from the reference; without ZSTD the raw writer must give the same bytes."""
    data = resonant.encode(frame, key=TEST_KEY, nonce=nonce_of(frame.frame_seq))
    if not frame.flags & ZSTD:
        raw = raw_of(frame)
        second = raw.sealed() if frame.flags & XCHACHA else raw
        assert data == second.frame(), f"the reference and the raw writer disagree on {frame}"
    return data


def decode_input(frame: resonant.Frame) -> Mapping[str, Any]:
    """The input of a decode case, with the test key where it is needed."""
    given: dict[str, Any] = {"frame": frame_bytes(frame).hex()}
    if frame.flags & XCHACHA:
        given["key"] = TEST_KEY.hex()
    return given


def encode_input(frame: resonant.Frame) -> Mapping[str, Any]:
    """The input of an encode case, with the test key and nonce where they are needed."""
    given: dict[str, Any] = {"fields": fields(frame)}
    if frame.flags & XCHACHA:
        given |= {"key": TEST_KEY.hex(), "nonce": nonce_of(frame.frame_seq).hex()}
    return given


def encode_expectation(frame: resonant.Frame) -> Mapping[str, Any]:
    """The expected result of encoding the frame: exact bytes, or with ZSTD the header and the plain body."""
    if not frame.flags & ZSTD:
        return {"frame": frame_bytes(frame).hex()}
    raw = raw_of(frame)
    return {"header": raw.header().hex(), "plain_body": raw.body.hex()}
