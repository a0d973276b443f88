"""The dialogues as pcapng, recorded by `python -m conformance.tools.capture` in a process of its own.

A process, because nothing here imports the suite: vectors are made before it and without it.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from .tree import ROOT, ReleaseError

LIMIT_S = 600
LARGEST_BYTES = 1 << 20
"""Dialogues that carry more are left out: the bytes are there to fill buffers, and nobody looks at them."""
ENCRYPTED = ("quic", "webrtc")
"""Profiles of transports that encrypt: who looks at their packets sees nothing of the frames."""
_NEEDS_SCAPY = (
    "captures are written by Scapy, which is not installed: install the development requirements, or leave the "
    "captures out with --no-captures"
)


def capture_files(root: Path = ROOT) -> dict[str, bytes]:
    """One capture a profile, of every dialogue that is not too large, played with the reference.

    Raises ReleaseError with what went wrong.
    """
    if find_spec("scapy") is None:
        raise ReleaseError(_NEEDS_SCAPY)
    profiles = _of_dialogues(root)
    with TemporaryDirectory() as folder, ThreadPoolExecutor(len(profiles)) as pool:
        found = pool.map(lambda profile: _capture(root, profile, Path(folder)), profiles)
        return {f"captures/{profile}.pcapng": data for profile, data in zip(profiles, found, strict=True)}


def _of_dialogues(root: Path) -> tuple[str, ...]:
    """The profiles that have dialogues of which a capture would show more than sealed packets."""
    registry = tomllib.loads((root / "specs/registry.toml").read_text("utf-8"))
    found = (name for name, profile in registry["profiles"].items() if profile.get("dialogues"))
    return tuple(name for name in found if name not in ENCRYPTED)


def _capture(root: Path, profile: str, folder: Path) -> bytes:
    path = folder / f"{profile}.pcapng"
    command = [sys.executable, "-m", "conformance.tools.capture", "--impl=reference", "-o", str(path), f"{profile}/*"]
    command.append(f"--largest={LARGEST_BYTES}")
    command += ["--transport=tcp"] if profile == "tcp" else []
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and arguments of ours
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReleaseError(f"the dialogues of {profile} were not played within {LIMIT_S} s") from error
    if done.returncode:
        raise ReleaseError(f"the dialogues of {profile} were not captured:\n{done.stderr.strip()}")
    return path.read_bytes()
