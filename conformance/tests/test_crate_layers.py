"""The layers of the Rust crates: which of their modules may import which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

import pytest

from conformance.tests.support import ROOT

RUST = ROOT / "adapters/rust"

Module = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """Modules on one level. They import what lies below, and neither each other nor what lies above."""

    modules: tuple[str, ...]
    reason: str


CRATE = (
    Layer(("error", "limits"), "codes and limits are named by everything, so they know nothing"),
    Layer(("wire_values",), "the values of single fields mean the same to whoever reads them"),
    Layer(
        ("json", "rs", "tensor", "transform", "transport"),
        "what lies in a payload or around a body can be used without a frame",
    ),
    Layer(("repair",), "repair is made of frames as bytes, whatever is in them"),
    Layer(("frame",), "a frame is decoded as a whole before its message is read (MSG-21)"),
    Layer(("message",), "a message is read the same way whether a peer received its frame or not"),
    Layer(("peer",), "a peer uses the whole codec, which works without one"),
    Layer(("endpoint",), "a peer knows one connection, however many its endpoint has"),
    Layer(("net",), "sockets, threads and a clock are around all of it, for programs that want them"),
)
PEER = (
    Layer(("config", "rate_limit", "spares"), "what is set beforehand knows nothing of what comes"),
    Layer(("event",), "what users give and get holds no state of the protocol"),
    Layer(("sync",), "the JSON of a Sync frame is read and written without knowing what it leads to"),
    Layer(("correction", "handshake", "stream"), "the three are kept apart, so that each can be read alone"),
    Layer(("tolerances",), "what time and losses do to a tolerance can be read without a peer"),
    Layer(("state",), "state knows nothing of the handlers that change it"),
    Layer(("emit",), "a frame is sent in one way, whoever asks for it"),
    Layer(("managing",), "what waits goes in one way, whatever lets it go"),
    Layer(("streams",), "a stream goes on and ends in one way, whatever made it"),
    Layer(("carriages", "receive", "timers"), "what comes in and what falls due meet in the state and nowhere else"),
    Layer(("request_checks",), "what is asked for goes through the table of checks that receives (HSK-6)"),
    Layer(("adaptive_requests", "mux_requests", "requests"), "requests are checked in one way, whatever they are for"),
)
ENDPOINT = (
    Layer(("connections", "outputs"), "which connection goes first does not depend on what is done with any"),
    Layer(("links",), "a program has one way to every connection"),
    Layer(("quic", "streams"), "bytes, carriages and their ends lead to what a link does anyway"),
)

KIT = (
    Layer(("hex", "pieces"), "bytes, which know nothing of requests"),
    Layer(("schema",), "a value is read the same way whatever op it belongs to"),
    Layer(("lists",), "what few ops read is apart from what all of them do"),
    Layer(("requests", "values"), "a message is answered the same way however it came and whatever it holds"),
    Layer(
        ("implementation", "peer_batch", "session"),
        "what a testee offers and what is kept between datagrams need no socket",
    ),
    Layer(("calls",), "an op is read, called and written in one way"),
    Layer(("shard_ops",), "a group of ops knows nothing of the table that has them all"),
    Layer(("ops", "server"), "the sockets are in one place, so that another kind of them is a change of it alone"),
)
TESTEE = (
    Layer(("failure", "fields", "open", "peer_config", "peer_events", "wires"), "values and sockets know no ops"),
    Layer(("framing", "payload", "peers", "shards"), "what ops are made of knows no table of them"),
    Layer(("adapting", "peer_requests"), "elements are read as those of payloads are"),
    Layer(("peer_ops",), "peers do not know how they are asked"),
    Layer(("ops",), "the table has every op"),
    Layer(("main",), "the program"),
)

TABLES: tuple[tuple[str, Module, tuple[Layer, ...]], ...] = (
    ("resonant-protocol", (), CRATE),
    ("resonant-protocol", ("peer",), PEER),
    ("resonant-protocol", ("endpoint",), ENDPOINT),
    ("testee-kit", (), KIT),
    ("testee", (), TESTEE),
)
"""Package, folder of modules in it, and the layers there."""
LAYERED = pytest.mark.parametrize(("package", "parent", "layers"), TABLES)


@cache
def crate(package: str) -> Mapping[Module, str]:
    """The text of each module of a crate, by its path."""
    source = RUST / package / "src"
    return {module_of(path.relative_to(source).as_posix()): path.read_text("utf-8") for path in source.rglob("*.rs")}


def module_of(path: str) -> Module:
    """The module in a file: lib.rs is (), peer/mod.rs is (peer,), peer/emit.rs is (peer, emit)."""
    parts = PurePosixPath(path).with_suffix("").parts
    return parts[:-1] if parts[-1] in ("lib", "mod") else parts


def paths(text: str) -> Iterator[Module]:
    """Every path that starts with crate, super or self, and every child that is named; tests and comments apart."""
    code = re.sub(r"//[^\n]*", "", text.partition("#[cfg(test)]")[0])
    for start, inner, group in re.findall(r"\b(crate|super|self)((?:::\w+)*)(?:::\{([^}]*)\})?", code):
        assert "{" not in group, f"groups in groups are not read here; write lines of their own for {{{group}}}"
        names = [re.sub(r"\bas \w+|\s", "", name) for name in group.split(",")]
        for name in names if inner or group else []:
            yield tuple(part for part in f"{start}{inner}::{name}".split("::") if part)
    for head in re.findall(r"^(?:pub(?:\([^)]*\))? )?use ([a-z]\w*)::", code, re.MULTILINE):
        yield ("self", head)  # of another crate, if there is no such child


def imports(module: Module, modules: Mapping[Module, str]) -> set[Module]:
    """The modules that a module names."""
    found = set()
    for start, *rest in paths(modules[module]):
        base = {"crate": (), "super": module[:-1], "self": module}[start]
        path = (*base, *rest)
        while path not in modules:
            path = path[:-1]
        found.add(path)
    return found - {module}


def level(layers: tuple[Layer, ...], name: str) -> int:
    """The number of a module's layer, from the lowest."""
    return next(number for number, layer in enumerate(layers) if name in layer.modules)


