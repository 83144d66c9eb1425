"""A text editor with line numbers and marked lines, in a fixed-width font."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPaintEvent, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from ui.kit.theme import font, theme

FIXED_SIZE = 13.0


class CodeEdit(QPlainTextEdit):
    """Edit TOML; lines with problems carry a mark beside their number and a tint."""

    def __init__(self, name: str) -> None:
        """Take the accessible name."""
        super().__init__()
        self.setAccessibleName(name)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(font(FIXED_SIZE).pointSizeF())
        self.setFont(fixed)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self._bad: frozenset[int] = frozenset()
        self._margin = _Margin(self)
        self.blockCountChanged.connect(lambda _count: self._fit())
        self.updateRequest.connect(self._on_update)
        self.cursorPositionChanged.connect(self._margin.update)
        self._fit()

    def mark(self, lines: frozenset[int]) -> None:
        """Mark lines (counted from 1) as having a problem."""
        self._bad = lines
        tint = QColor(theme["crit"])
        tint.setAlpha(28)
        marks = []
        for line in sorted(lines):
            block = self.document().findBlockByNumber(line - 1)
            if block.isValid():
                mark = QTextEdit.ExtraSelection()
                mark.cursor = QTextCursor(block)
                mark.format.setBackground(tint)
                mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
                marks.append(mark)
        self.setExtraSelections(marks)
        self._margin.update()

    def go_to(self, line: int) -> None:
        """Put the cursor on a line (from 1) and the focus here."""
        block = self.document().findBlockByNumber(max(0, line - 1))
        if block.isValid():
            self.setTextCursor(QTextCursor(block))
            self.centerCursor()
        self.setFocus()

    def replace_all(self, text: str) -> None:
        """Put another text in place, so that Undo brings the old one back."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def find_around(self, wanted: str) -> None:
        """Go to the next place of a text, from the top again after the last."""
        if wanted and not self.find(wanted):
            self.moveCursor(QTextCursor.MoveOperation.Start)
            self.find(wanted)

    def margin_width(self) -> int:
        """Return the room for the numbers in px."""
        return 26 + self.fontMetrics().horizontalAdvance("9") * max(3, len(str(self.blockCount())))

    def paint_margin(self, event: QPaintEvent) -> None:
        """Paint the numbers of the visible lines."""
        painter = QPainter(self._margin)
        painter.fillRect(event.rect(), theme["sunken"])
        painter.setFont(self.font())
        block, here = self.firstVisibleBlock(), self.textCursor().blockNumber()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            self._paint_number(
                painter, block.blockNumber(), here, QRect(0, round(top), self._margin.width(), round(height))
            )
            top += height
            block = block.next()
        painter.end()

    def _paint_number(self, painter: QPainter, number: int, here: int, rect: QRect) -> None:
        is_bad = number + 1 in self._bad
        painter.setPen(theme["crit" if is_bad else "text" if number == here else "text3"])
        painter.drawText(
            rect.adjusted(0, 0, -10, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number + 1)
        )
        if is_bad:
            painter.drawText(rect.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "●")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the numbers as high as the text."""
        super().resizeEvent(event)
        area = self.contentsRect()
        self._margin.setGeometry(QRect(area.left(), area.top(), self.margin_width(), area.height()))

    def _fit(self) -> None:
        self.setViewportMargins(self.margin_width(), 0, 0, 0)

    def _on_update(self, rect: QRect, dy: int) -> None:
        if dy:
            self._margin.scroll(0, dy)
        else:
            self._margin.update(0, rect.y(), self._margin.width(), rect.height())


class _Margin(QWidget):
    """Hold the line numbers beside the text."""

    def __init__(self, edit: CodeEdit) -> None:
        super().__init__(edit)
        self._edit = edit

    def sizeHint(self) -> QSize:
        return QSize(self._edit.margin_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._edit.paint_margin(event)
