"""Servers that are wrong on purpose: the reference's peer over UDP with one fault, found from outside."""
