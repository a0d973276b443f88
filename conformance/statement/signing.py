"""Ed25519 signatures of statements.

A key is a file with 64 hexadecimal digits, the seed, that nobody but its owner can read (mode 0600, or 0400):

    (umask 077; python -c 'import secrets; print(secrets.token_hex(32))' > statement.key)
"""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
from codecs import BOM_UTF8
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

SIGNATURE = "signature"
ALGORITHM = "ed25519"
_SEED = re.compile(r"[0-9a-f]{64}\s*")
_KEY_FILE_BYTES = 256


class KeyFileError(Exception):
    """A key file that cannot be used; the text says why and never holds what is in it."""


def load_key(path: Path) -> SigningKey:
    """The key in the file. Raises KeyFileError."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(_KEY_FILE_BYTES).removeprefix(BOM_UTF8).decode("ascii", "replace")
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read: {error.strerror}") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(f"{path}: others can read it; run `{shlex.join(['chmod', '600', str(path)])}`")
    if not _SEED.fullmatch(text):
        raise KeyFileError(f"{path}: a key is 64 lower-case hexadecimal digits")
    return SigningKey(bytes.fromhex(text.strip()))


def signed(statement: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """The statement with its signature."""
    return {
        **statement,
        SIGNATURE: {
            "algorithm": ALGORITHM,
            "public_key": key.verify_key.encode().hex(),
            "value": key.sign(_signed_bytes(statement)).signature.hex(),
        },
    }


def is_genuine(statement: Mapping[str, Any]) -> bool:
    """Whether the signature was made over this statement by the key that it names. The statement fits its schema."""
    signature = statement[SIGNATURE]
    try:
        key = VerifyKey(bytes.fromhex(signature["public_key"]))
        key.verify(_signed_bytes(statement), bytes.fromhex(signature["value"]))
    except (BadSignatureError, ValueError):
        return False
    return True


def _signed_bytes(statement: Mapping[str, Any]) -> bytes:
    rest = {name: value for name, value in statement.items() if name != SIGNATURE}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
