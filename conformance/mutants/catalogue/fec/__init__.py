"""Faults in repair datagrams, and in peers that send and take them."""
