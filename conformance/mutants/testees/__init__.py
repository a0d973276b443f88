"""Everything that is wrong on purpose, by name: `--impl=wrong:NAME` starts it in a process of its own.

`registry.py` has all of it, in groups: testees that break the testee protocol, that are wrong in few things, and that
attack the runner (`hostile/`), kernels that are compiled wrong, the servers of conformance/mutants/servers/, and the
mutants of the catalogue. `__main__.py NAME` is the process, and without a name it lists them.

What is not here, and why:
- conformance/tests/doubles.py: testees that need an op or a file of the test's, and sound ones that claim less.
- adapters/tests/: small testees for the tests of the driver, which implement nothing of Resonant.
- vectors/release/canary/: wrong verdicts in a release of the vectors, and no implementations.
- Programs as text in tests, where the text in a file is what the test is about: build scripts, plugins of a user's
  pytest, the code blocks of documents, and the wrong implementation beside an installed suite, which has no registry.
"""
