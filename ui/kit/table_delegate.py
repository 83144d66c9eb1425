"""Paint table cells: one or two lines, pills, icons, groups, hairlines, the selection's accent edge."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from ui.kit.icons import paint_icon
from ui.kit.pill import HEIGHT, paint_pill
from ui.kit.states import state
from ui.kit.table_model import COLUMN_ROLE, ROW_ROLE, Column, Group, Index
from ui.kit.text import elide, plain_tip
from ui.kit.theme import font, theme
from ui.kit.words import _

PAD = 6
MIDDLE = Qt.AlignmentFlag.AlignVCenter
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class RowDelegate(QStyledItemDelegate):
    """Paint rows of a RowTableModel."""

    pressed = Signal(object, str)

    def __init__(self, parent: Any, row_height: int) -> None:
        """Take the view and the row height in px (32 for lists, 48 for two lines)."""
        super().__init__(parent)
        self.row_height = row_height
        self.first_column = 0
        self.last_column = 0
        self.edge = 0

    def inner(self, rect: QRect, column: int) -> QRect:
        """Return a cell without the table's edges."""
        left = self.edge if column == self.first_column else 0
        right = self.edge if column == self.last_column else 0
        return rect.adjusted(left, 0, -right, 0)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the row height."""
        return QSize(60, self.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        row, column = index.data(ROW_ROLE), index.data(COLUMN_ROLE)
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if isinstance(row, Group):
            self._paint_group(painter, rect, row, index.column() == self.first_column, self.edge)
        elif row is not None:
            self._paint_ground(painter, rect, selected, index.column() == self.first_column)
            inner = self.inner(rect, index.column())
            painter.setClipRect(inner)
            paint_cell(painter, inner, row, column, selected, self.row_height)
        painter.restore()

    @staticmethod
    def _paint_ground(painter: QPainter, rect: QRect, selected: bool, first: bool) -> None:
        painter.fillRect(rect, theme["selection"] if selected else theme["surface"])
        if selected and first:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), theme["accent"])
        painter.setPen(QPen(theme["line"], 1))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())

    @staticmethod
    def _paint_group(painter: QPainter, rect: QRect, group: Group, first: bool, edge: int) -> None:
        painter.fillRect(rect, theme["sunken"])
        painter.setPen(QPen(theme["line"], 1))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        if not first:
            return
        painter.setClipping(False)
        chevron = "chevron-right" if group.folded else "chevron-down"
        paint_icon(painter, chevron, rect.left() + PAD + edge, rect.center().y() - 7, 14, theme["text2"])
        x = rect.left() + PAD + edge + 20
        for text, bold, token in ((group.text, True, "text2"), (str(group.count), False, "text2")):
            face = font(12.5, bold=bold)
            painter.setFont(face)
            painter.setPen(theme[token])
            painter.drawText(QRectF(x, rect.top(), 600, rect.height()), int(MIDDLE), text)
            x += round(QFontMetricsF(face).horizontalAdvance(text)) + 8

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the whole text of a cell that had to be cut."""
        row, column = index.data(ROW_ROLE), index.data(COLUMN_ROLE)
        if row is None or isinstance(row, Group) or not isinstance(column, Column):
            return False
        texts = [text for text in (column.text(row), column.second(row)) if text]
        room = self.inner(option.rect, index.column()).width() - 2 * PAD - (32 if column.boxed_icon else 0)
        is_cut = any(QFontMetricsF(font(13, bold=column.bold(row))).horizontalAdvance(text) > room for text in texts)
        QToolTip.showText(event.globalPos(), plain_tip("\n".join(texts)) if is_cut else "", view)
        return is_cut

    def editorEvent(self, event: QEvent, model: Any, option: QStyleOptionViewItem, index: Index) -> bool:
        """Press painted buttons on mouse release."""
        column, row = index.data(COLUMN_ROLE), index.data(ROW_ROLE)
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(column, Column) or isinstance(row, Group):
            return False
        assert isinstance(event, QMouseEvent)
        inner = self.inner(option.rect, index.column())
        hit = column.button(row) and button_rect(inner).contains(event.position())
        if hit or (column.pressable and inner.contains(event.position().toPoint())):
            self.pressed.emit(row, column.id)
            return True
        return False


