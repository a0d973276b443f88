"""Campaigns: inputs made from a seed, asked of several implementations, and the answers compared."""
