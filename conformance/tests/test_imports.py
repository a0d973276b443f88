"""The import rules: every package is a stack of layers, and an import only goes down.

ARCHITECTURE.md shows the same as a picture.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest

from conformance.tests.imports import files, imported_by, imports

OURS = ("adapters", "conformance", "reports", "resonant", "vectors", "website")
WORLD = {"asyncio", "random", "secrets", "socket", "time"}
WORLDLY = ("resonant.asyncio", "resonant.jax", "resonant.torch")
"""The packages of the reference that bring the world to the rest: sockets and clocks, and frameworks above them."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Rooms that may import those of the layers before theirs, and not each other."""

    rooms: frozenset[str]
    reason: str
    """The purpose of the rooms, and so why nothing below them may need them."""


def layer(rooms: str, reason: str) -> Layer:
    return Layer(frozenset(rooms.split()), reason)


HOUSES: Mapping[str, tuple[Layer, ...]] = {
    "conformance": (
        layer("model", "it says what a case, a profile and a verdict are, and every other room speaks of them"),
        layer("wire", "it writes and reads frames without the reference, for whoever talks to an implementation"),
        layer("dialogue probes server", "each talks to an implementation in a way of its own and knows no other way"),
        layer("checks properties session", "they judge, and decide what counts; none of them knows pytest"),
        layer("pytest_plugin campaign", "each is one shell around judgements that run without it"),
        layer("tools", "they are programs around the suite, which runs without them"),
        layer("mutants", "they break the reference on purpose, so that nothing may depend on them"),
    ),
    "resonant": (
        layer("errors wire_values console lazy_numpy", "codes, numbers, terminals, of which all else is made"),
        layer("arguments", "it makes what a program gives plain, before anything else looks at it"),
        layer("reed_solomon transform tensor transport", "they turn bytes into bytes and know no frame"),
        layer("fec frame", "a frame is a header and slices, whatever they mean; repair computes one from others"),
        layer("arrays describe message", "what slices mean, what is said of a frame to people, and arrays in parts"),
        layer("peer", "a peer has messages to send; a codec has no peers"),
        layer("endpoint observe", "one has a peer for each link, one for each end of a conversation of others"),
        layer("asyncio", "it brings sockets, time and randomness, which are passed in everywhere below"),
        layer("jax torch", "each brings one framework's tensors, which nothing else needs to be there"),
        layer("__main__", "the command line has everything by one name"),
    ),
    "resonant.peer": (
        layer("events", "what a peer tells its application, in values"),
        layer("sync", "the objects of Sync frames, read and written by one table"),
        layer("config replies", "what a peer is given, and how much it answers"),
        layer("received", "a frame as it came, before anything is done about it"),
        layer("state", "what a peer remembers between frames"),
        layer("handlers", "what it does with a frame, a request or the time"),
        layer("peer", "the one class that applications see"),
    ),
    "adapters.driver": (
        layer("strict_json", "how anything is said to a testee and by it"),
        layer("answer errors limits running text", "what can come of a request, and what a testee is that runs"),
        layer("docker_options hello transport", "they are told what to read or where to send, and know no adapter"),
        layer("adapter", "adapter.toml, which says how a testee is built and started"),
        layer("launch", "a testee that runs on this machine"),
        layer("docker", "a testee in a container, which is launched on this machine all the same"),
        layer("build session", "a build, and a run from start to end, however it is launched"),
        layer("later", "the answer to what was asked in a run, for whoever wants it later"),
        layer("testee", "whoever asks sees this, whatever becomes of the testee in between"),
        layer("batch", "many requests in one message, to a testee that may be started again in between"),
        layer("peer_batch", "the same with datagrams, at the pace of other batches"),
    ),
    "vectors.make": (
        layer("repeats sent_frames", "what comes again in dialogues, whatever it means"),
        layer("compact transports", "how short a file of dialogues can be, and what can carry them"),
        layer("model", "what a group of cases is, and its file's text"),
        layer("manifest quant rs sources writer", "bytes without an opinion on frames, or cases that nobody generated"),
        layer("frame message", "the two layers that every other profile is written in"),
        layer("adapt", "a choice among quantizers, which it asks about"),
        layer("sparse zstd", "each adds one thing to a frame or a message"),
        layer("activations", "tensors of a real model, which every form of a tensor is asked about"),
        layer("dialogue xchacha", "what dialogues are made of; seals, also around compressed bodies"),
        layer("handshake", "a stream begins with a handshake"),
        layer("stream", "streams"),
        layer("tcp", "what a connection does to handshakes and streams"),
        layer("quic webrtc", "what several carriages in a connection add; what messages are instead of bytes"),
        layer("mux", "many streams, in sessions that know of it"),
        layer("fec", "repair is made of frames, and comes over whatever loses them"),
        layer("adaptive", "messages whose forms are chosen, on streams of every kind"),
        layer("corners", "cases that need both"),
        layer("dialogue_topics", "every dialogue"),
        layer("catalogue", "every group"),
        layer("__main__", "the command"),
    ),
    "reports": (
        layer("files outcome dump", "the form of the files, how a case may have ended, and what bytes look like"),
        layer("entry values", "one case of a run, whoever judged or read it; and two values beside each other"),
        layer("read compare statement causes", "each reads run files, or their cases, for one purpose"),
        layer("meaning history", "what a profile means to its users; runs of one implementation, one after another"),
        layer("cards", "the result and its causes in words, the same at a terminal and on a page"),
        layer("model failures", "what the page shows: numbers and clauses, and the failures"),
        layer("listed packed", "how all of them fit into one"),
        layer("html", "how it shows it"),
        layer(
            "campaign sequence trend",
            "pages of campaigns, conversations and many runs, which look like that of one",
        ),
        layer("__main__", "the command"),
    ),
    "website": (
        layer(
            "checks frames pictures places states worked", "one thing each: bytes as fields, links, diagrams as tables"
        ),
        layer("blocks linking vectors", "Markdown's code and links, and the cases that pages are about"),
        layer("markdown runs talk", "texts with their clauses, how cases went, and conversations as rows"),
        layer("data inputs layout", "what scripts draw, what a site is made of, and the frame around each page"),
        layer("pages", "each part of the navigation"),
        layer("build", "all of them, in one folder"),
        layer("__main__", "the command"),
    ),
    "conformance.mutants": (
        layer("engine", "how a mutant is made and tried, whichever it is"),
        layer(
            "catalogue rust servers",
            "the mutants: ours by profile, and those of the crate with the build that holds them; and wrong servers",
        ),
        layer("general runner testees", "they start processes that have a mutant, of the catalogue or a general tool"),
        layer("__main__ causes", "the command, and the one that measures how well reports name the causes"),
    ),
}
"""The rooms of each package from the bottom up."""

