"""A testee for array frameworks: the profiles `quant` and `sparse` over `adapters.testee_kit`.

Standard library only, so that it can be imported before anything that may be missing. A testee gives `serve` its name,
its performers and the one exception that is a refusal:

    serve(Implementation("mine", "1.0", ResonantError, {"quantize": quantize, …}))

A performer takes the members of its op's input as keywords, bytes in place of hexadecimal, and returns the members of
the result, memoryviews in place of hexadecimal. It is called with what fits the schema only.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from .. import testee_kit as testees

PROFILES: Final = ("quant", "sparse")

Performer: TypeAlias = Callable[..., Mapping[str, memoryview]]


@dataclass(frozen=True, slots=True)
class Implementation:
    """What a testee stands for."""

    name: str
    version: str
    refusal: type[Exception]
    """What a performer raises to refuse its input; it has the attribute `code`. Anything else ends the process."""
    performers: Mapping[str, Performer]


def ops(implementation: Implementation) -> Mapping[str, testees.Op]:
    """The ops of a testee over it."""

    def hello(token: str) -> dict[str, Any]:
        who = {"name": implementation.name, "version": implementation.version}
        return testees.greet(token, **who, language="Python", profiles=PROFILES)

    found = {"hello": testees.Op({"token": testees.text}, {}, hello), "stop": testees.STOP}
    for op, shape in testees.SHAPES.items():
        found[op] = testees.Op(*shape, _in_hexadecimal(implementation.performers[op]))
    return found


def _in_hexadecimal(perform: Performer) -> testees.Performer:
    return lambda **given: {name: data.hex() for name, data in perform(**given).items()}


def serve(implementation: Implementation) -> None:
    """Bind, print the ports, answer until told to stop."""
    arguments = testees.read_arguments(argparse.ArgumentParser(description=f"The testee of {implementation.name}."))
    table = ops(implementation)
    testees.serve(lambda message: testees.answer(table, implementation.refusal, message), arguments.attach)
