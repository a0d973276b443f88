"""`build_frame`, which users' programs import from send_think."""

from __future__ import annotations

import pytest
import send_think
from resonant import ResonantError, decode

from reference.tests.support import F16, I8, KEY, NONCE, raw_header, raw_slice, with_crc


def test_build_frame_takes_slices_as_in_the_users_guide() -> None:
    frame = send_think.build_frame(
        msg_type=send_think.MSG_CRITIQUE,
        stream_id=0x5678,
        frame_seq=3,
        slices=[
            {"dtype": send_think.DTYPE_F16, "shape": [16], "payload": bytes(32)},
            {"dtype": send_think.DTYPE_I8, "shape": [4], "payload": b"note"},
        ],
    )
    header = raw_header(mtype=4, stream_id=0x5678, frame_seq=3, slice_len=[32, 4])
    assert frame == with_crc(header + raw_slice(F16, [16], bytes(32)) + raw_slice(I8, [4], b"note"))


def test_build_frame_seals_with_the_key_and_nonce_given() -> None:
    flags, modality = send_think.FLAG_XCHACHA, send_think.MODALITY_GRAPH
    frame = send_think.build_frame(0, 1, 2, [], flags=flags, space_hash32=9, modality=modality, key=KEY, nonce=NONCE)
    assert frame[29:53] == NONCE
    assert (decode(frame, key=KEY).space_hash32, decode(frame, key=KEY).modality) == (9, 3)
    with pytest.raises(ResonantError, match="KEY_REQUIRED"):
        send_think.build_frame(0, 1, 2, [], flags=flags, key=KEY)
