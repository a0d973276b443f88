"""The testee. Nothing here has to change: your part is yours.py, and testee_kit speaks the testee protocol."""

from argparse import ArgumentParser

from testee_kit import answer, read_arguments, serve
from yours import OPS, RefusedError

if __name__ == "__main__":
    arguments = read_arguments(ArgumentParser(description="A testee of the Resonant conformance suite."))
    serve(lambda message: answer(OPS, RefusedError, message), arguments.attach)