def arrows_up(modules: Mapping[Module, str], parent: Module, layers: tuple[Layer, ...]) -> list[str]:
    """The imports below `parent` that go sideways or up, and why they must not."""
    depth, wrong = len(parent), []
    for module in modules:
        if module[:depth] != parent or len(module) == depth:
            continue
        own = module[depth]
        for target in imports(module, modules):
            if target[:depth] != parent or len(target) == depth or target[depth] == own:
                continue
            if level(layers, target[depth]) >= level(layers, own):
                reason = layers[level(layers, own)].reason
                wrong.append(f"{'::'.join(module)} imports {'::'.join(target)}, which is not below it: {reason}")
    return sorted(wrong)


def circle(modules: Mapping[Module, str]) -> list[Module]:
    """Modules that import each other in a circle, or nothing."""
    try:
        TopologicalSorter({module: imports(module, modules) for module in modules}).prepare()
    except CycleError as error:
        found: list[Module] = error.args[1]
        return found
    return []


@LAYERED
def test_imports_of_a_crate_go_down(package: str, parent: Module, layers: tuple[Layer, ...]) -> None:
    assert arrows_up(crate(package), parent, layers) == []


@LAYERED
def test_every_module_of_a_crate_has_its_layer(package: str, parent: Module, layers: tuple[Layer, ...]) -> None:
    depth = len(parent)
    there = {module[depth] for module in crate(package) if module[:depth] == parent and len(module) > depth}
    assert sorted(name for layer in layers for name in layer.modules) == sorted(there)


@pytest.mark.parametrize("package", sorted({package for package, _, _ in TABLES}))
def test_no_modules_of_a_crate_import_each_other_in_a_circle(package: str) -> None:
    assert circle(crate(package)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("use crate::peer::event::Event;", {("peer", "event")}),
        ("use crate::{frame::VFrame, peer};", {("frame",), ("peer",)}),
        ("use super::{state::Peer, event};", {("peer", "state"), ("peer", "event")}),
        ("pub(super) use crate::frame::{\n    VFrame,\n    VFrameView,\n};", {("frame",)}),
        ("fn f() { crate::frame::f() }", {("frame",)}),
        ("//! As [`crate::frame::f`].", set()),
        ("#[cfg(test)]\nmod tests { use crate::frame::f; }", set()),
    ],
)
def test_imports_are_found_as_they_are_written(text: str, found: set[Module]) -> None:
    modules = {
        ("peer", "emit"): text,
        ("peer", "state"): "",
        ("peer", "event"): "",
        ("peer",): "",
        ("frame",): "",
        (): "",
    }
    assert imports(("peer", "emit"), modules) == found


@pytest.mark.parametrize("line", ["use state::Peer;", "pub use state::Peer;", "pub(crate) use state::Peer;"])
def test_a_folder_imports_the_children_that_it_names(line: str) -> None:
    modules = {(): "", ("peer",): f"use std::fmt;\nmod state;\n{line}", ("peer", "state"): "", ("state",): ""}
    assert imports(("peer",), modules) == {("peer", "state")}


def test_an_arrow_up_is_found_with_its_reason() -> None:
    modules = {(): "", ("frame",): "use crate::peer::Peer;", ("peer",): "use crate::frame::VFrame;"}
    (wrong,) = arrows_up(modules, (), CRATE)
    assert wrong.startswith("frame imports peer, which is not below it: a frame is decoded as a whole")


def test_an_arrow_between_neighbours_is_found() -> None:
    modules = {(): "", ("json",): "use crate::tensor::Tensor;", ("tensor",): ""}
    assert len(arrows_up(modules, (), CRATE)) == 1


def test_a_circle_inside_a_folder_is_found() -> None:
    modules = {(): "", ("json",): "pub use value::Json;", ("json", "value"): "use super::Json;"}
    assert {("json",), ("json", "value")} <= set(circle(modules))
