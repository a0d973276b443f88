"""Findings made smaller: by the layout of what is asked, with lengths and checksums mended."""
