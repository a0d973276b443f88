"""specs/registry.toml: read strictly, whole in itself, and the same as the clauses and tables of the specification."""

from __future__ import annotations

import re

import pytest
from resonant.describe.clauses import load_clauses
from resonant.describe.registry import FILE, UNITS, Code, Limit, Profile, RegistryError, parse, registry

from conformance.tests.support import ROOT
from conformance.tests.tables import names, table

REGISTRY = registry()
CLAUSES = load_clauses()
TEXT = (ROOT / "specs" / FILE).read_text("utf-8")
WRONG = {
    "no TOML": ("[profiles.frame]", "[profiles.frame", "registry.toml: TOMLDecodeError"),
    "a table missing": ("[events]", "[occurrences]", "registry.toml: KeyError('events')"),
    "an unknown key": ("dialogues = true", "dialogue = true", "handshake has dialogue; known are beyond, dialogues"),
    "a key missing": ('families = ["FRM", "SPC"]', "", "frame: .* missing 1 required positional argument: 'families'"),
    "a code twice": ("REFLECTED =", "BAD_TYPE =", "duplicate entry: BAD_TYPE"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_it_is_named(name: str) -> None:
    there, instead, said = WRONG[name]
    assert there in TEXT
    with pytest.raises(RegistryError, match=said.replace("(", r"\(").replace(")", r"\)")):
        parse(TEXT.replace(there, instead, 1))


def test_a_limit_without_a_unit_is_an_error() -> None:
    with pytest.raises(RegistryError, match=r"limits\.frame\.max_frame: the name ends with none of bytes, ms"):
        _ = Limit("max_frame", "frame", 1, ("FRM-1",), "").unit


def test_it_is_read_once_and_cannot_be_changed() -> None:
    assert registry() is REGISTRY
    with pytest.raises(TypeError):
        REGISTRY.profiles["tcp"] = REGISTRY.profiles["frame"]  # type: ignore[index]


@pytest.mark.parametrize("profile", REGISTRY.profiles.values(), ids=lambda profile: profile.name)
def test_a_profile_names_profiles_and_flags_that_exist(profile: Profile) -> None:
    before = list(REGISTRY.profiles)[: list(REGISTRY.profiles).index(profile.name)]
    assert set(profile.needs) <= set(before), "a profile comes after what it needs, so that nothing needs itself"
    assert not profile.flag or profile.flag in REGISTRY.flags
    assert profile.name not in REGISTRY.reserved
    assert re.fullmatch(r"[A-Z].*\.", profile.meaning)


def test_no_op_and_no_family_belongs_to_two() -> None:
    everybody = (*REGISTRY.profiles.values(), REGISTRY.testee)
    for owned in ([op for one in everybody for op in one.ops], [name for one in everybody for name in one.families]):
        assert len(owned) == len(set(owned)) > 8


def test_the_ops_are_those_of_the_testee_protocol() -> None:
    owners = {op: one.name for one in REGISTRY.profiles.values() for op in one.ops}
    owners |= dict.fromkeys(REGISTRY.testee.ops, "")
    rows = table((ROOT / "specs/testee.md").read_text("utf-8"), "| op |")
    assert {names(row[0])[0]: "".join(names(row[1])) for row in rows} == owners


@pytest.mark.parametrize("code", REGISTRY.codes.values(), ids=lambda code: code.name)
def test_a_code_is_demanded_by_its_clause(code: Code) -> None:
    assert f"`{code.name}`" in CLAUSES[code.clause].text


def test_the_frame_order_is_the_one_of_the_specification() -> None:
    text = (ROOT / "specs/frame.md").read_text("utf-8")
    section = text.partition("## 4. Checking order")[2].partition("A receiver that lacks")[0]
    met = [code for code in re.findall(r"`([A-Z_]+)`", section) if code in REGISTRY.codes]
    # Some stand there more than once; each has its place where it is named first.
    assert tuple(dict.fromkeys(met)) == REGISTRY.codes_of("frame")
    assert REGISTRY.codes_of("frame")[:2] == ("FRAME_TOO_SHORT", "FRAME_TOO_LARGE")


def forms(limit: Limit) -> tuple[str, ...]:
    """The forms in which a clause may write the value."""
    numbers = limit.value if isinstance(limit.value, tuple) else (limit.value,)
    written = [[f"{number:,}" for number in numbers], [str(number) for number in numbers]]
    if limit.unit == "ms":
        written.append([f"{number // 1000}" for number in numbers])
    return tuple(" and ".join(filter(None, (", ".join(form[:-1]), form[-1]))) for form in written)


@pytest.mark.parametrize("limit", REGISTRY.limits.values(), ids=lambda limit: limit.name)
def test_each_clause_of_a_limit_states_its_value(limit: Limit) -> None:
    assert limit.unit in UNITS.values()
    assert (ROOT / f"specs/{limit.group}.md").is_file()
    assert limit.clauses
    for clause in (CLAUSES[name] for name in limit.clauses):
        # A clause that sends its reader to the text around it is stated there.
        text = (ROOT / "specs" / clause.file).read_text("utf-8") if clause.text.endswith("said here.") else clause.text
        assert any(re.search(rf"(?<![\d,.]){re.escape(form)}(?![\d]|,\d)", text) for form in forms(limit)), clause.text


def test_the_header_is_the_one_of_the_specification() -> None:
    text = (ROOT / "specs/frame.md").read_text("utf-8")
    values = {row[2]: row[4] for row in table(text, "| offset |")}
    assert values["`type`"] == ", ".join(f"{number} {name}" for name, number in REGISTRY.types.items())
    modalities = (f"{one.value} {one.name}" for one in REGISTRY.modalities.values())
    assert values["`modality`"] == ", ".join(modalities)
    flags = ", ".join(f"bit {bit} {name}" for name, bit in REGISTRY.flags.items())
    assert values["`flags`"] == f"{flags}, bits {len(REGISTRY.flags)} to 15 reserved"
    dtypes = [(f"0x{one.value:02x}", one.name) for one in REGISTRY.dtypes.values()]
    assert [tuple(row[:2]) for row in table(text, "| dtype |")] == dtypes


def test_the_names_of_peers_are_those_of_the_specification() -> None:
    text = (ROOT / "specs/handshake.md").read_text("utf-8")
    lists = {row[0]: row[1].split(", ") for row in table(text, "| list |")}
    listed = {"dtype": REGISTRY.dtypes, "modality": REGISTRY.modalities}
    assert lists == {
        "compress": list(REGISTRY.compress),
        "crypto": list(REGISTRY.crypto),
        **{name: [one.listed for one in values.values()] for name, values in listed.items()},
    }
    assert [name for row in table(text, "| method |") for name in names(row[0])] == list(REGISTRY.methods)
    events = {names(row[0])[0]: tuple(re.findall(r"\w+", row[1])) for row in table(text, "| event |")}
    assert events == dict(REGISTRY.events)
    assert list(events) == list(REGISTRY.events)
    never = [name for name, one in {**REGISTRY.compress, **REGISTRY.crypto}.items() if not one.agreed]
    assert CLAUSES["HSK-7"].text.startswith(f"{' and '.join(never)} MUST NOT be agreed")
    assert {one.sender for one in REGISTRY.methods.values()} == {"client", "server", "either"}