OUTSIDE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "resonant": ((), "the reference is bytes in, values out, and knows nothing of the project"),
    "adapters.driver": ((), "the driver knows the testee protocol and nothing of cases or verdicts"),
    "adapters.testee_kit": ((), "testees of others are made of it, so that it needs the standard library only"),
    "adapters.reference": (("adapters.testee_kit", "resonant"), "a testee drives one implementation"),
    "adapters.cuda": (("adapters.testee_kit",), "a testee drives one implementation"),
    "adapters.cuda-host": (("adapters.testee_kit", "adapters.cuda"), "it is the kernels of adapters/cuda on the host"),
    "adapters.frameworks": ((), "it is numbers and refusals, without the arrays of any framework"),
    "adapters.jax": (("adapters.frameworks", "adapters.testee_kit"), "a testee drives one implementation"),
    "adapters.triton": (("adapters.frameworks", "adapters.testee_kit"), "a testee drives one implementation"),
    "adapters.torch": (("adapters.frameworks", "adapters.testee_kit"), "a testee drives one implementation"),
    "reports": (("resonant.console", "resonant.describe"), "reports read files that anybody may have made"),
    "website": (
        ("reports", "resonant.console", "resonant.describe"),
        "the site shows what files say, whoever made them, and judges nobody",
    ),
    "vectors": (("resonant",), "the generator writes what the specification says, and judges nobody"),
    "conformance": (
        ("adapters.driver", "reports", "resonant.console", "resonant.describe"),
        "the suite reaches implementations through the driver alone, so that none is favoured",
    ),
    "conformance.mutants": (
        ("adapters.driver", "adapters.testee_kit", "conformance", "reports", "resonant"),
        "mutants are changes of the reference and its testee, which everything else only describes",
    ),
    "conformance.tools": (
        (
            "adapters.driver",
            "conformance",
            "reports",
            "resonant.console",
            "resonant.describe",
            "resonant.observe",
            "resonant.__main__",
        ),
        "the command line has every tool by one name, one of which says what goes on in a capture",
    ),
}
"""package -> what else of the project it may import, and why no more. The longest name that fits a module counts."""


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def is_worldly(name: str) -> bool:
    return any(inside(name, package) for package in WORLDLY)


def ours(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.partition(".")[0] in OURS}


def room_of(name: str, house: str) -> str:
    return name.removeprefix(house).removeprefix(".").partition(".")[0]


MODULES = sorted(files())


