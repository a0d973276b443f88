"""The conformance suite: judges an implementation behind a testee by the golden vectors."""

from pathlib import Path

SUITE = Path(__file__).resolve().parent
