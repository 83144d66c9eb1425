"""Traffic rows for a virtual list: a bounded tail, filtered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from center_app.telemetry.traffic import RECEIVED, TrafficRow
from ui.kit.recorded import to_datetime
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.cells.console.meaning import Labels, meaning

MOST_ROWS = 5000
_SLACK = 500
COLUMNS = 5
Place = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Line:
    """Hold a row, and its texts once they are asked for."""

    def __init__(self, row: TrafficRow, labels: Labels) -> None:
        """Take the row, and what its profile calls its channels."""
        self.row, self._labels = row, labels

    @cached_property
    def texts(self) -> tuple[str, str, str, str, str]:
        """Return the texts of the columns in the current language."""
        return texts(self.row, self._labels)


@dataclass(frozen=True)
class Filter:
    """Say which rows are shown: of one direction (None: both), with a text in them, refused ones only."""

    direction: int | None = None
    text: str = ""
    errors_only: bool = False

    def admits(self, line: Line) -> bool:
        """Tell whether a row is shown."""
        row = line.row
        if self.direction is not None and row.direction != self.direction:
            return False
        if self.errors_only and not row.error:
            return False
        sought = self.text.casefold()
        return not sought or any(sought in part.casefold() for part in line.texts[2:])


class TrafficModel(QAbstractTableModel):
    """Hold the newest rows; older ones leave in slices, so that a fast line costs little."""

    def __init__(self) -> None:
        """Start empty and unfiltered."""
        super().__init__()
        self._all: deque[Line] = deque(maxlen=MOST_ROWS)
        self._rows: list[Line] = []
        self.filter = Filter()

    def rowCount(self, parent: Place = _NOWHERE) -> int:
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Place = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return titles()[section]
        return None

    def data(self, index: Place, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text or colour."""
        line = self._rows[index.row()]
        row = line.row
        if role == Qt.ItemDataRole.DisplayRole:
            return line.texts[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole:
            if row.error:
                return theme["crit"]
            return theme["text2"] if index.column() in (0, 1) else theme["text" if row.direction == 0 else "accent"]
        return None

    def row(self, at: int) -> TrafficRow:
        """Return one row on show."""
        return self._rows[at].row

    def texts(self, at: int) -> tuple[str, str, str, str, str]:
        """Return the texts of one row on show."""
        return self._rows[at].texts

    def add(self, rows: Sequence[TrafficRow], labels: Labels | None = None) -> None:
        """Append rows, with what their profile calls its channels; the oldest leave."""
        lines = [Line(row, labels or {}) for row in rows]
        self._all.extend(lines)
        shown = [line for line in lines if self.filter.admits(line)]
        if not shown:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(shown) - 1)
        self._rows += shown
        self.endInsertRows()
        if len(self._rows) > MOST_ROWS + _SLACK:
            self.beginRemoveRows(QModelIndex(), 0, len(self._rows) - MOST_ROWS - 1)
            del self._rows[: len(self._rows) - MOST_ROWS]
            self.endRemoveRows()

    def clear(self) -> None:
        """Empty the view; the recording keeps everything."""
        self._all.clear()
        self._show([])

    def choose(self, wanted: Filter) -> None:
        """Show what a filter admits."""
        self.filter = wanted
        self._show(row for row in self._all if wanted.admits(row))

    def _show(self, rows: Iterable[Line]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()


def titles() -> tuple[str, str, str, str, str]:
    """Return the titles of the columns."""
    return _("Time"), _("Direction"), _("Bytes"), _.context("console", "Text"), _("Meaning")


def texts(row: TrafficRow, labels: Labels) -> tuple[str, str, str, str, str]:
    """Return the texts of a row: time to the millisecond, direction, bytes, text, meaning."""
    moment = to_datetime(row.t_ns).astimezone(_.zone)
    way = _.context("line", "received") if row.direction == RECEIVED else _.context("line", "sent")
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}", way, row.hex, row.text, meaning(row, labels)
