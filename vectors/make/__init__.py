"""The generator of vectors/data. Run it as `python -m vectors.make`."""
