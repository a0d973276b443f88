"""Frames and Sync messages as the suite writes and reads them, without help from the reference."""
