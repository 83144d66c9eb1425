"""Where the program's own files lie."""

from __future__ import annotations

from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2]
RESOURCES = PROGRAM / "resources"
