"""The table widget: sorting, filter row, column chooser, remembered widths, copy, export, print."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from ui.kit.icons import paint_icon
from ui.kit.memory import Memory
from ui.kit.table_clip import clipboard_data
from ui.kit.table_delegate import RowDelegate
from ui.kit.table_header import Header
from ui.kit.table_model import Column, Group, Index, RowTableModel
from ui.kit.text import elide
from ui.kit.theme import font, theme
from ui.kit.words import _

GROUP_HEIGHT = 32


class TableView(QTableView):
    """Show a RowTableModel; Enter or double click activates a row, Ctrl+C copies TSV and HTML."""

    row_picked = Signal(object)
    row_activated = Signal(object)
    button_pressed = Signal(object, str)
    menu_asked = Signal(object, QPoint)

    def __init__(
        self, model: RowTableModel, name: str, *, row_height: int = 32, memory: Memory | None = None, edge: int = 6
    ) -> None:
        """Take the model, the accessible name (also the memory key's tail), row height and edge in px."""
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
        self._delegate.pressed.connect(self.button_pressed)
        self.setItemDelegate(self._delegate)
        self._set_up_view()
        self._set_up_header()
        model.modelAboutToBeReset.connect(self._on_model_about_to_reset)
        model.modelReset.connect(self._on_model_reset)
        self._kept: list[Any] = []
        self.same_row: Callable[[Any, Any], bool] = lambda one, two: one == two
        self._on_model_reset()

    def _set_up_view(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(18)
        self.verticalHeader().setDefaultSectionSize(self._row_height)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu_asked)
        self.doubleClicked.connect(self._on_activated)
        self.clicked.connect(self._on_clicked)

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.sectionClicked.connect(self._on_title_clicked)
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
                c.id
                for n, c in enumerate(self._model.columns)
                if self.isColumnHidden(n) and n not in self._dropped
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

    def _on_title_clicked(self, section: int) -> None:
        header = self.horizontalHeader()
        flip = self._model.sorting == (section, Qt.SortOrder.AscendingOrder)
        order = Qt.SortOrder.DescendingOrder if flip else Qt.SortOrder.AscendingOrder
        self.sort_by(section, order)
        header.viewport().update()

    def sort_by(self, section: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column and show its arrow."""
        self.horizontalHeader().setSortIndicator(section, order)
        self._model.sort(section, order)

    def inner_rect(self, rect: QRect, column: int) -> QRect:
        """Return a cell's rectangle without the table's edges."""
        return self._delegate.inner(rect, column)

    def selected_rows(self) -> list[Any]:
        """Return the selected rows in view order."""
        chosen = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [row for n in chosen if not isinstance(row := self._model.row_at(n), Group)]

    def current_row(self) -> Any:
        """Return the row with the focus, or None."""
        row = self._model.row_at(self.currentIndex().row())
        return None if isinstance(row, Group) else row

    def pick(self, wanted: Callable[[Any], bool]) -> bool:
        """Select the first row that fits and scroll to it; False when none fits."""
        at = self._model.position(wanted)
        if at >= 0:
            index = self._model.index(at, self._delegate.first_column)
            self.setCurrentIndex(index)
            self.scrollTo(index)
        return at >= 0

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which row is current."""
        super().currentChanged(current, previous)
        row = self._model.row_at(current.row()) if current.isValid() else None
        if row is not None and not isinstance(row, Group) and current.row() != previous.row():
            self.row_picked.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, activate, fold; everything else as usual."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_row() is not None:
            self.row_activated.emit(self.current_row())
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Put the selected rows on the clipboard as tab-separated text and HTML."""
        columns = [c for n, c in enumerate(self._model.columns) if not self.isColumnHidden(n) and c.title]
        QGuiApplication.clipboard().setMimeData(clipboard_data(columns, self.selected_rows()))

    def shown_table(self) -> tuple[list[str], list[list[str]]]:
        """Return titles and texts of what is shown, for export and print."""
        columns = [c for n, c in enumerate(self._model.columns) if not self.isColumnHidden(n) and c.title]
        return [c.title for c in columns], [[c.text(row) for c in columns] for row in self._model.shown_rows()]

    def viewportSizeHint(self) -> QSize:
        """Ask for a modest size; layouts decide."""
        return QSize(320, 200)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over painted buttons and groups."""
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        row = self._model.row_at(index.row()) if index.isValid() else None
        is_hot = isinstance(row, Group) or (row is not None and self._is_pressable(row, index))
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_hot else Qt.CursorShape.ArrowCursor)

    def _is_pressable(self, row: Any, index: QModelIndex) -> bool:
        column = self._model.columns[index.column()]
        return bool(column.button(row)) or column.pressable

    def _on_clicked(self, index: QModelIndex) -> None:
        row = self._model.row_at(index.row())
        if isinstance(row, Group):
            self._model.toggle_group(row.key)

    def _on_activated(self, index: QModelIndex) -> None:
        row = self._model.row_at(index.row())
        if row is not None and not isinstance(row, Group):
            self.row_activated.emit(row)

    def _on_menu_asked(self, at: QPoint) -> None:
        row = self._model.row_at(self.indexAt(at).row())
        if row is not None and not isinstance(row, Group):
            self.menu_asked.emit(row, self.viewport().mapToGlobal(at))

    def _on_model_about_to_reset(self) -> None:
        self._kept = self.selected_rows()
        self._kept_scroll = self.verticalScrollBar().value()

    def _on_model_reset(self) -> None:
        self._span_groups()
        selection = self.selectionModel()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for kept in self._kept:
            at = self._model.position(partial(self.same_row, kept))
            if at >= 0:
                index = self._model.index(at, self._delegate.first_column)
                selection.setCurrentIndex(index, flags)
        if self._kept:
            self.verticalScrollBar().setValue(self._kept_scroll)

    def _span_groups(self) -> None:
        self.clearSpans()
        for n in range(self._model.rowCount()):
            if isinstance(self._model.row_at(n), Group):
                self.setRowHeight(n, GROUP_HEIGHT)
                self.setSpan(n, 0, 1, self._model.columnCount())

    def event(self, event: QEvent) -> bool:
        """Repaint on palette changes."""
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
        return super().event(event)
