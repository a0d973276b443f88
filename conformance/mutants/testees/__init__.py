"""Testees that are wrong on purpose, by name: `--impl=wrong:NAME` starts one in a process of its own.

Those that break the testee protocol are in the files beside this one; every mutant of the catalogue is one as well.
`conformance/mutants/testees/__main__.py NAME` is the process, and without a name it lists them.

Wrong servers, which are judged from outside, are in conformance/mutants/servers/. What stands elsewhere:
testees that attack the runner, on one case or on all, in conformance/tests/hostile/; kernels that are compiled wrong
in adapters/cuda-host/faults/. The canaries of vectors/release/ are wrong verdicts, and no implementations.
"""
