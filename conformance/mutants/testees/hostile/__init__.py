"""Testees that attack the runner: they crash, hang, flood, lie at length, will not leave, or do not start at all.

Each is bounded by itself (`bounds.py`), so that it does no harm to whoever runs it without the runner.
"""
