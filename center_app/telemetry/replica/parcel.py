"""What goes to the server in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Rows = list[tuple[Any, ...]]


@dataclass
class Parcel:
    """Carry rows for one transaction on the server: by table, with the marks that stand once they are in."""

    rows: dict[str, Rows] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    sealed: list[tuple[int, int]] = field(default_factory=list)
    """Stream and end row of the chunks: their tails go."""
    newest_ns: int = 0
    size_bytes: int = 0

    def add(self, table: str, *row: Any) -> None:
        """Add one row without the collector's name."""
        self.rows.setdefault(table, []).append(row)
        self.size_bytes += sum(len(part) for part in row if isinstance(part, bytes)) + 64

    def __bool__(self) -> bool:
        return bool(self.rows or self.marks)
