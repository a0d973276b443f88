"""Ed25519 keys of releases: making one, signing with it, and checking what another signed."""

from __future__ import annotations

import argparse
import os
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from resonant.console import command

from .tree import ReleaseError

_SEED = re.compile(r"[0-9a-f]{64}(\r?\n)?")
_PUBLIC = re.compile(r"([0-9a-f]{64})\s*(#.*)?")
_SIGNATURE = re.compile(r"[0-9a-f]{128}\n?")
KEY_FILE_BYTES = 1 << 16


def load_seed(path: Path) -> SigningKey:
    """The key whose seed is in the file, 64 hexadecimal digits. Raises ReleaseError, which never repeats its text."""
    try:
        text = _text(path)
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path}: cannot be read as a key ({type(error).__name__})") from error
    if not _SEED.fullmatch(text):
        raise ReleaseError(f"{path}: a key is one line of 64 lower-case hexadecimal digits")
    return SigningKey(bytes.fromhex(text.strip()))


def load_public(path: Path) -> tuple[VerifyKey, ...]:
    """The public keys in the file, one a line, `#` before a comment. Raises ReleaseError for anything else."""
    try:
        lines = [line.strip() for line in _text(path).splitlines()]
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path}: cannot be read as public keys ({type(error).__name__})") from error
    found = [_PUBLIC.fullmatch(line) for line in lines if line and not line.startswith("#")]
    keys = [match[1] for match in found if match]
    if not keys or len(keys) < len(found):
        raise ReleaseError(f"{path}: public keys are 64 lower-case hexadecimal digits, one a line")
    return tuple(VerifyKey(bytes.fromhex(key)) for key in keys)


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(KEY_FILE_BYTES).removeprefix(BOM_UTF8).decode("ascii")


def public_text(key: SigningKey) -> str:
    """The public key as it is published."""
    return key.verify_key.encode().hex()


def signature_text(key: SigningKey, manifest: bytes) -> bytes:
    """The contents of release.sig: the Ed25519 signature of the manifest's bytes, in hex, and a line feed."""
    return key.sign(manifest).signature.hex().encode() + b"\n"


def signer(keys: Sequence[VerifyKey], manifest: bytes, signature: bytes) -> VerifyKey | None:
    """The key that made the signature, None if none of these did."""
    text = signature.decode("ascii", "replace")
    if not _SIGNATURE.fullmatch(text):
        return None
    return next((key for key in keys if _made(key, manifest, bytes.fromhex(text))), None)


def _made(key: VerifyKey, manifest: bytes, signature: bytes) -> bool:
    try:
        key.verify(manifest, signature)
    except BadSignatureError:
        return False
    return True


def make_key(path: Path) -> SigningKey:
    """Write a new seed to a file that is not there yet and that its owner alone can read. Raises OSError."""
    key = SigningKey.generate()
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(key.encode().hex() + "\n")
    return key


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Make a key, or show its public one; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m vectors.release.keys", description=main.__doc__)
    parser.add_argument("what", choices=("new", "public"), help="new: write a seed to FILE; public: read it from there")
    parser.add_argument("file", type=Path, metavar="FILE", help="the secret seed; new never replaces a file")
    options = parser.parse_args(arguments)
    try:
        key = make_key(options.file) if options.what == "new" else load_seed(options.file)
    except (OSError, ReleaseError) as error:
        print(f"no key: {error}", file=sys.stderr)
        return 2
    print(public_text(key))
    return 0


if __name__ == "__main__":
    sys.exit(main())
