"""Faults in frames behind lengths, and in connections that end."""
