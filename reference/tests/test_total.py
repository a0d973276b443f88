"""Whatever the bytes: a frame or one reject, the same bytes again, and a layout that covers them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from resonant import Flags, Frame, Part, RejectCode, ResonantError, decode, encode, nonce_for
from resonant.describe.annotate import Field, annotate
from resonant.describe.clauses import load_clauses
from resonant.describe.explain import explain, judge

from reference.tests.strategies import examples, frames, spoiled_frames
from reference.tests.support import KEY, NONCE, WORKED_PLAIN, with_crc

MOST_FIELDS = 150
"""More than `annotate` ever needs: 34 of the header and trailer, 41 of slices, 25 of blocks, twice over for safety."""

noise = st.one_of(st.binary(max_size=200), st.binary(max_size=120).map(lambda tail: with_crc(b"\x01" + tail)))
keys = st.sampled_from([None, KEY])
PARTS = (Part.FRAME, Part.COMPRESSED_BODY, Part.PLAIN_BODY)


def assert_total(data: bytes, key: bytes | None) -> None:
    outcome = judge(data, key)
    if isinstance(outcome, Frame):
        assert_same_again(data, outcome)
    else:
        assert outcome.code in RejectCode
        assert outcome.clause in load_clauses()
        assert outcome.span is not None
        assert 0 <= outcome.span.start <= outcome.span.stop
        if outcome.span.part is Part.FRAME:
            assert outcome.span.stop <= len(data)
    fields = annotate(data, key=key)
    assert_covers(fields, data)
    text = explain(data, key)
    assert text.count("\n") < 2 * MOST_FIELDS
    assert ("\nvalid frame: " in text) == isinstance(outcome, Frame)
    if not isinstance(outcome, Frame):
        assert "\n>> " in text


def assert_same_again(data: bytes, frame: Frame) -> None:
    size = 29 + 4 * len(frame.slices)
    again = encode(frame, key=KEY, nonce=data[size : size + 24] if frame.flags & Flags.XCHACHA else None)
    if not frame.flags & Flags.ZSTD:
        assert again == data
    assert decode(again, key=KEY) == frame


def assert_covers(fields: tuple[Field, ...], data: bytes) -> None:
    assert len(fields) <= MOST_FIELDS
    assert [field.part for field in fields] == sorted((field.part for field in fields), key=PARTS.index)
    ends = dict.fromkeys(PARTS, 0)
    for field in fields:
        assert field.offset == ends[field.part], field
        assert field.name
        assert field.meaning
        ends[field.part] += len(field.data)
    assert b"".join(field.data for field in fields if field.part is Part.FRAME) == data


@examples(400)
@given(noise, keys)
@example(b"", None)
@example(WORKED_PLAIN, None)
def test_noise_gives_a_frame_or_a_reject(data: bytes, key: bytes | None) -> None:
    assert_total(data, key)


@pytest.mark.slow
@examples(400)
@given(spoiled_frames(), st.sampled_from([KEY, KEY, KEY, None]))
def test_a_spoiled_frame_gives_a_frame_or_a_reject(data: bytes, key: bytes | None) -> None:
    assert_total(data, key)


@pytest.mark.slow
@examples(250)
@given(frames(), st.binary(min_size=16, max_size=16), st.integers(1, 5))
def test_what_is_encoded_decodes_to_the_same_frame(frame: Frame, salt: bytes, level: int) -> None:
    data = encode(frame, key=KEY, nonce=nonce_for(salt, frame.stream_id, frame.frame_seq), level=level)
    assert decode(data, key=KEY) == frame
    assert_total(data, KEY)


@examples(200)
@given(frames(st.sampled_from([Flags.NONE, Flags.STRONG_TAIL])), st.data())
def test_a_flipped_bit_anywhere_in_a_plain_frame_is_refused(frame: Frame, choice: st.DataObject) -> None:
    data = bytearray(encode(frame))
    bit = choice.draw(st.integers(0, 8 * len(data) - 1))
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ResonantError) as caught:
        decode(bytes(data))
    assert caught.value.code == (RejectCode.BAD_VERSION if bit < 8 else RejectCode.CRC_MISMATCH)


@examples(200)
@given(frames(st.sampled_from([Flags.XCHACHA, Flags.XCHACHA | Flags.ZSTD])), st.data())
def test_no_byte_of_header_or_body_can_change_under_the_seal(frame: Frame, choice: st.DataObject) -> None:
    data = bytearray(encode(frame, key=KEY, nonce=NONCE)[:-4])
    changeable = [*range(4, 16), *range(24 + 4 * len(frame.slices), 28 + 4 * len(frame.slices))]
    changeable += range(29 + 4 * len(frame.slices), len(data))
    data[choice.draw(st.sampled_from(changeable))] ^= choice.draw(st.integers(1, 255))
    with pytest.raises(ResonantError) as caught:
        decode(with_crc(bytes(data)), key=KEY)
    assert caught.value.code == RejectCode.DECRYPT_FAILED
