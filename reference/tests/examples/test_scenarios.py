"""The results of the four scenarios of reference/examples, over real UDP."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace

import critique_loop
import ensemble
import numpy as np
import pipeline
import pytest
import routing
from resonant import DType, Modality, Tensor, Think, decode, read_message
from resonant.asyncio import connect, serve

from reference.tests.asyncio.fast_loop import FastLoop, run
from reference.tests.support import ROOT

WAIT_S = 20
HALF = 2.0**-11
"""The greatest relative error of rounding to binary16, for elements that are not subnormal."""


def test_a_model_on_two_machines_computes_what_it_computes_on_one() -> None:
    outcome = asyncio.run(pipeline.run())
    layers = pipeline.weights()
    second_half = layers[pipeline.LAYERS // 2 :]
    hidden = pipeline.run_layers(pipeline.tokens(), layers[: pipeline.LAYERS // 2])
    # tanh has slope 1 at most, so a residual layer enlarges an error at most by 1 and the norm of its matrix.
    enlarged = float(np.prod([1 + np.linalg.norm(layer, 2) for layer in second_half]))
    bound = enlarged * HALF * np.linalg.norm(hidden) + 1.01 * HALF * np.linalg.norm(outcome.whole)
    assert len(outcome.split) == pipeline.PASSES
    for split in outcome.split:
        assert split.shape == (pipeline.TOKENS, pipeline.D_MODEL)
        assert np.linalg.norm(outcome.whole - split) <= bound
    assert np.linalg.norm(outcome.whole - hidden) > 20 * bound, "the second half has to matter"


def test_the_pipeline_survives_a_network_that_loses_one_datagram_in_ten() -> None:
    loop = FastLoop()
    outcome = run(pipeline.run(), loop)
    frames, _ = outcome.lost
    assert frames >= 3
    assert all(np.array_equal(split, outcome.split[0]) for split in outcome.split)
    assert loop.time() < 1, "nobody waits, and nobody asks again"


def test_without_repair_the_pipeline_waits_for_what_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "CONFIG", replace(pipeline.CONFIG, repair=None))
    with pytest.raises(BaseExceptionGroup):
        run(pipeline.run(), FastLoop())


def test_the_fusion_of_two_models_sees_what_neither_sees_alone() -> None:
    outcome = asyncio.run(ensemble.run())
    assert ensemble.LABELS[int(np.argmax(outcome.image))] == "cat"
    assert ensemble.LABELS[int(np.argmax(outcome.text))] == "car"
    assert ensemble.LABELS[int(np.argmax(outcome.told_text))] == "fox"
    assert np.array_equal(outcome.told_vision, outcome.told_text)
    # An element in 4 bits is off by half a step, a 14th of its block's greatest, and a score by the length of that.
    greatest = np.abs(ensemble.image_features()).max()
    bound = ensemble.D_MODEL**0.5 * (greatest / 14 + greatest / 7 * 8 * HALF) / 2 + 4 * HALF
    assert np.abs(outcome.told_text - (outcome.image + outcome.text) / 2).max() <= bound


def test_the_image_travels_in_four_bits_with_scales() -> None:
    loop = FastLoop()
    run(ensemble.run(), loop)
    frames = [decode(sent.data) for sent in loop.sent]
    (image,) = [read_message(frame) for frame in frames if frame.modality == Modality.IMAGE]
    assert isinstance(image, Think)
    assert image.hidden.dtype == DType.Q4
    assert image.hidden.scales() is not None


def test_the_fusion_waits_for_a_new_text_with_each_new_image() -> None:
    async def work() -> list[bool]:
        config = ensemble.CONFIG
        async with asyncio.TaskGroup() as tasks, await serve(config) as server:
            tasks.create_task(ensemble.fuse(server))
            async with await connect(config, server.address) as vision, await connect(config, server.address) as words:
                same = []
                for stream_id, number in ((1, 1.0), (3, 2.0)):
                    hidden = Tensor.half(np.full((1, ensemble.D_MODEL), number))
                    seen = tasks.create_task(ensemble.ask_fusion(vision, hidden, Modality.IMAGE, stream_id))
                    for _ in range(10):
                        await asyncio.sleep(0)  # all that can be done without a text is done
                    read = await ensemble.ask_fusion(words, hidden, Modality.TEXT, stream_id)
                    wanted = ensemble.scores(hidden.dense()).astype(np.float16)
                    same.append(np.array_equal(await seen, wanted) and np.array_equal(read, wanted))
                return same

    assert run(work()) == [True, True]


def test_an_image_goes_before_the_text_that_was_given_first() -> None:
    assert run(ensemble.front_end()) == [Modality.IMAGE, Modality.TEXT]


def test_a_model_learns_from_critiques_until_there_is_nothing_to_criticize() -> None:
    outcome = asyncio.run(critique_loop.run())
    magnitudes = outcome.magnitudes
    assert magnitudes[0] > 1
    assert magnitudes[-1] <= critique_loop.BOUND < magnitudes[-2]
    assert magnitudes == sorted(magnitudes, reverse=True)
    wanted = critique_loop.text() @ critique_loop.weights_of_b()
    learned = critique_loop.text() @ outcome.weights
    assert np.abs(learned - wanted).max() <= critique_loop.BOUND + HALF * np.abs(wanted).max() * 1.01


def test_queries_reach_the_specialist_of_their_space_and_topic() -> None:
    outcome = asyncio.run(routing.run())
    topics = {one.name: one.topic for one in routing.SPECIALISTS}
    names = {text: name for text, (name, _) in outcome.answers.items()}
    assert names == {
        "why does it hurt here?": "medicine",
        "may they do that?": "law",
        "a warble at dawn": "birdsong",
        "a rattle when it is cold": "engines",
    }
    for text, (name, answer) in outcome.answers.items():
        known = routing.facts(topics[name])
        nearest = max(known, key=lambda fact: float(fact @ routing.QUERIES[text][0]))
        assert np.array_equal(answer, nearest.astype(np.float16))


def test_the_router_is_exact_until_a_specialist_says_what_it_can_bear() -> None:
    forms = asyncio.run(routing.run()).forms
    for text, (query, _) in routing.QUERIES.items():
        assert forms[text] == [DType.F16, Tensor.adapted(query, routing.DB_20).dtype]
        assert forms[text][1] in (DType.I8, DType.Q4)


def test_the_router_bears_more_until_nothing_is_lost() -> None:
    rounds = run(routing.run(), FastLoop()).rounds
    assert [len(one.contexts) for one in rounds] == [routing.ASKS] * routing.ROUNDS, "every stream is whole"
    assert set(rounds[0].contexts) == {DType.I8}
    assert rounds[0].lost > 0
    assert rounds[-1] == routing.Round([DType.Q4] * routing.ASKS, 0)


def test_a_specialist_of_another_space_refuses() -> None:
    assert asyncio.run(routing.run()).refusal == "SPACE_MISMATCH"


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("pipeline", "greatest difference from one machine: "),
        ("ensemble", "a front end that gives a text and then an image sends image and then text"),
        ("critique_loop", "round "),
        ("routing", "words put to engines      → SPACE_MISMATCH"),
    ],
)
def test_a_scenario_runs_as_a_program_and_says_what_happened(name: str, last: str) -> None:
    command = [sys.executable, str(ROOT / "reference" / "examples" / f"{name}.py")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1].startswith(last)
