"""The meaning of a failure to the people who use an implementation."""

from __future__ import annotations

from collections.abc import Mapping

from resonant.describe.registry import registry

from .entry import Entry

BY_PROFILE: Mapping[str, str] = {
    profile.name: profile.meaning for profile in (*registry().profiles.values(), registry().testee)
}
BY_OUTCOME: Mapping[str, str] = {
    "crash": "What was sent ends the process: anybody who can reach it can stop it.",
    "timeout": "What was sent keeps the implementation busy or silent: whoever waits for it waits in vain.",
    "unsupported": "What is claimed is not there: those who rely on the claim fail later, and elsewhere.",
}


PASSED = "The implementation is better than the list says; an entry that stays would hide the fault if it came back."


def meaning(entry: Entry) -> str:
    """One or two sentences for an entry that did not pass, or passed against what is known."""
    if entry.unexpected:
        return PASSED
    profile = entry.profile
    if entry.clauses and profile == registry().testee.name:  # a law is about the profile of its clause
        family = entry.clauses[0].partition("-")[0]
        profile = next((one.name for one in registry().profiles.values() if family in one.families), profile)
    return " ".join(text for text in (BY_OUTCOME.get(entry.outcome), BY_PROFILE.get(profile)) if text)
