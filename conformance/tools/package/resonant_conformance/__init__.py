"""The conformance suite as it is installed; in a checkout a few files that lead to the folders of the repository."""
