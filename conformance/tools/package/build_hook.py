"""Adds the package `resonant_conformance` to the wheel while hatchling builds it."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PackageHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling finds it by its base class. An editable install needs none: it leads to the folders themselves."""

    _folder: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the package and name it."""
        if version == "editable":
            return
        spec = importlib.util.spec_from_file_location("tree", Path(__file__).with_name("tree.py"))
        assert spec is not None
        assert spec.loader is not None
        tree = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(tree)
        self._folder = tempfile.TemporaryDirectory()
        tree.write_tree(Path(self.root), Path(self._folder.name))
        build_data["force_include"][self._folder.name] = tree.NAME

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was written."""
        if self._folder is not None:
            self._folder.cleanup()
