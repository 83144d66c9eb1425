"""Show captured bytes as hex, coloured by what became of them; fields are underlined."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QToolTip, QWidget

from center_app.telemetry.profile_preview import GOOD, MOST_SHOWN, PENDING, ByteSpan, FieldSpan
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.cells.reasons import reason_text

PER_ROW = 16


def word_of(kind: str) -> str:
    """Say what became of bytes."""
    if kind == GOOD:
        return _("good frame")
    if kind == PENDING:
        return _("not decided yet")
    return reason_text(kind)


def colour_of(kind: str) -> QColor:
    """Return the ink of bytes by what became of them."""
    return theme[{GOOD: "ok", PENDING: "text3", "noise": "text3", "text": "text3"}.get(kind, "crit")]


class HexBytes(QWidget):
    """Paint the bytes, sixteen a row, with their offset and characters."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.setAccessibleName(_("Captured bytes"))
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(font(12).pointSizeF())
        self.setFont(fixed)
        self._data = b""
        self._spans: tuple[ByteSpan, ...] = ()
        self._fields: dict[int, str] = {}

    def show_bytes(self, data: bytes, spans: tuple[ByteSpan, ...], fields: tuple[FieldSpan, ...]) -> None:
        """Show bytes with what became of them."""
        self._data, self._spans = data[:MOST_SHOWN], spans
        self._fields = {at: one.key for one in fields for at in range(one.start, one.stop)}
        self.setMinimumSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for all rows."""
        rows = -(-len(self._data) // PER_ROW)
        return QSize(round(self._cell() * (5 + PER_ROW * 1.5 + PER_ROW * 0.5)) + 24, self._line() * max(1, rows) + 8)

    def _cell(self) -> float:
        return self.fontMetrics().horizontalAdvance("00")

    def _line(self) -> int:
        return self.fontMetrics().height() + 5

    def _left(self, column: int) -> float:
        return 8 + self._cell() * (3 + column * 1.5 + (0.5 if column >= 8 else 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that are in view."""
        painter = QPainter(self)
        painter.setFont(self.font())
        first = max(0, event.rect().top() // self._line())
        last = min(-(-len(self._data) // PER_ROW), event.rect().bottom() // self._line() + 1)
        for row in range(first, last):
            self._paint_row(painter, row)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int) -> None:
        top, height = row * self._line() + 4, self._line()
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme["text3"])
        painter.drawText(QRectF(8, top, self._cell() * 3, height), left, f"{row * PER_ROW:04X}")
        for column, value in enumerate(self._data[row * PER_ROW : (row + 1) * PER_ROW]):
            at = row * PER_ROW + column
            span = self._span(at)
            ink = colour_of(span.kind if span else PENDING)
            cell = QRectF(self._left(column), top, self._cell(), height)
            self._paint_ground(painter, cell, at, span, ink)
            painter.setPen(ink)
            painter.drawText(cell, left, f"{value:02X}")
            text = chr(value) if 32 <= value < 127 else "·"
            painter.drawText(
                QRectF(self._left(PER_ROW) + self._cell() * (0.5 + column * 0.5), top, self._cell(), height), left, text
            )

    def _paint_ground(self, painter: QPainter, cell: QRectF, at: int, span: ByteSpan | None, ink: QColor) -> None:
        """Tint a byte, mark where its frame starts and underline it when it belongs to a field."""
        tint = QColor(ink)
        tint.setAlpha(30)
        if span is not None and span.kind != PENDING:
            painter.fillRect(cell.adjusted(-2, 1, 2, -1), tint)
            if at == span.start:
                painter.fillRect(QRectF(cell.left() - 3, cell.top() + 1, 2, cell.height() - 2), ink)
        if at in self._fields:
            painter.fillRect(QRectF(cell.left(), cell.bottom() - 3, cell.width(), 1.5), theme["accent"])

    def _span(self, at: int) -> ByteSpan | None:
        index = bisect_right(self._spans, at, key=_start) - 1
        return self._spans[index] if index >= 0 and at < self._spans[index].stop else None

    def event(self, event: QEvent) -> bool:
        """Say what a byte belongs to when the pointer rests on it."""
        if isinstance(event, QHelpEvent):
            at = self._at(event.pos().x(), event.pos().y())
            span = self._span(at) if at is not None else None
            key = self._fields.get(at, "") if at is not None else ""
            words = f"{word_of(span.kind)} {span.start}–{span.stop}" if span else ""
            QToolTip.showText(event.globalPos(), f"{words}  {key}".strip(), self)
            return True
        return super().event(event)

    def _at(self, x: int, y: int) -> int | None:
        for column in range(PER_ROW):
            if self._left(column) - 2 <= x <= self._left(column) + self._cell() + 3:
                return (y - 4) // self._line() * PER_ROW + column
        return None


def _start(span: ByteSpan) -> int:
    return span.start


def scrolled(view: HexBytes) -> QScrollArea:
    """Put the bytes into a scroll area that the keyboard reaches."""
    area = QScrollArea()
    area.setWidget(view)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    area.setAccessibleName(_("Captured bytes"))
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    return area
