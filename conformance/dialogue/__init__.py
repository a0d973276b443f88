"""Judging dialogues (vectors/dialogues.md): conversations with one peer, played datagram by datagram.

Plain functions over (testee, case), as everywhere in the suite. What the peer under test sends is read by this package
alone, from specs/ and the primitives, never by a decoder of ours.
"""
