"""Laws on streams: whatever order, loss and repetition of frames, a peer does what specs/stream.md and mux.md say.

sender.py makes the frames, model.py is a small model of what a receiver owes, machine.py draws what happens, and
counterexample.py writes what broke a law as a dialogue that can be played again. managed.py and managed_machine.py are
the model and the events where multiplexing is agreed (specs/mux.md), managed_client.py has them at a client. sending.py
and sending_machine.py are those of a peer that sends managed streams. talking.py is what all machines have in common.
"""
