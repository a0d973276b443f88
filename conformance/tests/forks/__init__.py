"""Python programs as forks of a process that has imported what most of them need.

A fork is a process of its own, as a fresh interpreter is: it has its folder, environment, output and exit status, and
can be killed. It saves the second that a run of the suite takes to import what it is made of, which the tests would
spend some hundred times.

What forks can't show is shown by the tests that start real programs: how a program is found and started, that it
imports all that it needs and nothing of the folder that it is started in, what a signal does to it, and that nothing
depends on the order of sets, as all forks hash alike.
"""
