"""What the window remembers at this desk: layout, column widths, language, theme."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

log = logging.getLogger("ui.memory")
VERSION = 1


class Memory:
    """Keep small JSON values in one file; a damaged or newer file is set aside, never fatal."""

    def __init__(self, path: Path | None) -> None:
        """Read the file; None keeps everything in memory only."""
        self._path = path
        self._values: dict[str, Any] = self._read()

    def get(self, key: str, default: Any = None) -> Any:
        """Return a remembered value."""
        return self._values.get(key, default)

    def put(self, key: str, value: Any) -> None:
        """Remember a value and write the file at once."""
        if self._values.get(key) != value:
            self._values[key] = value
            self._write()

    def forget(self, prefix: str = "") -> None:
        """Forget every key that starts with a prefix."""
        self._values = {key: value for key, value in self._values.items() if not key.startswith(prefix)}
        self._write()

    def _read(self) -> dict[str, Any]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            held = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            log.warning("window memory could not be read: %s", error)
            return {}
        return dict(held["values"]) if isinstance(held, dict) and held.get("version") == VERSION else {}

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part = self._path.with_suffix(".part")
            part.write_text(json.dumps({"version": VERSION, "values": self._values}), "utf-8")
            part.replace(self._path)
        except OSError as error:
            log.warning("window memory could not be written: %s", error)
