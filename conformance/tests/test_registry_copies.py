"""Copies of specs/registry.toml elsewhere: schemas, both implementations, and the suite's own constants."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

import pytest
from resonant import CloseCode, DropCode, DType, Flags, MessageType, Modality, RejectCode
from resonant.describe.registry import Value, registry
from resonant.errors import FRAME_CODES
from resonant.peer.config import DTYPE_NAMES, MODALITY_NAMES
from resonant.peer.sync.objects import METHODS

from adapters.driver import hello
from adapters.driver.transport import pieces
from conformance.model.cases import DIALOGUE, load_cases
from conformance.model.peer_requests import CONFIG, PEER_OPS
from conformance.probes.claims import ASKS
from conformance.server import dropped, streams
from conformance.server.catalogue import CHECKS
from conformance.tests.support import ROOT
from conformance.wire import build as wire
from conformance.wire.read import PAYLOAD_BYTES
from conformance.wire.read import SPARSE as DTYPE_WITH_INDEX
from vectors.make.model import SPEC_VERSION

REGISTRY = registry()
SOURCES = sorted((ROOT / "adapters/rust/resonant-protocol/src").rglob("*.rs"))
CRATE = "\n".join(path.read_text("utf-8") for path in SOURCES)
SHARED_SCHEMAS = {"fields", "reply", "request"}
ON_PEERS = {op for name in ("handshake", "webrtc") for op in REGISTRY.profiles[name].ops}
DIALOGUES = [one.name for one in REGISTRY.profiles.values() if one.dialogues]
DATA_TYPES = [number for name, number in REGISTRY.types.items() if name != "Sync"]
MODALITIES = [one.value for one in REGISTRY.modalities.values()]


def schema(path: str) -> Any:
    return json.loads((ROOT / path).read_bytes())


def in_python(name: str) -> str:
    """SparseCoo -> SPARSE_COO."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).upper()


def events_of(listed: list[Any]) -> dict[str, tuple[str, ...]]:
    """The events of a schema's oneOf, and the members that each has besides its link."""
    found = [one["properties"] for one in listed]
    return {one["event"]["const"]: tuple(name for name in one if name not in ("link", "event")) for one in found}


def test_vectors_have_the_profiles_and_ops() -> None:
    found = schema("vectors/schema.json")
    properties, profiles = found["properties"], list(REGISTRY.profiles)
    assert properties["spec"]["const"] == REGISTRY.spec == SPEC_VERSION == hello.SPEC
    assert properties["profile"]["enum"] == profiles
    required = properties["requires"]["items"]["enum"]
    assert required == [name for name in profiles if name in required]
    assert {name for case in load_cases() for name in case.requires} <= set(required)
    plain = [op for one in REGISTRY.profiles.values() for op in one.ops if op not in ON_PEERS]
    assert sorted(properties["op"]["enum"]) == sorted([*plain, DIALOGUE])
    assert found["then"]["properties"]["profile"]["enum"] == DIALOGUES
    only = [name for name in DIALOGUES if not set(REGISTRY.profiles[name].ops) - ON_PEERS]
    assert found["else"]["properties"]["profile"]["not"]["enum"] == only


def test_vectors_have_the_values_of_the_header() -> None:
    frame = schema("vectors/schema.json")["$defs"]["frame"]
    properties = frame["properties"]
    assert properties["type"]["enum"] == list(REGISTRY.types.values())
    assert properties["modality"]["enum"] == MODALITIES
    assert properties["flags"]["maximum"] == sum(map(REGISTRY.mask, REGISTRY.flags))
    sealed = REGISTRY.mask("XCHACHA")
    every = range(properties["flags"]["maximum"] + 1)
    assert frame["if"]["properties"]["flags"]["enum"] == [flags for flags in every if flags & sealed]
    assert properties["json"]["properties"]["method"]["enum"] == list(REGISTRY.methods)
    assert frame["oneOf"][0]["properties"]["type"]["const"] == REGISTRY.types["Sync"]
    assert properties["nonce"]["pattern"] == f"^[0-9a-f]{{{2 * REGISTRY.limit('nonce_bytes')}}}$"


