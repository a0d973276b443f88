"""Which profiles are judged and which cases count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from conformance.cases import Case
from conformance.profiles import SelectionError, refusal_probes, selected_cases, selected_profiles
from conformance.tests.support import XCHACHA, ZSTD, case_of, closed, header_bytes

ALL = ("frame", "zstd", "xchacha")


def decode_case(profile: str, flags: int, expect: Mapping[str, Any] | str, requires: tuple[str, ...] = ()) -> Case:
    data = closed(header_bytes(flags))
    return case_of("decode", {"frame": data.hex()}, expect, profile=profile, requires=requires)


OK: Mapping[str, Any] = {"fields": {}}
PLAIN = decode_case("frame", 0, OK)
COMPRESSED = decode_case("zstd", ZSTD, OK)
SEALED = decode_case("xchacha", XCHACHA, OK)
BOTH = decode_case("xchacha", ZSTD | XCHACHA, OK, requires=("zstd",))
CASES = (PLAIN, COMPRESSED, SEALED, BOTH)


@pytest.mark.parametrize(
    ("claimed", "chosen", "selected"),
    [
        (ALL, (), ALL),
        (("xchacha", "frame"), (), ("frame", "xchacha")),
        (ALL, ("zstd",), ("zstd",)),
        (ALL, ("zstd", "frame", "zstd"), ("frame", "zstd")),
        ((), (), ()),
    ],
)
def test_profiles_are_selected_in_one_order(
    claimed: Sequence[str], chosen: Sequence[str], selected: Sequence[str]
) -> None:
    assert selected_profiles(claimed, chosen) == selected


@pytest.mark.parametrize(
    ("claimed", "chosen", "text"),
    [
        (("frame",), ("zstd",), "zstd is not claimed; the testee claims frame"),
        ((), ("frame",), "claims nothing"),
        (("frame",), ("fram",), "no profile 'fram'; there are frame, zstd, xchacha"),
        (("frame", "tcp"), (), "no profile 'tcp'"),
    ],
)
def test_a_choice_that_cannot_be_judged_is_refused(claimed: Sequence[str], chosen: Sequence[str], text: str) -> None:
    with pytest.raises(SelectionError, match=text):
        selected_profiles(claimed, chosen)


@pytest.mark.parametrize(
    ("claimed", "selected", "counting"),
    [
        (ALL, ALL, CASES),
        (("frame",), ("frame",), (PLAIN,)),
        (("frame", "zstd"), ("frame", "zstd"), (PLAIN, COMPRESSED)),
        (("frame", "xchacha"), ("frame", "xchacha"), (PLAIN, SEALED)),
        (ALL, ("xchacha",), (SEALED, BOTH)),
        ((), (), ()),
    ],
)
def test_cases_count_when_all_they_need_is_claimed(
    claimed: Sequence[str], selected: Sequence[str], counting: Sequence[Case]
) -> None:
    assert selected_cases(CASES, claimed, selected) == counting


@pytest.mark.parametrize(
    ("claimed", "probes"),
    [
        (ALL, ()),
        (("frame",), (COMPRESSED, SEALED)),
        (("frame", "zstd"), (SEALED,)),
        (("frame", "xchacha"), (COMPRESSED,)),
    ],
)
def test_each_unclaimed_profile_is_probed_by_what_lacks_nothing_else(
    claimed: Sequence[str], probes: Sequence[Case]
) -> None:
    assert refusal_probes(CASES, claimed) == probes


def test_with_zstd_claimed_a_frame_with_both_flags_probes_xchacha() -> None:
    assert refusal_probes((BOTH,), ("frame", "zstd")) == (BOTH,)


def test_one_probe_an_op() -> None:
    seal = case_of("seal", {}, {"sealed": ""}, profile="xchacha")
    unsealing = case_of("open", {}, {"plain": ""}, profile="xchacha")
    assert refusal_probes((seal, seal, unsealing, seal), ("frame", "zstd")) == (seal, unsealing)


@pytest.mark.parametrize(
    "case",
    [
        decode_case("zstd", ZSTD, "BAD_COMPRESSION"),  # refused before or behind the transform: either may be answered
        decode_case("zstd", 0, OK),  # a frame of the profile's files without its flag
        case_of("encode", {"fields": {"flags": XCHACHA}}, {"frame": ""}, profile="zstd"),
    ],
    ids=["refused", "decode without the flag", "encode without the flag"],
)
def test_only_valid_input_that_needs_the_profile_is_a_probe(case: Case) -> None:
    assert refusal_probes((case,), ("frame",)) == ()


def test_encode_with_the_flag_is_a_probe() -> None:
    case = case_of("encode", {"fields": {"flags": ZSTD}}, {"header": ""}, profile="zstd")
    assert refusal_probes((case,), ("frame",)) == (case,)
