"""Smaller inputs than a given one, op by op: the largest cuts first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...model.cases import DIALOGUE
from ...model.peer_requests import CONFIG
from ..inputs import Input
from .frames import smaller_fields, smaller_frames

_WIDTHS = {"f16": 2, "f32": 4, "bf16": 2}
_BYTES = ("data", "plain", "zstd", "aad", "sealed", "dense", "nonce", "key")
_OF_WAYS = ("datagrams", "channels", "association")
_TEXTS = ("space_id", "arch", "data_sig")


def smaller(one: Input) -> Iterator[Input]:
    """Inputs that are smaller than this one, or plainer."""
    make = _MAKERS.get(one.op, _smaller_bytes)
    for given in make(one.given):
        yield replace(one, given=given)


def cuts(count: int) -> Iterator[tuple[int, int]]:
    """Ranges that may be left out of `count` things: halves, quarters … and each."""
    size = count
    while size:
        yield from ((at, min(at + size, count)) for at in range(0, count, size))
        size //= 2


def without(text: str, width: int = 1) -> Iterator[str]:
    """Bytes in hex with some left out, in whole elements of so many bytes; and with what is left made 0."""
    count = len(text) // (2 * width)
    for first, last in cuts(min(count, 4096)):
        yield text[: 2 * width * first] + text[2 * width * last :]
    for first, last in cuts(min(count, 256)):
        zeros = "00" * width * (last - first)
        made = text[: 2 * width * first] + zeros + text[2 * width * last :]
        if made != text:
            yield made


def _smaller_bytes(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "level" in given:
        yield {name: value for name, value in given.items() if name != "level"}
    for name in _BYTES:
        if name in ("nonce", "key") and name in given:
            zero = "00" * (len(given[name]) // 2)
            if zero != given[name]:
                yield {**given, name: zero}
        elif name in given:
            yield from ({**given, name: text} for text in without(given[name], _WIDTHS.get(given.get("source", ""), 1)))


def _smaller_texts(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in _TEXTS:
        for first, last in cuts(len(given[name])):
            yield {**given, name: given[name][:first] + given[name][last:]}


def _smaller_tensors(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """sparse_encode: fewer elements of one dim, then zeros."""
    dims = list(given["dims"])
    for elements in sorted({0, 1, 2, len(given["dense"]) // 8, len(given["dense"]) // 4 - 1}):
        if 0 <= elements < len(given["dense"]) // 4:
            yield {"dims": [elements], "dense": given["dense"][: 4 * elements]}
            yield {"dims": dims, "dense": given["dense"][: 4 * elements]}
    yield from (
        {**given, "dims": dims[:at] + dims[at + 1 :]} for at, dim in enumerate(dims) if dim == 1 and len(dims) > 1
    )
    yield from ({**given, "dense": text} for text in without(given["dense"], 2) if len(text) == len(given["dense"]))


def _smaller_codes(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """dequantize: fewer elements with their codes and scales, then zeros."""
    count, bits = given["count"], given["bits"]
    for fewer in sorted({0, 1, 2, 31, 32, 33, count // 2, count - 1}):
        if 0 <= fewer < count:
            taken = (fewer + 1) // 2 if bits == 4 else fewer
            made = {**given, "count": fewer, "codes": given["codes"][: 2 * taken]}
            if "scale" in given:
                made["scale"] = given["scale"][: 4 * -(-fewer // 32)]
            yield made
    for name in ("codes", "scale"):
        if name in given:
            yield from ({**given, name: text} for text in without(given[name], 2 if name == "scale" else 1))


def _smaller_sparse(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """sparse_decode: fewer rows with their values, then smaller parts of each."""
    rows, rank = len(given["values"]) // 4, len(given["dims"])
    for first, last in cuts(rows):
        index = given["index"][: 8 * rank * first] + given["index"][8 * rank * last :]
        values = given["values"][: 4 * first] + given["values"][4 * last :]
        yield {**given, "values": values, "index_dims": [rows - last + first, *given["index_dims"][1:]], "index": index}
    for name in ("values", "index"):
        yield from ({**given, name: text} for text in without(given[name], 2))


def _smaller_dialogues(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Fewer steps, the plain configuration member by member, and what is said of ways for once left out."""
    steps = given["steps"]
    yield from ({key: value for key, value in given.items() if key != name} for name in _OF_WAYS if name in given)
    yield from ({**given, "steps": steps[:first] + steps[last:]} for first, last in cuts(len(steps)))
    own = given["config"]
    plain = {name: CONFIG[name] for name in own if name in CONFIG and CONFIG[name] != own[name]}
    if plain:
        yield {**given, "config": own | plain}
    yield from ({**given, "config": own | {name: value}} for name, value in plain.items())


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Mapping[str, Any]]]] = {
    "decode": smaller_frames,
    "read_message": smaller_frames,
    "encode": smaller_fields,
    "space_hash": _smaller_texts,
    "sparse_encode": _smaller_tensors,
    "sparse_decode": _smaller_sparse,
    "dequantize": _smaller_codes,
    DIALOGUE: _smaller_dialogues,
}
