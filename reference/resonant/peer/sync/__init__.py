"""Sync objects, read and written."""