def test_vectors_have_the_events() -> None:
    event = schema("vectors/schema.json")["$defs"]["event"]["oneOf"]
    assert events_of(event) == dict(REGISTRY.events)
    assert list(events_of(event)) == list(REGISTRY.events)
    message = event[list(REGISTRY.events).index("message")]
    assert message["properties"]["type"]["enum"] == DATA_TYPES


def test_each_op_has_a_schema_and_each_schema_an_op() -> None:
    ops = {op for one in (*REGISTRY.profiles.values(), REGISTRY.testee) for op in one.ops}
    assert {path.stem for path in (ROOT / "specs/ops").glob("*.json")} == ops | SHARED_SCHEMAS


def test_the_schemas_of_ops_have_the_same_values() -> None:
    greeting = schema("specs/ops/hello.json")["$defs"]["ok"]["properties"]
    assert greeting["spec"]["const"] == REGISTRY.spec
    for one in schema("specs/ops/peer_send.json")["$defs"]["input"]["oneOf"][:2]:  # message and adaptive
        sending = one["properties"]
        assert (sending["type"]["enum"], sending["modality"]["maximum"]) == (DATA_TYPES, max(MODALITIES))
    reading = schema("specs/ops/read_message.json")["$defs"]
    assert reading["tensor"]["properties"]["dtype"]["enum"] == [one.value for one in REGISTRY.dtypes.values()]
    assert reading["tensor"]["properties"]["dims"]["maxItems"] == REGISTRY.limit("max_slice_dims")
    kinds = [one["properties"]["kind"]["const"] for one in reading["message"]["oneOf"]]
    assert [kind for kind in kinds if kind != "heart"] == [name.lower() for name in REGISTRY.types]
    polled = schema("specs/ops/peer_poll.json")["$defs"]["ok"]["properties"]["events"]["items"]["oneOf"]
    assert events_of(polled) == dict(REGISTRY.events)
    missing = polled[list(REGISTRY.events).index("incomplete")]["properties"]["missing"]
    assert missing["maxItems"] == REGISTRY.limit("max_missing_numbers")


def test_each_method_has_a_schema_and_each_schema_a_method() -> None:
    assert {path.stem for path in (ROOT / "specs/sync").glob("*.json")} == set(REGISTRY.methods)
    for name in REGISTRY.methods:
        assert schema(f"specs/sync/{name}.json")["properties"]["method"]["const"] == name
    for name in ("ping", "capability"):
        space = schema(f"specs/sync/{name}.json")["properties"]["embedding_space_id"]
        assert space["maxLength"] == REGISTRY.limit("max_space_id_chars")


def test_the_reference_has_the_codes_in_order() -> None:
    assert [*RejectCode, *DropCode, *CloseCode] == list(REGISTRY.codes)
    assert tuple(DropCode) == REGISTRY.codes_of("dropped")
    assert tuple(CloseCode) == REGISTRY.codes_of("closed")
    assert REGISTRY.codes_of("frame") == FRAME_CODES


@pytest.mark.parametrize(
    ("enum", "values"),
    [
        (MessageType, REGISTRY.types),
        (DType, {name: one.value for name, one in REGISTRY.dtypes.items()}),
        (Modality, {name: one.value for name, one in REGISTRY.modalities.items()}),
        (wire.Type, REGISTRY.types),
    ],
    ids=["reference type", "reference dtype", "reference modality", "outside type"],
)
def test_an_enum_has_the_names_and_numbers(enum: type[IntEnum], values: Mapping[str, int]) -> None:
    assert [(one.name, one.value) for one in enum] == [(in_python(name), value) for name, value in values.items()]


def test_the_reference_has_the_names_of_peers() -> None:
    assert dict(DTYPE_NAMES) == {one.value: one.listed for one in REGISTRY.dtypes.values()}
    assert dict(MODALITY_NAMES) == {one.value: one.listed for one in REGISTRY.modalities.values()}
    assert list(METHODS) == list(REGISTRY.methods)
    assert {flag.name: flag.value for flag in Flags} == {name: REGISTRY.mask(name) for name in REGISTRY.flags}


