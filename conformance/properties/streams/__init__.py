"""A law on streams: whatever order, loss and repetition of frames, a server does what specs/stream.md says.

sender.py makes the frames, model.py is a small model of what a receiver owes, machine.py draws what happens, and
counterexample.py writes what broke the law as a dialogue that can be played again. managed.py and managed_machine.py
are the model and the events where multiplexing is agreed (specs/mux.md).
"""
