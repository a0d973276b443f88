"""The fingerprint of an embedding space: specs/space.md."""

from __future__ import annotations

import hashlib

from .arguments import text as checked_text
from .errors import RejectCode, ResonantError


def space_hash32(space_id: str, arch: str, data_sig: str) -> int:
    """space_hash32 of an embedding space, 1 to 2**32 - 1 (SPC-1 to SPC-3).

    Raises ResonantError BAD_SPACE_ID for a part that is empty, contains ":" or cannot be written in UTF-8 (SPC-4),
    TypeError for one that is no str.
    """
    parts = {"space_id": space_id, "arch": arch, "data_sig": data_sig}
    for name, part in parts.items():
        checked_text(name, part)
        if not part or ":" in part:
            detail = f"{name} is empty" if not part else f"{name} {part!r} contains ':'"
            raise ResonantError(RejectCode.BAD_SPACE_ID, "SPC-4", detail)
    try:
        text = ":".join(parts.values()).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ResonantError(RejectCode.BAD_SPACE_ID, "SPC-1", f"not expressible in UTF-8: {error.reason}") from error
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "little") or 1  # SPC-3
