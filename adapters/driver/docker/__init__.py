"""Testees in containers, for which the engine's client is loaded only when it is needed."""
