"""A run in a few lines that can be signed, checked and shown: statement.json and badge.svg."""
