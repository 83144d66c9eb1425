"""The header of tables: titles, the arrow of the sorted column, a filter row on request."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QLineEdit, QWidget

from ui.kit.icons import paint_icon
from ui.kit.table_model import Column, RowTableModel
from ui.kit.text import elide
from ui.kit.theme import font, theme
from ui.kit.words import _

HEIGHT = 32


class Header(QHeaderView):
    """Paint column titles in the look's small bold, with an arrow on the sorted one."""

    def __init__(self, parent: QWidget) -> None:
        """Show a horizontal header of 32 px."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setSortIndicatorShown(False)
        self.setMinimumSectionSize(28)
        self.setFixedHeight(HEIGHT)
        self._filters: dict[int, QLineEdit] = {}
        self.geometriesChanged.connect(self.place_filters)
        self.sectionResized.connect(lambda *_sizes: self.place_filters())
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def paintSection(self, painter: QPainter, rect: QRect, index: int) -> None:
        """Paint one title."""
        model = self.model()
        column: Column = model.columns[index]  # type: ignore[attr-defined]
        painter.save()
        painter.fillRect(rect, theme["surface"])
        painter.setPen(QPen(theme["line_strong"], 1))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        rect = QRect(rect.left(), rect.top(), rect.width(), HEIGHT)
        inner_rect = getattr(self.parent(), "inner_rect", None)
        inner: QRect = inner_rect(rect, index) if inner_rect else rect
        painter.setFont(font(12, bold=True))
        painter.setPen(theme["text2"])
        sorted_here = model.sorting is not None and model.sorting[0] == index  # type: ignore[attr-defined]
        room = inner.adjusted(6, 0, -6 - (16 if sorted_here and column.right else 0), 0)
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        shown = elide(painter.fontMetrics(), column.title, room.width())
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
        if sorted_here:
            self._paint_arrow(painter, inner, column, painter.fontMetrics().horizontalAdvance(shown))
        painter.restore()

    def _paint_arrow(self, painter: QPainter, rect: QRect, column: Column, text_width: int) -> None:
        up = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        x = rect.right() - 20 if column.right else min(rect.left() + 10 + text_width, rect.right() - 14)
        paint_icon(painter, "arrow-up" if up else "arrow-down", x, rect.center().y() - 6, 13, theme["text2"])

    @staticmethod
    def title_width(column: Column) -> int:
        """Return the width in px that a title needs."""
        return round(QFontMetricsF(font(12, bold=True)).horizontalAdvance(column.title)) + 22 if column.title else 0

    def show_filters(self, on: bool) -> None:
        """Show or take away one filter field under each title."""
        model = self.model()
        assert isinstance(model, RowTableModel)
        for editor in self._filters.values():
            editor.deleteLater()
        self._filters = {}
        for n, column in enumerate(model.columns if on else ()):
            if column.title:
                self._filters[n] = self._editor(model, column)
            model.set_column_filter(column.id, "")
        if not on:
            for column in model.columns:
                model.set_column_filter(column.id, "")
        self.setFixedHeight(2 * HEIGHT if on else HEIGHT)
        self.place_filters()

    def _editor(self, model: RowTableModel, column: Column) -> QLineEdit:
        editor = QLineEdit(self.viewport())
        editor.setProperty("filter", "true")
        editor.setFont(font(12))
        editor.setClearButtonEnabled(True)
        editor.setAccessibleName(_("Filter {column}", column=column.title))
        editor.textChanged.connect(lambda text: model.set_column_filter(column.id, text))
        editor.show()
        return editor

    @property
    def has_filters(self) -> bool:
        """Say whether the filter row is shown."""
        return bool(self._filters)

    def place_filters(self) -> None:
        """Put each filter field under its title."""
        for n, editor in self._filters.items():
            editor.setVisible(not self.isSectionHidden(n))
            x = self.sectionViewportPosition(n)
            editor.setGeometry(x + 4, HEIGHT + 2, max(20, self.sectionSize(n) - 8), 26)
