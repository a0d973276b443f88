"""The profiles that are judged and the cases that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from conformance.model.cases import Case
from conformance.model.peer_requests import PEER_OPS
from conformance.model.profiles import SelectionError, families_with_needs, selected_cases, selected_profiles
from conformance.probes.unclaimed import refusal_probes
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
        (("frame",), ("fram",), "no profile 'fram'; the profiles are frame, zstd, xchacha"),
        (("frame", "voice"), (), "no profile 'voice'"),
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
    assert refusal_probes(CASES, claimed) == (*probes, *PEER_OPS)


def test_with_zstd_claimed_a_frame_with_both_flags_probes_xchacha() -> None:
    assert refusal_probes((BOTH,), ("frame", "zstd", "handshake")) == (BOTH,)


def test_one_probe_an_op() -> None:
    seal = case_of("seal", {}, {"sealed": ""}, profile="xchacha")
    unsealing = case_of("open", {}, {"plain": ""}, profile="xchacha")
    assert refusal_probes((seal, seal, unsealing, seal), ("frame", "zstd", "handshake")) == (seal, unsealing)


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
    assert refusal_probes((case,), ("frame", "handshake")) == ()


def test_encode_with_the_flag_is_a_probe() -> None:
    case = case_of("encode", {"fields": {"flags": ZSTD}}, {"header": ""}, profile="zstd")
    assert refusal_probes((case,), ("frame", "handshake")) == (case,)


def test_a_testee_without_handshake_is_asked_each_op_on_peers() -> None:
    dialogue = case_of("dialogue", {"steps": []}, {}, profile="handshake")
    probes = refusal_probes((dialogue,), ("frame", "message"))
    assert {case.op for case in probes} == {
        "peer_open", "peer_send", "peer_poll", "peer_advance", "peer_close", "reset",
    }  # fmt: skip
    assert {case.profile for case in probes} == {"handshake"}


def test_stream_has_no_ops_of_its_own_to_be_refused() -> None:
    dialogue = case_of("dialogue", {"steps": []}, {}, profile="stream")
    assert refusal_probes((dialogue,), ("frame", "message", "handshake")) == ()
    assert selected_cases((dialogue,), ("frame", "message", "handshake"), ("handshake",)) == ()


@pytest.mark.parametrize(
    ("claimed", "missing"),
    [
        (("zstd",), "zstd but not frame"),
        (("xchacha",), "xchacha but not frame"),
        (("message", "sparse"), "message but not frame"),
        (("frame", "handshake"), "handshake but not message"),
        (("frame", "message", "stream"), "stream but not handshake"),
    ],
)
def test_a_profile_is_not_claimed_without_the_one_it_needs(claimed: Sequence[str], missing: str) -> None:
    with pytest.raises(SelectionError, match=rf"the testee claims {missing}, which it needs \(TST-12\)"):
        selected_profiles(claimed, ())


def test_every_profile_that_a_profile_needs_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.model.profiles.NEEDS", {"quant": ("sparse", "frame")})
    for claimed, missing in ((("quant", "frame"), "sparse"), (("quant", "sparse"), "frame")):
        with pytest.raises(SelectionError, match=f"quant but not {missing}"):
            selected_profiles(claimed, ())
    assert selected_profiles(("quant", "sparse", "frame"), ()) == ("frame", "sparse", "quant")


def test_streams_come_with_all_that_they_need() -> None:
    claimed = ("stream", "handshake", "message", "frame")
    assert selected_profiles(claimed, ()) == ("frame", "message", "handshake", "stream")
    assert list(families_with_needs("stream")) == ["STM", "HSK", "MSG", "FRM", "SPC"]
    assert list(families_with_needs("stream", ("message",))) == ["STM", "HSK"]
