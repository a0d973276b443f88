"""Dialogues outside of vectors/data: files named on the command line, looked at closely before they are played."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resonant.describe.vector_files import whole_cases

from ..model.cases import DIALOGUE, TRANSPORTS, VECTORS, Case, VectorError, read_cases
from ..wire.sync import fits
from .ends import CHOSEN, QUIC, UDP, WEBRTC
from .parse import DialogueError, parse_dialogue
from .steps import Act, Close, Dialogue, ExpectEnd, Step, Text, Write

if TYPE_CHECKING:
    import jsonschema

SCHEMA = VECTORS.parent / "schema.json"


def load_dialogues(path: Path) -> tuple[Case, ...]:
    """The dialogues of a vector file. Raises VectorError, whose text names the file and says what is wrong."""
    try:
        file = json.loads(path.read_bytes())
        fault = next(_faults(file), None)
    except (OSError, ValueError) as error:
        raise VectorError(f"{path}: {error}") from error
    if fault is not None:
        raise VectorError(f"{path}: {fault}")
    return tuple(read_cases(file, path))


def load_vectors(path: Path) -> tuple[Case, ...]:
    """The cases of a vector file of any op that lies elsewhere than in vectors/data. Raises VectorError."""
    try:
        file = json.loads(path.read_bytes())
        error = next(_schema().iter_errors(file), None)
    except (OSError, ValueError) as fault:
        raise VectorError(f"{path}: {fault}") from fault
    if error is not None:
        raise VectorError(f"{path}: {_misfit(error)}")
    return load_dialogues(path) if file["op"] == DIALOGUE else tuple(read_cases(file, path))


def _faults(file: Any) -> Iterator[str]:
    errors = list(_schema().iter_errors(file))
    yield from (_misfit(error) for error in errors if "input" not in error.absolute_path)
    if file["op"] != DIALOGUE:
        yield f"its op is {file['op']}, not {DIALOGUE}"
    try:
        for entry in whole_cases(file):
            for fault in dialogue_faults(entry["input"], entry.get("transports", TRANSPORTS)):
                yield f"{entry['id']}: {fault}"
    except ValueError as error:  # a part that is not there, a repeat without end
        yield from map(_misfit, errors)
        yield str(error)
    yield from map(_misfit, errors)  # what is left of them: a schema says less clearly what is wrong with a step


def _misfit(error: jsonschema.ValidationError) -> str:
    """The fault of a file in words: of what may be one of several things, that which lies deepest."""
    leaves = list(_leaves(error))
    path = max((leaf.absolute_path for leaf in leaves), key=len)
    there = [leaf for leaf in leaves if leaf.absolute_path == path]
    names = [repr(leaf.validator_value) for leaf in there if leaf.validator == "const"]
    first = there[0]
    several = len(names) == len(there) > 1
    text = (
        f"{first.instance!r:.200} is not one of {', '.join(dict.fromkeys(names))}" if several else first.message[:200]
    )
    where = ".".join(map(str, path)) or "the file"
    return f"{where} does not fit vectors/schema.json: {text}"


def _leaves(error: jsonschema.ValidationError) -> Iterator[jsonschema.ValidationError]:
    if not error.context:
        yield error
    for inner in error.context or ():
        yield from _leaves(inner)


def dialogue_faults(given: Mapping[str, Any], transports: Collection[str] = (UDP,)) -> Iterator[str]:
    """Faults in a case's input: they keep it from being played, or would make a testee report a bad request.

    transports: those over which it is to be played.
    """
    try:
        dialogue = parse_dialogue(given)
    except DialogueError as error:
        yield str(error)
        return
    opening: dict[str, Any] = {"role": dialogue.role, "config": dialogue.config}
    if dialogue.stream_id is not None:
        opening |= {"link": CHOSEN, "transport": UDP, "remote": 1, "stream_id": dialogue.stream_id}
    yield from _misfits("peer_open", opening, "role and config")
    yield from _wrong_acts(dialogue)
    for number, step in enumerate(dialogue.steps, start=1):
        if isinstance(step, Write | Close) and UDP in transports:
            yield f'step {number}: it needs a connection, so the case has to say "transports": ["tcp"]'
        elif isinstance(step, Text) and set(transports) != {WEBRTC}:
            yield f'step {number}: a text message needs a channel, so the case has to say "transports": ["webrtc"]'
        elif _names_carriage(step) and set(transports) not in _WITH_CARRIAGES[isinstance(step, ExpectEnd)]:
            yield f'step {number}: it names a carriage, so the case has to say "transports": ["quic"]'
    if (dialogue.channels or dialogue.association) and set(transports) != {WEBRTC}:
        yield 'channels and association are those of WebRTC, so the case has to say "transports": ["webrtc"]'
    if dialogue.datagrams is not None and set(transports) != {QUIC}:
        yield 'datagrams are those of QUIC, so the case has to say "transports": ["quic"]'


_WITH_CARRIAGES = {False: ({QUIC},), True: ({QUIC}, {WEBRTC})}
"""Whether a step expects an end -> the transports that have what it names; a channel of WebRTC is its own main."""


def _names_carriage(step: Step) -> bool:
    return isinstance(step, ExpectEnd) or bool({"on", "of", "code"} & step.raw.keys())


def _wrong_acts(dialogue: Dialogue) -> Iterator[str]:
    for number, step in enumerate(dialogue.steps, start=1):
        if isinstance(step, Act):
            yield from _misfits("peer_send", step.request, f"step {number}: act")


def _misfits(op: str, given: Mapping[str, Any], what: str) -> Iterator[str]:
    if not fits(f"ops/{op}.json", "input", given):
        yield f"{what} does not fit specs/ops/{op}.json"


@cache
def _schema() -> jsonschema.Draft202012Validator:
    import jsonschema  # noqa: PLC0415 - takes a while, and few runs are given files

    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_bytes()))
