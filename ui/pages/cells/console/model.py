"""Traffic rows for a virtual list: a bounded tail, filtered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from center_app.telemetry.traffic import RECEIVED, TrafficRow
from ui.kit.recorded import to_datetime
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.cells.reasons import reason_text

MOST_ROWS = 5000
_SLACK = 500
COLUMNS = 5
Place = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Filter:
    """Say which rows are shown: of one direction (None: both), with a text in them, refused ones only."""

    direction: int | None = None
    text: str = ""
    errors_only: bool = False

    def admits(self, row: TrafficRow) -> bool:
        """Tell whether a row is shown."""
        if self.direction is not None and row.direction != self.direction:
            return False
        if self.errors_only and not row.error:
            return False
        sought = self.text.casefold()
        return not sought or any(sought in part.casefold() for part in (row.hex, row.text, row.says, row.error))


class TrafficModel(QAbstractTableModel):
    """Hold the newest rows; older ones leave in slices, so that a fast line costs little."""

    def __init__(self) -> None:
        """Start empty and unfiltered."""
        super().__init__()
        self._all: deque[TrafficRow] = deque(maxlen=MOST_ROWS)
        self._rows: list[TrafficRow] = []
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
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return texts(row)[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole:
            if row.error:
                return theme["crit"]
            return theme["text2"] if index.column() in (0, 1) else theme["text" if row.direction == 0 else "accent"]
        return None

    def row(self, at: int) -> TrafficRow:
        """Return one row on show."""
        return self._rows[at]

    def add(self, rows: Sequence[TrafficRow]) -> None:
        """Append rows; the oldest leave."""
        self._all.extend(rows)
        shown = [row for row in rows if self.filter.admits(row)]
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

    def _show(self, rows: Iterable[TrafficRow]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()


def titles() -> tuple[str, str, str, str, str]:
    """Return the titles of the columns."""
    return _("Time"), _("Direction"), _("Bytes"), _.context("console", "Text"), _("Meaning")


def texts(row: TrafficRow) -> tuple[str, str, str, str, str]:
    """Return the texts of a row: time to the millisecond, direction, bytes, text, meaning."""
    moment = to_datetime(row.t_ns).astimezone(_.zone)
    way = _.context("line", "received") if row.direction == RECEIVED else _.context("line", "sent")
    says = reason_text(row.error) if row.error else row.says
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}", way, row.hex, row.text, says