def button_rect(cell: QRect) -> QRectF:
    """Return where a cell's button is painted."""
    height = min(28, cell.height() - 6)
    return QRectF(cell.left() + 4, cell.center().y() - height / 2 + 0.5, cell.width() - 8, height)


def paint_cell(painter: QPainter, rect: QRect, row: Any, column: Column, selected: bool, row_height: int) -> None:
    """Paint what a column says about a row."""
    pill = column.pill(row)
    if column.paint is not None:
        column.paint(painter, rect, row, selected)
    elif pill:
        _paint_state(painter, rect, pill, column, row)
    elif column.button(row):
        _paint_button(painter, button_rect(rect), column.button(row), filled=selected)
    else:
        _paint_lines(painter, rect, row, column, row_height, selected and column.bold_selected)


def _paint_state(painter: QPainter, rect: QRect, key: str, column: Column, row: Any) -> None:
    look = state(key)
    style = "outlined" if look.outlined and column.pill_look == "soft" else column.pill_look
    box = QRectF(rect.left() + PAD, rect.center().y() - HEIGHT / 2 + 0.5, rect.width() - PAD - 6, HEIGHT)
    paint_pill(painter, box, column.text(row) or _(look.word), look.token, look.icon, style)


def _paint_button(painter: QPainter, rect: QRectF, text: str, filled: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme["accent"] if filled else theme["line_strong"], 1))
    painter.setBrush(theme["accent"] if filled else theme["surface"])
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    painter.setPen(theme["accent_on"] if filled else theme["accent"])
    painter.setFont(font(12.5, bold=filled))
    shown = elide(painter.fontMetrics(), text, rect.width() - 8)
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), shown)


def _paint_lines(painter: QPainter, rect: QRect, row: Any, column: Column, row_height: int, strong: bool) -> None:
    x, right = rect.left() + PAD, rect.right() - PAD
    icon = column.icon(row)
    token = column.token(row) or "text"
    if icon and not column.right:
        x += _paint_lead(painter, icon, x, rect, column, token)
    second = column.second(row)
    side = RIGHT if column.right else LEFT
    face = font(13, bold=strong or column.bold(row))
    room = QRectF(x, rect.top(), right - x, rect.height())
    note = column.note(row)
    if note:
        room = _paint_note(painter, room, note)
    first = QRectF(room.left(), room.top() + 4, room.width(), (row_height - 8) / 2) if second else room
    painter.setFont(face)
    painter.setPen(theme[token])
    text = elide(painter.fontMetrics(), column.text(row), first.width())
    painter.drawText(first, int(side | MIDDLE), text)
    if icon and column.right:
        wide = QFontMetricsF(face).horizontalAdvance(text)
        paint_icon(painter, icon, right - wide - 19, rect.center().y() - 6, 14, theme[token])
    if second:
        _paint_second(painter, QRectF(room.left(), rect.center().y(), room.width(), (row_height - 8) / 2), row, column)


def _paint_second(painter: QPainter, room: QRectF, row: Any, column: Column) -> None:
    painter.setFont(font(12))
    painter.setPen(theme[column.second_token(row) or "text2"])
    side = RIGHT if column.right else LEFT
    painter.drawText(room, int(side | MIDDLE), elide(painter.fontMetrics(), column.second(row), room.width()))


def _paint_lead(painter: QPainter, icon: str, x: int, rect: QRect, column: Column, token: str) -> int:
    middle = rect.center().y()
    if not column.boxed_icon:
        paint_icon(painter, icon, x, middle - 6, 14, theme[token if token != "text" else "text2"])
        return 20
    painter.setPen(QPen(theme["line"], 1))
    painter.setBrush(theme["sunken"])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawRoundedRect(QRectF(x + 0.5, middle - 11.5, 23, 23), 4, 4)
    paint_icon(painter, icon, x + 4.5, middle - 7.5, 15, theme["text2"])
    return 32


def _paint_note(painter: QPainter, room: QRectF, note: str) -> QRectF:
    painter.setFont(font(11.5))
    painter.setPen(theme["text3"])
    wide = QFontMetricsF(font(11.5)).horizontalAdvance(note)
    painter.drawText(room, int(RIGHT | MIDDLE), note)
    return room.adjusted(0, 0, -wide - 8, 0)
