"""The building blocks of dialogues."""
