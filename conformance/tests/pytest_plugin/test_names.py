"""The names that --case takes: the table of laws agrees with the tests, and what does not exist is refused."""

from __future__ import annotations

import re

from conformance import SUITE, test_laws, test_stream_law, test_twins
from conformance.session.testee_ids import LAWS


def test_every_law_has_a_name_and_the_profile_of_its_marker() -> None:
    found = {}
    for module in (test_laws, test_stream_law, test_twins):
        for name, value in vars(module).items():
            if name.startswith("test_"):
                (marker,) = value.pytestmark
                found[name] = (marker.args[0], marker.kwargs.get("clock"))
    assert {law.name: (law.profile, law.clock) for law in LAWS} == found


def test_laws_are_named_as_their_failures_name_them() -> None:
    text = "".join((SUITE / name).read_text("utf-8") for name in ("test_laws.py", "test_stream_law.py"))
    named = set(re.findall(r'    (?:campaign|held)\("([a-z-]+)"', text))  # some laws have two forms of one name
    twins = re.findall(r'^    twins\("([a-z]+)"\)', (SUITE / "test_twins.py").read_text("utf-8"), re.MULTILINE)
    assert sorted(law.title for law in LAWS) == sorted([*named, *(f"twins-{profile}" for profile in twins)])
