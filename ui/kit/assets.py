"""Find the files that ship with the application."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "resources"


def asset(*parts: str) -> Path:
    """Return the path of a shipped file below `resources/`."""
    return ROOT.joinpath(*parts)
