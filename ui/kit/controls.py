"""Small controls: segments, search field, filter chips."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from ui.kit.icons import icon, paint_icon
from ui.kit.text import key_cap, key_words
from ui.kit.theme import font, theme

WIDE_PAD, LEAST_PAD = 22.0, 9.0


class SegmentedControl(QWidget):
    """Choose one of a few; each segment has a key, a word and an optional count."""

    picked = Signal(str)

    def __init__(self, name: str, framed: bool = True, height: int = 30) -> None:
        """Take the accessible name; `framed` draws one border around all segments."""
        super().__init__()
        self._segments: list[tuple[str, str, str]] = []
        self._key = ""
        self._framed, self._height = framed, height
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_segments(self, segments: Sequence[tuple[str, str, str]], key: str = "") -> None:
        """Show segments of (key, word, count text)."""
        self._segments = list(segments)
        self._key = key or self._key or (segments[0][0] if segments else "")
        self._tell_choice()
        self.updateGeometry()
        self.update()

    @property
    def key(self) -> str:
        """Return the chosen key."""
        return self._key

    def pick(self, key: str) -> None:
        """Choose a segment and tell."""
        if key == self._key:
            return
        self._key = key
        self._tell_choice()
        self.update()
        self.picked.emit(key)

    def _tell_choice(self) -> None:
        chosen = next((f"{word} {count}".strip() for key, word, count in self._segments if key == self._key), "")
        self.setAccessibleDescription(chosen)

    def sizeHint(self) -> QSize:
        """Fit all segments."""
        return QSize(round(sum(self._widths(WIDE_PAD))) + 1, self._height)

    def minimumSizeHint(self) -> QSize:
        """Move closer together where room is short, but never cut a segment."""
        return QSize(round(sum(self._widths(LEAST_PAD))) + 1, self._height)

    def _pad(self) -> float:
        lacking = self.sizeHint().width() - self.width()
        return max(LEAST_PAD, WIDE_PAD - max(0, lacking) / max(1, len(self._segments)))

    def _widths(self, pad: float) -> list[float]:
        metrics = QFontMetricsF(font(12.5, bold=True))
        return [
            metrics.horizontalAdvance(word) + (metrics.horizontalAdvance(count) + 5 if count else 0) + pad
            for _key, word, count in self._segments
        ]

    def _rects(self) -> list[QRectF]:
        rects, x = [], 0.0
        for width in self._widths(self._pad()):
            rects.append(QRectF(x, 0, width, self.height()))
            x += width
        return rects

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the segment under the pointer."""
        for rect, (key, _word, _count) in zip(self._rects(), self._segments, strict=True):
            if rect.contains(event.position()):
                self.pick(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrow keys."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        keys = [key for key, _word, _count in self._segments]
        if step and keys:
            self.pick(keys[max(0, min(len(keys) - 1, keys.index(self._key) + step))])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint frame, fills and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(frame, 6, 6)
        if self._framed:
            painter.fillPath(outline, theme["surface"])
        for n, (rect, segment) in enumerate(zip(self._rects(), self._segments, strict=True)):
            self._paint_segment(painter, outline, rect, segment, n)
        if self._framed or self.hasFocus():
            painter.setPen(QPen(theme["accent"] if self.hasFocus() else theme["line_strong"], 1))
            painter.drawPath(outline)

    def _paint_segment(
        self, painter: QPainter, outline: QPainterPath, rect: QRectF, segment: tuple[str, str, str], n: int
    ) -> None:
        key, word, count = segment
        chosen = key == self._key
        if chosen:
            painter.save()
            painter.setClipPath(outline)
            part = QPainterPath()
            part.addRoundedRect(rect, 0 if self._framed else 6, 0 if self._framed else 6)
            painter.fillPath(part, theme["accent_soft"])
            painter.restore()
        if self._framed and n:
            painter.setPen(QPen(theme["line"], 1))
            painter.drawLine(int(rect.left()), 1, int(rect.left()), self.height() - 2)
        self._paint_words(painter, rect, word, count, chosen)

    def _paint_words(self, painter: QPainter, rect: QRectF, word: str, count: str, chosen: bool) -> None:
        face = font(12.5, bold=chosen)
        metrics = QFontMetricsF(face)
        total = metrics.horizontalAdvance(word) + (metrics.horizontalAdvance(count) + 5 if count else 0)
        x = rect.center().x() - total / 2
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(face)
        painter.setPen(theme["accent"] if chosen else theme["text2"])
        painter.drawText(QRectF(x, 0, rect.width(), rect.height()), middle, word)
        if count:
            x += metrics.horizontalAdvance(word) + 5
            painter.drawText(QRectF(x, 0, rect.width(), rect.height()), middle, count)


class SearchField(QLineEdit):
    """Filter as one types: emits `searched` 120 ms after the last key; Escape clears."""

    searched = Signal(str)

    def __init__(self, hint: str, shortcut: str = "") -> None:
        """Take the placeholder, which is also the accessible name, and a key cap to show."""
        super().__init__()
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.addAction(icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self.setClearButtonEnabled(not shortcut)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(120)
        self._wait.timeout.connect(self._on_waited)
        self.textChanged.connect(self._wait.start)
        self._cap = key_cap(key_words(shortcut)) if shortcut else None
        if self._cap:
            self._cap.setParent(self)
            self.setTextMargins(0, 0, self._cap.sizeHint().width() + 6, 0)

    def _on_waited(self) -> None:
        self.searched.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear on Escape."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep the key cap at the right edge, and Escape for ourselves while there is something to clear."""
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and event.key() == Qt.Key.Key_Escape and self.text():  # type: ignore[attr-defined]
            event.accept()
            return True
        if event.type() == QEvent.Type.Resize and self._cap:
            size = self._cap.sizeHint()
            self._cap.setGeometry(self.width() - size.width() - 10, (self.height() - 18) // 2, size.width(), 18)
        return super().event(event)


class Chip(QWidget):
    """A filter chip that is on or off; on shows a cross."""

    toggled = Signal(bool)

    def __init__(self, text: str, on: bool = False) -> None:
        """Take the translated word."""
        super().__init__()
        self._text, self.on = text, on
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Fit the word, and the cross when on."""
        wide = QFontMetricsF(font(12, bold=self.on)).horizontalAdvance(self._text)
        return QSize(round(wide) + (36 if self.on else 20), 24)

    def set_on(self, on: bool) -> None:
        """Switch and tell."""
        if on != self.on:
            self.on = on
            self.updateGeometry()
            self.update()
            self.toggled.emit(on)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Toggle."""
        self.set_on(not self.on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Toggle with Space or Enter."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.set_on(not self.on)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the chip."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self.on or self.hasFocus()
        painter.setPen(QPen(theme["accent"] if strong else theme["line_strong"], 1))
        painter.setBrush(theme["accent_soft"] if self.on else theme["surface"])
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setPen(theme["accent"] if self.on else theme["text2"])
        painter.setFont(font(12, bold=self.on))
        painter.drawText(self.rect().adjusted(10, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), self._text)
        if self.on:
            paint_icon(painter, "x", self.width() - 20, self.height() / 2 - 6, 12, theme["accent"])


class EscapeFilter(QObject):
    """Call something when Escape is pressed in a widget."""

    pressed = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch for Escape; everything else passes."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.pressed.emit()
            return True
        return super().eventFilter(watched, event)
