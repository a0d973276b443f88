"""Small testees for the tests of the driver, good ones and bad ones: what they implement is the testee protocol alone.

Each is a function that `__main__.py NAME ARGUMENT…` calls in a process of its own. Those that are wrong about Resonant
have names in conformance/mutants/testees/.
"""
