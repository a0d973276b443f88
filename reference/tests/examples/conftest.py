"""The examples are scripts that find each other in their own folder; so do these tests."""

from __future__ import annotations

import sys

from reference.tests.support import ROOT

sys.path.insert(0, str(ROOT / "reference" / "examples"))
