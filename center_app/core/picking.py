"""Select several rows and columns at once."""

from __future__ import annotations

from typing import Any

from sqlmodel import select


def pick(*what: Any) -> Any:
    """Select rows and columns, typed loosely: sqlmodel's overloads end at four and know no bare columns."""
    return select(*what)
