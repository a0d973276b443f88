"""The profiles message and sparse."""
