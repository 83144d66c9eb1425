"""One generic read-only table model: frozen rows, declared columns, sort, filter and groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
COLUMN_ROLE: Final = Qt.ItemDataRole.UserRole + 2
_NOWHERE: Final = QModelIndex()


def _nothing(_row: Any) -> str:
    return ""


@dataclass(frozen=True)
class Column:
    """Declare a column: how a row is shown, sorted and coloured in it.

    `text` gives what is shown and copied, `value` what is sorted (default: the text), `second` a
    second line, `paint` paints the cell itself, `icon` an icon name, `token` a colour token, `pill` a
    state key of `states`.
    Widths are px; `stretch` shares what is left; `drop` 1, 2 … leave in that order where room is short.
    """

    id: str
    title: str
    text: Callable[[Any], str]
    value: Callable[[Any], Any] | None = None
    second: Callable[[Any], str] = _nothing
    second_token: Callable[[Any], str] = _nothing
    icon: Callable[[Any], str] = _nothing
    boxed_icon: bool = False
    token: Callable[[Any], str] = _nothing
    pill: Callable[[Any], str] = _nothing
    pill_look: str = "soft"
    note: Callable[[Any], str] = _nothing
    button: Callable[[Any], str] = _nothing
    bold: Callable[[Any], bool] = field(default=lambda _row: False)
    paint: Callable[[QPainter, QRect, Any, bool], None] | None = None
    bold_selected: bool = False
    pressable: bool = False
    right: bool = False
    width: int = 100
    stretch: int = 0
    shown: bool = True
    drop: int = 0

    def sort_value(self, row: Any) -> tuple[bool, Any]:
        """Return a key that sorts; rows without a value come last."""
        value = self.value(row) if self.value else self.text(row).casefold()
        return (value is None, 0 if value is None else value)


@dataclass(frozen=True)
class Group:
    """A group header row: text, count and whether its rows are folded away."""

    key: str
    text: str
    count: int
    folded: bool = False
    icon: str = ""


class RowTableModel(QAbstractTableModel):
    """Show frozen rows; a new query replaces them whole."""

    shown_changed = Signal()

    def __init__(self, columns: Sequence[Column], group_of: Callable[[Any], tuple[str, str]] | None = None) -> None:
        """Take the columns and, for grouped tables, row -> (group key, group text); groups keep row order."""
        super().__init__()
        self.columns = tuple(columns)
        self._group_of = group_of
        self._rows: list[Any] = []
        self._shown: list[Any] = []
        self._folded: set[str] = set()
        self.sorting: tuple[int, Qt.SortOrder] | None = None
        self._text_filter = ""
        self._column_filters: dict[str, str] = {}
        self._predicate: Callable[[Any], bool] | None = None

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Replace all rows."""
        self._rows = list(rows)
        self._arrange()

    def rows(self) -> list[Any]:
        """Return every row, filtered or not."""
        return list(self._rows)

    def shown_rows(self) -> list[Any]:
        """Return the rows in view order, group headers left out."""
        return [row for row in self._shown if not isinstance(row, Group)]

    def row_at(self, row: int) -> Any:
        """Return the row (or Group) at a view position, None outside."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def position(self, wanted: Callable[[Any], bool]) -> int:
        """Return the view position of the first row that fits, -1 when none does."""
        return next((n for n, row in enumerate(self._shown) if not isinstance(row, Group) and wanted(row)), -1)

    def set_filter(self, text: str = "", predicate: Callable[[Any], bool] | None = None) -> None:
        """Show rows that hold every typed word in some column and fit the predicate."""
        self._text_filter, self._predicate = text, predicate
        self._arrange()

    def set_column_filter(self, column_id: str, text: str) -> None:
        """Show rows whose column holds the text; an empty text lifts the filter."""
        self._column_filters[column_id] = text.casefold().strip()
        self._arrange()

    def toggle_group(self, key: str) -> None:
        """Fold or unfold a group."""
        self._folded ^= {key}
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 restores the query's order."""
        self.sorting = (column, order) if 0 <= column < len(self.columns) else None
        self._arrange()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Count the rows in view, group headers included."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Count the columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Answer a view; the delegate reads ROW_ROLE and COLUMN_ROLE."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        row, column = self._shown[index.row()], self.columns[index.column()]
        if role == ROW_ROLE:
            return row
        if role == COLUMN_ROLE:
            return column
        if isinstance(row, Group):
            return row.text if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        return self._row_data(row, column, role)

    def _row_data(self, row: Any, column: Column, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name the columns."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[section].right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let rows be selected; group headers are shown and folded only."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self.row_at(index.row()), Group):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _arrange(self) -> None:
        self.beginResetModel()
        rows = [row for row in self._rows if self._fits(row)]
        if self.sorting is not None:
            column, order = self.sorting
            rows = self._sorted(rows, self.columns[column].sort_value, order)
        self._shown = self._grouped(rows) if self._group_of else rows
        self.endResetModel()
        self.shown_changed.emit()

    @staticmethod
    def _sorted(rows: list[Any], key: Callable[[Any], tuple[bool, Any]], order: Qt.SortOrder) -> list[Any]:
        filled = [row for row in rows if not key(row)[0]]
        empty = [row for row in rows if key(row)[0]]
        return sorted(filled, key=key, reverse=order == Qt.SortOrder.DescendingOrder) + empty

    def _grouped(self, rows: list[Any]) -> list[Any]:
        assert self._group_of is not None
        groups: dict[str, tuple[str, list[Any]]] = {}
        for row in rows:
            key, text = self._group_of(row)
            groups.setdefault(key, (text, []))[1].append(row)
        shown: list[Any] = []
        for key, (text, members) in groups.items():
            shown.append(Group(key, text, len(members), key in self._folded))
            shown.extend([] if key in self._folded else members)
        return shown

    def _fits(self, row: Any) -> bool:
        if self._predicate is not None and not self._predicate(row):
            return False
        if self._text_filter:
            whole = " ".join(f"{column.text(row)} {column.second(row)} {column.note(row)}" for column in self.columns)
            low = whole.casefold()
            if not all(word in low for word in self._text_filter.casefold().split()):
                return False
        return all(
            text in column.text(row).casefold()
            for column in self.columns
            if (text := self._column_filters.get(column.id, ""))
        )
