"""Smaller inputs: by layout, with lengths and checksums mended, and never without an end."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest

from conformance.campaign.batch import batch
from conformance.campaign.draw import KEY, source
from conformance.campaign.generate.slices import layout
from conformance.campaign.generate.table import KINDS
from conformance.campaign.inputs import Input, Kind
from conformance.campaign.layout import Layout, RawSlice, read_layout
from conformance.campaign.settle import _is_less
from conformance.campaign.shrink.parts import cuts, smaller
from conformance.model.cases import DIALOGUE
from conformance.tests.campaign.test_batches import schema


def shrunk(one: Input, shows: object) -> Input:
    """The smallest that `shows` holds for."""
    assert callable(shows)
    assert shows(one)
    found = True
    while found:
        found = False
        for candidate in smaller(one):
            if _is_less(candidate, one) and shows(candidate):
                one, found = candidate, True
                break
    return one


def crc_is_right(frame: bytes) -> bool:
    return zlib.crc32(frame[:-4]) == int.from_bytes(frame[-4:], "little")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_smaller_fits_the_schema_still(kind: Kind) -> None:
    for one in batch(KINDS, 5, KINDS.index(kind), 8).inputs:
        for at, candidate in enumerate(smaller(one)):
            if at % 25 == 0 and one.op != DIALOGUE:
                assert schema(one.op).is_valid(candidate.given), candidate
            if at > 500:
                break


def test_a_valid_frame_stays_one_whatever_is_left_out_of_its_slices() -> None:
    slices = (RawSlice(1, (300,), bytes(range(200)) * 3), RawSlice(2, (2, 2), b"abcd"), RawSlice(3, (1,), b"x"))
    frame = Layout(2, 4, 1 << 31, 1 << 63, 5, 4, slices)
    one = Input("decode", {"frame": frame.data().hex()})
    made = [bytes.fromhex(candidate.given["frame"]) for candidate in smaller(one)]
    assert all(crc_is_right(data) for data in made)
    assert sum(read_layout(data) is not None for data in made) == len(made)


def test_a_fault_in_one_field_is_left_alone() -> None:
    frame = replace(layout(source(1, 7)), type=7, slices=(RawSlice(1, (300,), bytes(600)), RawSlice(2, (4,), b"abcd")))
    found = shrunk(Input("decode", {"frame": frame.data().hex()}), lambda one: one.given["frame"][2:4] == "07")
    assert len(found.given["frame"]) == 66, "33 bytes: no slice is left"
    assert crc_is_right(bytes.fromhex(found.given["frame"]))


def test_a_wrong_checksum_stays_wrong() -> None:
    frame = replace(layout(source(1, 8)), crc_xor=1 << 31)
    found = shrunk(
        Input("decode", {"frame": frame.data().hex()}), lambda one: not crc_is_right(bytes.fromhex(one.given["frame"]))
    )
    assert len(found.given["frame"]) == 66


def test_a_sealed_frame_is_opened_made_smaller_and_sealed_again() -> None:
    key = bytes.fromhex(KEY)
    frame = replace(
        layout(source(1, 9), flags=3), key=key, slices=(RawSlice(2, (400,), b"k" * 400), RawSlice(3, (2,), b"!"))
    )

    def shows(one: Input) -> bool:
        found = read_layout(bytes.fromhex(one.given["frame"]), key if "key" in one.given else None)
        return found is not None and any(each.dtype == 3 for each in found.slices) and bool(found.flags & 2)

    found = shrunk(Input("decode", {"frame": frame.data().hex(), "key": KEY}, ("xchacha",)), shows)
    left = read_layout(bytes.fromhex(found.given["frame"]), key)
    assert left is not None
    assert [one.dtype for one in left.slices] == [3]


def test_rows_of_a_sparse_tensor_go_with_their_values() -> None:
    index = b"".join(at.to_bytes(4, "little") for at in (1, 2, 9, 3))
    given = {"dims": [9], "values": "003c" * 4, "index_dims": [4, 1, 4], "index": index.hex()}

    def shows(one: Input) -> bool:
        rows = one.given["index_dims"][0]
        return "09000000" in one.given["index"] and len(one.given["values"]) == 4 * rows

    found = shrunk(Input("sparse_decode", given), shows)
    assert found.given == {"dims": [9], "values": "0000", "index_dims": [1, 1, 4], "index": "09000000"}


def test_steps_of_a_dialogue_are_left_out() -> None:
    steps = [{"advance": at} for at in range(20)]
    found = shrunk(
        Input(DIALOGUE, {"role": "server", "config": {}, "steps": steps}, ("handshake",)),
        lambda one: {"advance": 13} in one.given["steps"] and {"advance": 4} in one.given["steps"],
    )
    assert found.given["steps"] == [{"advance": 4}, {"advance": 13}]


def test_what_a_dialogue_says_of_its_way_is_left_out() -> None:
    steps = [{"advance": 1}]
    given = {"role": "server", "config": {}, "steps": steps, "datagrams": 500, "channels": {"a": {"ordered": False}}}
    found = shrunk(Input(DIALOGUE, given, ("handshake", "webrtc")), lambda one: "channels" in one.given)
    assert found.given.keys() == {"role", "config", "steps", "channels"}


def test_cuts_cover_everything_from_the_largest_down() -> None:
    found = list(cuts(5))
    assert found[0] == (0, 5)
    assert {(at, at + 1) for at in range(5)} <= set(found)
    assert list(cuts(0)) == []


def test_smaller_means_shorter_or_plainer() -> None:
    long, plain, short = (Input("tail_hash", {"data": data}) for data in ("abcd", "ab00", "ab"))
    assert _is_less(short, long)
    assert _is_less(plain, long)
    assert not _is_less(long, plain)
    assert not _is_less(long, long)
