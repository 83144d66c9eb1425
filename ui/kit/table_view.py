"""The table widget: selection, sorting, keys, copy, painted buttons, groups."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from ui.kit.memory import Memory
from ui.kit.table_clip import clipboard_data
from ui.kit.table_columns import ColumnTable
from ui.kit.table_model import Group, Index, RowTableModel

GROUP_HEIGHT = 32


class TableView(ColumnTable):
    """Show a RowTableModel; Enter or double click activates a row, Ctrl+C copies TSV and HTML."""

    row_picked = Signal(object)
    row_activated = Signal(object)
    button_pressed = Signal(object, str)
    menu_asked = Signal(object, QPoint)

    def __init__(
        self, model: RowTableModel, name: str, *, row_height: int = 32, memory: Memory | None = None, edge: int = 6
    ) -> None:
        """Take the model, the accessible name (also the memory key's tail), row height and edge in px."""
        super().__init__(model, name, row_height, memory, edge)
        self._delegate.pressed.connect(self.button_pressed)
        self.header.sectionClicked.connect(self._on_title_clicked)
        self._set_up_view()
        model.modelAboutToBeReset.connect(self._on_model_about_to_reset)
        model.modelReset.connect(self._on_model_reset)
        self._kept: list[Any] = []
        self._group_rows: list[int] = []
        self._kept_scroll = 0
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
        for n in self._group_rows:
            self.setRowHeight(n, self._row_height)
        self._group_rows = []
        for n in range(self._model.rowCount()):
            if isinstance(self._model.row_at(n), Group):
                self.setRowHeight(n, GROUP_HEIGHT)
                self.setSpan(n, 0, 1, self._model.columnCount())
                self._group_rows.append(n)

    def event(self, event: QEvent) -> bool:
        """Repaint on palette changes."""
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
        return super().event(event)
