"""The conformance suite: judges an implementation behind a testee by the golden vectors."""
