"""The results of the scenarios on the real model: the pipeline over real UDP, the others on a loop without time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import fuse_sentences
import learn_sentences
import numpy as np
import pytest
import route_sentences
import share_cache
import split_model
import xxhash
from forms import FORMS, cosine, decibels
from minilm import pool, run_layers
from numpy.typing import NDArray
from program import SENTENCES, UNABLE
from resonant import Cache, DType, MessageType, Tensor, decode, read_message
from second_half import SPLIT
from split_model import Passage, row

from reference.tests.asyncio.fast_loop import FastLoop, Sent, run

from .installed import encoder, needed

pytestmark = needed
HALF = 2.0**-11
"""The greatest relative error of rounding to binary16, for elements that are not subnormal."""
LEAST_BELOW = {"adapt, 40 dB": 40, "adapt, 18 dB": 18}
OVERHEAD = 33
"""Bytes of a frame without slices: frame.md section 1."""


@pytest.fixture(scope="module")
def passages() -> Mapping[str, Sequence[Passage]]:
    """Every sentence in every form, through two processes."""
    return asyncio.run(split_model.run())


Shared: TypeAlias = tuple[Mapping[str, share_cache.Shared], Sequence[Sent]]


@pytest.fixture(scope="module")
def shared() -> Shared:
    """The cache in every form, and all datagrams."""
    loop = FastLoop()
    return run(share_cache.run(), loop), loop.sent


@pytest.mark.parametrize("form", FORMS)
def test_the_other_process_computes_what_the_form_lets_through(
    form: str, passages: Mapping[str, Sequence[Passage]]
) -> None:
    """Whatever differs from the whole model is the rounding of the form, and none of the way."""
    for one in passages[form]:
        arrived = one.sent.dense().astype(np.float32)
        here = pool(run_layers(arrived, encoder().layers[SPLIT:]))
        assert np.array_equal(one.split, Tensor.half(here).dense().astype(np.float32))


def test_without_the_other_process_the_program_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(split_model, "SECOND_HALF", tmp_path / "missing.py")
    monkeypatch.setattr(sys, "argv", ["split_model.py"])
    assert split_model.main() == UNABLE
    assert capsys.readouterr().err == "the process of the second half ended before it listened\n"


def test_in_f16_the_output_is_that_of_the_whole_model(passages: Mapping[str, Sequence[Passage]]) -> None:
    """An embedding of length 1 is off by its own rounding, and by what three layers make of that of the state."""
    for text, one in zip(SENTENCES, passages["F16"], strict=True):
        assert np.array_equal(one.whole, encoder().encode(text))
        assert np.linalg.norm(one.whole - one.split) <= 4 * HALF


def test_more_bits_are_more_likeness(passages: Mapping[str, Sequence[Passage]]) -> None:
    likeness = {form: row(form, of).cosine for form, of in passages.items()}
    assert likeness["F16"] > likeness["I8"] > likeness["Q4"]
    assert likeness["I8"] > 0.999
    assert likeness["Q4"] > 0.99
    shifts = {form: row(form, of).shift for form, of in passages.items()}
    assert shifts["F16"] < shifts["I8"] < shifts["Q4"] < 0.05


@pytest.mark.parametrize("form", LEAST_BELOW)
def test_adapt_keeps_its_tolerance_and_sends_fewer_bytes(form: str, passages: Mapping[str, Sequence[Passage]]) -> None:
    for one, exact in zip(passages[form], passages["F16"], strict=True):
        state = exact.sent.dense().astype(np.float64)
        error = ((one.sent.dense() - state) ** 2).sum()
        assert error <= 10 ** (-LEAST_BELOW[form] / 10) * (state**2).sum()
        assert one.plain < exact.plain
    assert {one.sent.dtype for one in passages["adapt, 18 dB"]} == {DType.I8, DType.Q4}


def test_frames_have_the_size_that_the_specification_computes(passages: Mapping[str, Sequence[Passage]]) -> None:
    """specs/adaptive.md section 2."""
    for form, entry in (("F16", 14), ("I8", 24), ("Q4", 24)):
        for one in passages[form]:
            count = one.sent.count
            payload = {"F16": 2 * count, "I8": count + count // 16, "Q4": count // 2 + count // 16}[form]
            assert one.plain == OVERHEAD + payload + entry


def numbers(table: str) -> NDArray[np.float64]:
    """The cells of a table but for its heads and first column."""
    lines = [line.strip("| ").split(" | ")[1:] for line in table.splitlines()[2:]]
    return np.array([[float(cell.replace(",", "").rstrip("%")) for cell in line] for line in lines])


def test_the_readme_has_the_tables_as_they_are(passages: Mapping[str, Sequence[Passage]], shared: Shared) -> None:
    """Last places, and with them what ZSTD makes of them, depend on the machine."""
    readme = Path(split_model.__file__).with_name("README.md").read_text("utf-8")
    for table in (split_model.table_of(passages), share_cache.table_of(shared[0])):
        heads = table.splitlines()[0]
        assert heads in readme
        kept = (heads + readme.partition(heads)[2]).partition("\n\n")[0]
        assert [line.split(" | ")[0] for line in kept.splitlines()] == [
            line.split(" | ")[0] for line in table.splitlines()
        ]
        assert np.allclose(numbers(kept), numbers(table), rtol=0.001, atol=0.001)


def test_tolerances_are_those_that_the_specification_names() -> None:
    """specs/adaptive.md section 1: 20 dB and 30 dB."""
    assert (decibels(20), decibels(30), decibels(0)) == (167_772, 16_777, 1 << 24)


@pytest.fixture(scope="module")
def routed() -> route_sentences.Outcome:
    return run(route_sentences.run())


def test_sentences_reach_the_specialist_of_their_topic(routed: route_sentences.Outcome) -> None:
    assert {text: answer.specialist for text, answer in routed.answers.items()} == SENTENCES
    assert routed.refusal == "SPACE_MISMATCH"


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("My throat has been sore for a week and I have a fever.", "throat"),
        ("How many hours apart should these tablets be taken?", "pill"),
        ("May my landlord keep the deposit after I move out?", "deposit"),
        ("She signed the agreement, but nobody witnessed it.", "witnesses"),
        ("Something warbles in the hedge every morning before dawn.", "first light"),
        ("The swallows left for the south early this year.", "Sahara"),
        ("It rattles when it is cold, and stops once it has warmed up.", "warm"),
        ("The oil light stays on although I filled it up yesterday.", "lamp"),
    ],
)
def test_a_specialist_answers_with_what_a_person_would_pick(
    sentence: str, word: str, routed: route_sentences.Outcome
) -> None:
    assert word in routed.answers[sentence].sentence


def test_the_tail_hash_is_that_of_the_frames_that_went(shared: Shared) -> None:
    outcome, datagrams = shared
    sent: dict[int, bytes] = {}
    for one in datagrams:
        frame = decode(one.data)
        if frame.type == MessageType.CACHE:
            sent[frame.stream_id] = sent.get(frame.stream_id, b"") + one.data
    assert [xxhash.xxh3_64_hexdigest(data) for data in sent.values()] == [
        stream.verified.xxhash3_64 for stream in outcome.values()
    ]
    assert [len(data) for data in sent.values()] == [stream.verified.total_len for stream in outcome.values()]


def test_a_cache_arrives_as_it_was_sent_and_answers_as_it_would_here(shared: Shared) -> None:
    outcome, datagrams = shared
    messages = [read_message(decode(one.data)) for one in datagrams]
    caches = [message for message in messages if isinstance(message, Cache)]
    assert caches == [one for stream in outcome.values() for one in stream.sent]
    for stream in outcome.values():
        keys, values = (
            np.concatenate([getattr(one, name).dense() for one in stream.sent]).astype(np.float32)
            for name in ("keys", "values")
        )
        here = share_cache.look_up(encoder(), share_cache.QUESTION, keys, values)
        assert np.array_equal(stream.found, Tensor.half(here).dense().astype(np.float32))


def test_what_is_found_in_a_shared_cache_is_as_like_as_the_form_is_exact(shared: Shared) -> None:
    likeness = {form: cosine(one.found, one.here) for form, one in shared[0].items()}
    assert likeness["F16"] > likeness["I8"] > likeness["Q4"] > 0.99
    assert likeness["I8"] > 0.9999


def test_a_lost_cache_is_sent_again_before_the_question_is_looked_up() -> None:
    lost: list[int] = []

    def second_of_the_first_stream(sent: Sent) -> bool:
        frame = decode(sent.data)
        lose = frame.type == MessageType.CACHE and frame.frame_seq == 2 and not lost
        if lose:
            lost.append(frame.stream_id)
        return lose

    outcome = run(share_cache.run(), FastLoop(second_of_the_first_stream))
    assert lost == [3]
    assert cosine(outcome["F16"].found, outcome["F16"].here) > 0.99999


def test_the_fusion_of_two_halves_is_right_more_often_than_either() -> None:
    outcome = run(fuse_sentences.run())
    odd, even, fused = (fuse_sentences.right(outcome, of) for of in ("odd", "even", "told_odd"))
    assert max(odd, even) < fused
    assert all(one.told_odd == one.told_even for one in outcome.values())
    assert fuse_sentences.halves("one two three") == ("one three", "two")


def test_a_small_model_learns_from_critiques_until_there_is_nothing_to_criticize() -> None:
    outcome = run(learn_sentences.run())
    assert outcome.magnitudes[-1] <= learn_sentences.BOUND < outcome.magnitudes[-2]
    assert list(outcome.magnitudes) == sorted(outcome.magnitudes, reverse=True)
    assert outcome.likeness > 0.999