def variants(kind: str) -> Iterator[tuple[str, int]]:
    """The variants of an enum of the crate that `wire_enum!` makes."""
    found = re.search(rf"^wire_enum! \{{[^{{]*^    {kind}, .*?^    \{{$(.*?)^    \}}$", CRATE, re.M | re.S)
    assert found is not None, f"the crate has no wire_enum! {kind}"
    for name, value in re.findall(r"^        (\w+) = (\w+),$", found[1], re.M):
        yield name, int(value, 0)


def test_the_crate_has_the_codes_in_order() -> None:
    found = re.search(r"^reject_codes! \{$(.*?)^\}$", CRATE, re.M | re.S)
    assert found is not None
    assert re.findall(r'^    \w+ = "(\w+)",$', found[1], re.M) == list(REGISTRY.codes)


@pytest.mark.parametrize(("kind", "values"), [("DType", REGISTRY.dtypes), ("Modality", REGISTRY.modalities)])
def test_the_crate_has_the_values_and_what_they_are_called_in_lists(kind: str, values: Mapping[str, Value]) -> None:
    assert list(variants(kind)) == [(one.name, one.value) for one in values.values()]
    listed = re.findall(rf'^        {kind}::(\w+) => "(\w+)",$', CRATE, re.M)
    assert listed == [(one.name, one.listed) for one in values.values()]


def test_the_crate_has_the_types_flags_and_methods() -> None:
    assert list(variants("MsgType")) == list(REGISTRY.types.items())
    flags = re.findall(r"^    pub const ([A-Z_]+): Self = Self\(1(?: << (\d+))?\);$", CRATE, re.M)
    assert [(name, int(bit or 0)) for name, bit in flags] == list(REGISTRY.flags.items())
    assert re.findall(r'^            "(\w+)" => Method::\w+,$', CRATE, re.M) == list(REGISTRY.methods)


def test_the_crate_has_the_limits_under_their_names() -> None:
    text = (ROOT / "adapters/rust/resonant-protocol/src/limits.rs").read_text("utf-8")
    found = dict(re.findall(r"const (\w+): [^=]+ = \[?([\d_, ]+)\]?;$", text, re.M))
    named = {name: [int(number.replace("_", "")) for number in found[name].split(",")] for name in found}
    limits = [limit for limit in REGISTRY.limits.values() if limit.name.upper() in named]
    for limit in limits:
        value = limit.value if isinstance(limit.value, tuple) else (limit.value,)
        assert named[limit.name.upper()] == list(value), limit.name
    peers = [limit.name for limit in REGISTRY.limits.values() if limit.group in ("handshake", "stream")]
    assert set(peers) <= {limit.name for limit in limits}


def test_the_suite_has_the_ops_and_lists_of_peers() -> None:
    assert tuple(case.op for case in PEER_OPS) == REGISTRY.profiles["handshake"].ops
    assert CONFIG["modality"] == [one.listed for one in REGISTRY.modalities.values()]
    assert {check.profile for check in CHECKS} <= set(REGISTRY.profiles)


def test_every_testee_can_be_asked_something_it_claims() -> None:
    alone = {one.name for one in REGISTRY.profiles.values() if not one.needs}
    assert alone <= {offer.profile for offer in ASKS}


def test_what_speaks_for_itself_has_the_same_numbers() -> None:
    """The driver knows neither the suite nor specs/, and the talk with a server builds its frames by itself."""
    assert REGISTRY.limit("max_message_pieces") == pieces.MAX_PIECES
    assert REGISTRY.limit("max_piece_bytes") == pieces.PIECE_BYTES
    assert REGISTRY.limit("replay_window_numbers") == dropped.WINDOW
    assert REGISTRY.limit("max_missing_numbers") == streams.MOST_MISSING
    assert tuple(map(REGISTRY.mask, REGISTRY.flags)) == (wire.ZSTD, wire.XCHACHA, wire.STRONG_TAIL)
    dtypes = [one.value for one in REGISTRY.dtypes.values()]
    assert list(wire.DType) == dtypes
    assert {*PAYLOAD_BYTES, DTYPE_WITH_INDEX} == set(dtypes)
