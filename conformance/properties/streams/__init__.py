"""A law on streams: whatever order, loss and repetition of frames, a server does what specs/stream.md says.

sender.py makes the frames, receiver.py is a small model of what a receiver owes, machine.py draws what happens, and
found.py writes what broke the law as a dialogue that can be played again.
"""
