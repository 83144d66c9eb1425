"""The columns of a table widget: widths shared and remembered, columns chosen, dropped where room is short."""

from __future__ import annotations

import math

from PySide6.QtCore import QRect
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QTableView

from ui.kit.memory import Memory
from ui.kit.table_delegate import RowDelegate
from ui.kit.table_header import Header
from ui.kit.table_model import Column, RowTableModel
from ui.kit.words import _


class ColumnTable(QTableView):
    """A table view that looks after its columns."""

    def __init__(self, model: RowTableModel, name: str, row_height: int, memory: Memory | None, edge: int) -> None:
        """Take the model, the name under which widths are remembered, row height and edge in px."""
        super().__init__()
        self._model, self._memory, self._key = model, memory, f"table.{name}"
        self._row_height = row_height
        self._resizing = True
        self._dropped: list[int] = []
        self.setAccessibleName(name)
        self.header = Header(self)
        self.setHorizontalHeader(self.header)
        self.setModel(model)
        self._delegate = RowDelegate(self, row_height)
        self._delegate.edge = edge
        self.setItemDelegate(self._delegate)
        self._set_up_header()

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.sectionResized.connect(self._on_resized)
        header.customContextMenuRequested.connect(lambda at: self.column_menu().exec(header.mapToGlobal(at)))
        held = (self._memory.get(self._key) if self._memory else None) or {}
        self._widths = {column.id: int(held.get("widths", {}).get(column.id, 0)) for column in self._model.columns}
        hidden = held.get("hidden", [column.id for column in self._model.columns if not column.shown])
        for n, column in enumerate(self._model.columns):
            self.setColumnHidden(n, column.id in hidden)
        self._find_first_column()

    def _find_first_column(self) -> None:
        shown = [n for n in range(len(self._model.columns)) if not self.isColumnHidden(n)]
        self._delegate.first_column = shown[0] if shown else 0
        self._delegate.last_column = shown[-1] if shown else 0
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out the width among the columns."""
        super().resizeEvent(event)
        self.share_width()

    def share_width(self) -> None:
        """Give each column its width and the stretching ones what is left."""
        self._resizing = True
        self._drop_columns()
        shown = [(n, c) for n, c in enumerate(self._model.columns) if not self.isColumnHidden(n)]
        fixed = {n: self._widths.get(c.id) or self._usual(c) for n, c in shown}
        spare = self.viewport().width() - sum(fixed.values())
        weights = sum(c.stretch for _n, c in shown if not self._widths.get(c.id)) or 0
        for n, column in shown:
            extra = math.floor(spare * column.stretch / weights) if weights and not self._widths.get(column.id) else 0
            self.setColumnWidth(n, max(28, self._least(column) if extra < 0 else 28, fixed[n] + extra))
        self._resizing = False
        self.header.place_filters()

    def _usual(self, column: Column) -> int:
        """Return a column's width; its title is never cut."""
        title = self.header.title_width(column) if not self.header.isHidden() else 0
        return max(column.width, title)

    def _least(self, column: Column) -> int:
        return max(column.width * 8 // 10, 28) if column.stretch else self._usual(column)

    def _drop_columns(self) -> None:
        """Hide columns that declare it, one after the other, while there is no room for all."""
        for n in self._dropped:
            self.setColumnHidden(n, False)
        self._dropped = []
        shown = [(n, c) for n, c in enumerate(self._model.columns) if not self.isColumnHidden(n)]
        total = sum(self._widths.get(c.id) or self._least(c) for _n, c in shown)
        for n, column in sorted((item for item in shown if item[1].drop), key=lambda item: item[1].drop):
            if total <= self.viewport().width():
                break
            self.setColumnHidden(n, True)
            self._dropped.append(n)
            total -= self._widths.get(column.id) or self._least(column)
        self._find_first_column()

    def _on_resized(self, section: int, _old: int, new: int) -> None:
        if not self._resizing:
            self._widths[self._model.columns[section].id] = new
            self._remember()

    def _remember(self) -> None:
        if self._memory:
            hidden = [
                c.id for n, c in enumerate(self._model.columns) if self.isColumnHidden(n) and n not in self._dropped
            ]
            self._memory.put(self._key, {"widths": self._widths, "hidden": hidden})

    def column_menu(self) -> QMenu:
        """Make the menu that chooses columns."""
        menu = QMenu(self)
        for n, column in enumerate(self._model.columns):
            if column.title:
                act = menu.addAction(column.title)
                act.setCheckable(True)
                act.setChecked(not self.isColumnHidden(n))
                act.toggled.connect(lambda on, n=n: self.show_column(n, on))
        menu.addSeparator()
        menu.addAction(_("Reset columns"), self.reset_columns)
        return menu

    def show_column(self, section: int, on: bool) -> None:
        """Show or hide a column and remember it."""
        self._dropped = [n for n in self._dropped if n != section]
        self.setColumnHidden(section, not on)
        self._find_first_column()
        self.share_width()
        self._remember()

    def reset_columns(self) -> None:
        """Go back to the usual columns and widths."""
        for n, column in enumerate(self._model.columns):
            self.setColumnHidden(n, not column.shown)
        self._widths = {}
        self._find_first_column()
        self.share_width()
        self._remember()

    def inner_rect(self, rect: QRect, column: int) -> QRect:
        """Return a cell's rectangle without the table's edges."""
        return self._delegate.inner(rect, column)
