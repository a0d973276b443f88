"""The whole suite over and over on a busy machine: a single run that is not green is a flake, and is kept."""
