"""Dialogues on adaptive messages: specs/adaptive.md, sections 5 to 7."""
