"""The forward pass against what others say of this model, and its parts against each other.

The figures are those that the documentation of Sentence Transformers prints for all-MiniLM-L6-v2, on its page "Semantic
Textual Similarity" (docs/sentence_transformer/usage/semantic_textual_similarity.rst): computed there with PyTorch.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from minilm import HEADS, HIDDEN, LAYERS, MAX_TOKENS, gelu, load_layers, pool, run_layers, softmax

from .installed import encoder, needed

PRINTED = 0.00005
"""The error of a figure of four decimals."""
ROUNDING = 1e-6
"""The error of sums in binary32 here."""
WEATHER, SUNNY, STADIUM = "The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."
MOVIE, CAT, GUITAR = "The new movie is awesome", "The cat sits outside", "A man is playing guitar"
DOG, GREAT, WOMAN = "The dog plays in the garden", "The new movie is so great", "A woman watches TV"
PUBLISHED = [
    (WEATHER, SUNNY, 0.6660),
    (WEATHER, STADIUM, 0.1046),
    (SUNNY, STADIUM, 0.1411),
    (MOVIE, DOG, 0.0543),
    (MOVIE, GREAT, 0.8939),
    (MOVIE, WOMAN, -0.0502),
    (CAT, DOG, 0.2838),
    (CAT, GREAT, -0.0029),
    (CAT, WOMAN, 0.1310),
    (GUITAR, DOG, 0.2277),
    (GUITAR, GREAT, -0.0136),
    (GUITAR, WOMAN, -0.0327),
]
MANHATTAN = [12.6269, 20.2167, 20.1288]
"""Distances of the first three sentences, in the order of pairs."""

pytestmark = needed


@pytest.mark.parametrize(("one", "other", "similarity"), PUBLISHED)
def test_similarities_are_the_published_ones(one: str, other: str, similarity: float) -> None:
    found = encoder().encode(one) @ encoder().encode(other)
    assert abs(float(found) - similarity) <= PRINTED + ROUNDING


def test_manhattan_distances_are_the_published_ones() -> None:
    embeddings = encoder().encode_all([WEATHER, SUNNY, STADIUM]).astype(np.float64)
    found = [float(np.abs(one - other).sum()) for one, other in combinations(embeddings, 2)]
    assert np.abs(np.subtract(found, MANHATTAN)).max() <= PRINTED + HIDDEN * ROUNDING


def test_a_text_is_cut_into_pieces_between_two_marks_without_padding() -> None:
    """The example of Transformers' documentation, "Summary of the tokenizers", for this vocabulary."""
    pieces = ["i", "have", "a", "new", "gp", "##u", "!"]
    assert encoder().embed.tokens("I have a new GPU!") == ["[CLS]", *pieces, "[SEP]"]
    assert encoder().embed("I have a new GPU!").shape == (len(pieces) + 2, HIDDEN)
    assert encoder().embed("").shape == (2, HIDDEN)


def test_what_is_too_long_is_cut_off() -> None:
    assert encoder().embed("word " * 1000).shape == (MAX_TOKENS, HIDDEN)
    assert encoder().encode("word " * 1000).shape == (HIDDEN,)


def test_an_embedding_has_length_1_and_one_of_a_text_alone_is_that_among_others() -> None:
    together = encoder().encode_all([CAT, DOG])
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max() < ROUNDING
    assert np.array_equal(together[1], encoder().encode(DOG))


@pytest.mark.parametrize("split", range(LAYERS + 1))
def test_two_parts_compute_to_the_bit_what_the_whole_computes(split: int) -> None:
    state = run_layers(encoder().embed(CAT), encoder().layers[:split])
    rest = load_layers(range(split, LAYERS))
    assert np.array_equal(pool(run_layers(state, rest)), encoder().encode(CAT))


def test_a_layer_is_its_attention_and_the_rest() -> None:
    layer, state = encoder().layers[0], encoder().embed(CAT)
    found = layer.attend(layer.query(state), layer.key(state), layer.value(state))
    assert np.array_equal(layer.after_attention(state, found), layer(state))


def test_attention_is_a_mean_of_values_and_does_not_depend_on_their_order() -> None:
    layer, state = encoder().layers[0], encoder().embed(CAT)
    queries, keys, values = layer.query(state), layer.key(state), layer.value(state)
    found = layer.attend(queries, keys, values)
    assert (found <= values.max(axis=0) + ROUNDING).all()
    assert (found >= values.min(axis=0) - ROUNDING).all()
    assert np.allclose(layer.attend(queries, keys[::-1], values[::-1]), found, atol=1e-5)
    assert np.allclose(layer.attend(queries, keys[:1], values[:1]), values[:1], atol=1e-5)
    assert HIDDEN % HEADS == 0


def test_gelu_is_x_times_the_normal_distribution_at_x() -> None:
    known = {0: 0, 1: 0.8413447, 2: 0.9772499, -1: 1 - 0.8413447}
    for number, share in known.items():
        assert math.isclose(float(gelu(np.array([number], np.float32))[0]), number * share, abs_tol=1e-6)


def test_softmax_survives_large_scores() -> None:
    shares = softmax(np.array([[1000, 1000, -1000]], np.float32))
    assert shares.tolist() == [[0.5, 0.5, 0]]
