"""Write the vectors as a release: dist/resonant-vectors-VERSION.tar.zst and .zip, the same bytes for the same tree."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from resonant.console import command

from .archives import write_archives
from .contents import Wanted, release_files
from .keys import load_seed, public_text
from .tree import ROOT, SIGNATURE, ReleaseError, folder_name, suite_version


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns 0, or 2 where there is nothing to release."""
    options = _parser().parse_args(arguments)
    try:
        key = load_seed(options.key) if options.key else None
        files = release_files(Wanted(options.captures, options.since, key))
        written = write_archives(options.output, folder_name(suite_version()), files)
    except (ReleaseError, OSError, ValueError, PackageNotFoundError) as error:
        print(f"no release: {error}", file=sys.stderr)
        return 2
    print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes")
    print(f"{SIGNATURE}: by {public_text(key)}" if key else "not signed: no --key")
    for path in written:
        data = path.read_bytes()
        print(f"{path}: {len(data):,} bytes, SHA-256 {sha256(data).hexdigest()}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vectors.release", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist", metavar="DIR", help="default: dist")
    parser.add_argument("--key", type=Path, metavar="FILE", help="sign with the seed in FILE, see vectors/README.md")
    parser.add_argument(
        "--since", type=Path, metavar="OLD", help="an older release: list the verdicts that changed since it"
    )
    parser.add_argument(
        "--no-captures", dest="captures", action="store_false", help="leave out the pcapng of the dialogues"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
