"""`python -m resonant_conformance` is `resonant-conformance`."""

import sys

from .place import lead_to_suite

lead_to_suite()  # before what it imports: this way of starting Python looks for modules in the working folder first

from .cli import main  # noqa: E402

sys.exit(main())
