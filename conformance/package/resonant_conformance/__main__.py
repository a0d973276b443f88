"""`python -m resonant_conformance` is `resonant-conformance`."""

import sys

from .cli import main

sys.exit(main())