@pytest.mark.parametrize("house", HOUSES)
def test_an_arrow_only_goes_down(house: str) -> None:
    layers = HOUSES[house]
    floor = {room: number for number, one in enumerate(layers) for room in one.rooms}
    wrong = []
    for name in MODULES:
        room = room_of(name, house)
        for other in imported_by(name) if inside(name, house) and room in floor else ():
            below = room_of(other, house)
            if inside(other, house) and below in floor and below != room and floor[below] >= floor[room]:
                wrong.append(f"{name} imports {other}; {below} is not below {room}: {layers[floor[below]].reason}")
    assert wrong == []


@pytest.mark.parametrize("house", HOUSES)
def test_every_room_has_its_layer(house: str) -> None:
    listed = {room for one in HOUSES[house] for room in one.rooms}
    found = {room_of(name, house) for name in MODULES if inside(name, house)} - {""}
    apart = {"conftest"} | {room for room in found if house == "conformance" and room.startswith("test_")}
    assert found - apart == listed


def test_a_package_imports_of_the_project_what_its_row_allows() -> None:
    """One test for all: there are a thousand modules, and to tell of each takes longer than to look."""
    houses = {name: max((one for one in OUTSIDE if inside(name, one)), key=len, default="") for name in MODULES}
    assert {name for name, house in houses.items() if not house} <= {"adapters"}, "these have no row in OUTSIDE"
    wrong = []
    for name, house in houses.items():
        allowed, reason = OUTSIDE.get(house, ((), ""))
        for other in ours(imported_by(name)):
            if not any(inside(other, one) for one in (house, *allowed)):
                wrong.append(f"{name} imports {other}: {reason}")
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {name: {other for other in imported_by(name) if other in files() and other != name} for name in MODULES}
    while free := [name for name, others in left.items() if not others & left.keys()]:
        for name in free:
            del left[name]
    assert sorted(left) == []


def test_the_reference_imports_nothing_of_the_world() -> None:
    within = [name for name in MODULES if inside(name, "resonant") and not is_worldly(name)]
    tops = {name: {other.partition(".")[0] for other in imported_by(name)} for name in within}
    assert len(within) > 50
    assert {name for name, found in tops.items() if found & WORLD} == set(), "bytes, clocks and nonces are passed in"
    assert {name for name in within if any(map(is_worldly, imported_by(name)))} == set(), (
        f"{', '.join(WORLDLY)} are for programs alone"
    )


@pytest.mark.parametrize(
    "name", [name for name in MODULES if inside(name, "adapters.testee_kit") or inside(name, "adapters.frameworks")]
)
def test_what_testees_share_needs_the_standard_library_only(name: str) -> None:
    found = imported_by(name)
    assert {other.partition(".")[0] for other in found - ours(found)} <= sys.stdlib_module_names


def test_hand_made_vectors_never_meet_the_reference() -> None:
    """Nor does anything that their reader imports."""
    seen: set[str] = set()
    waiting = {"vectors.make.sources.hand"}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        found = ours(imported_by(name))
        assert {other for other in found if not inside(other, "vectors.make")} == set(), name
        waiting |= found - seen
    assert "vectors.make.model" in seen


def test_there_is_something_to_look_at() -> None:
    for house in (*HOUSES, *OUTSIDE):
        assert any(inside(name, house) for name in MODULES), house
    assert len([name for name in MODULES if inside(name, "conformance.mutants.catalogue")]) > 20


@pytest.mark.parametrize(
    ("source", "package", "found"),
    [
        ("import resonant.frame as d, os", "conformance", {"resonant.frame", "os"}),
        ("from resonant import decode", "conformance", {"resonant"}),
        ("from .model import Case", "conformance", {"conformance.model"}),
        ("from . import shell", "conformance", {"conformance.shell"}),
        ("from ..model.cases import Case", "conformance.probes", {"conformance.model.cases"}),
        ("from .. import x", "adapters.driver", {"adapters.x"}),
        ("from resonant.frame import header", "conformance", {"resonant.frame.header"}),
        ("def late():\n    import socket", "resonant", {"socket"}),
        ("class A:\n    if x:\n        pass\n    else:\n        import socket", "resonant", {"socket"}),
        ("try:\n    import a\nexcept E:\n    import b\nelse:\n    import c\nfinally:\n    import d", "x", {*"abcd"}),
        ("match x:\n    case 1:\n        with y:\n            import socket", "resonant", {"socket"}),
        ("async def late():\n    async for x in y:\n        import socket", "resonant", {"socket"}),
    ],
)
def test_imports_are_found_wherever_they_stand(source: str, package: str, found: set[str]) -> None:
    assert imports(source, package, {"resonant.frame.header"}) == found


def test_an_import_by_a_name_in_an_expression_is_refused() -> None:
    with pytest.raises(AssertionError, match="a name that is not there to read"):
        imports("late = [__import__(name) for name in names]", "resonant")
