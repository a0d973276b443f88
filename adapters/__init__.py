"""Adapters: the driver for testees, and one folder for each implementation that can be judged."""
