"""The testee. Nothing here has to change: your part is yours.py, and testee_kit speaks the testee protocol."""

import yours
from testee_kit import run

if __name__ == "__main__":
    run(yours)
