"""The example of README: a run of an implementation with one fault, in words, and a picture of its report.

`make example` writes reports/example.png, and prints what belongs into README.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

ROOT: Final = Path(__file__).resolve().parents[2]
PICTURE: Final = ROOT / "reports" / "example.png"
IMPLEMENTATION: Final = "wrong:stream-id-byte-2-lost"
WIDTH_PIXELS, HEIGHT_PIXELS = 960, 990


def main() -> int:
    """Make the run, print it, and take the picture; gives the exit status."""
    argparse.ArgumentParser(prog="python -m conformance.tools.picture", description=__doc__).parse_args()
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("picture: chromium is not installed", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        command = [sys.executable, "-m", "resonant_conformance"]
        run = [*command, "run", IMPLEMENTATION, "--profile", "frame", "-q", "--report", folder]
        status = subprocess.run(run, check=False).returncode  # noqa: S603 - the suite
        if status != 1:
            print(f"picture: the run ended with {status}, not with failures", file=sys.stderr)
            return 2
        subprocess.run([*command, "report", f"{folder}/run.json", "--html", str(report)], check=True)  # noqa: S603 - the suite
        take(report, browser)
    print(f"written: {PICTURE.relative_to(ROOT)}, {PICTURE.stat().st_size:,} bytes")
    return 0


def take(page: Path, browser: str) -> None:
    """Write the picture of the first screen of a page."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        window = chromium.new_page(viewport={"width": WIDTH_PIXELS, "height": HEIGHT_PIXELS})
        window.goto(page.as_uri())
        window.screenshot(path=PICTURE)
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
