"""The line at the foot of the console: text or bytes, line ending, history; only for who has the machine booked now."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from ui.kit.buttons import button
from ui.kit.layout import column, row
from ui.kit.text import label
from ui.kit.theme import font
from ui.kit.words import _

ENDINGS = (("", b""), ("LF", b"\n"), ("CR", b"\r"), ("CR LF", b"\r\n"))
MOST_HISTORY = 100


class SendLine(QWidget):
    """Take a line and hand over its bytes; Up and Down go through what was sent."""

    wanted = Signal(bytes)

    def __init__(self) -> None:
        """Start locked, until the standing is known."""
        super().__init__()
        self.input = QLineEdit()
        self.input.setFont(font(13))
        self.input.setAccessibleName(_("Line to send"))
        self.input.setMaxLength(1024)
        self.kind, self.ending = QComboBox(), QComboBox()
        self.kind.setAccessibleName(_("Text or bytes"))
        self.kind.addItem(_.context("console", "Text"), "text")
        self.kind.addItem(_("Bytes (hex)"), "hex")
        self.ending.setAccessibleName(_("Line ending"))
        for name, ending in ENDINGS:
            self.ending.addItem(name or _("no ending"), ending)
        self.ending.setCurrentIndex(1)
        self.send = button(_("Send"), self._on_send, kind="primary")
        self.said = label("", "secondary", wrap=True)
        self._history: list[str] = []
        self._at = 0
        self.setLayout(column(row(self.input, self.kind, self.ending, self.send), self.said, gap=4))
        self.input.returnPressed.connect(self._on_send)
        self.input.installEventFilter(self)
        self.kind.currentIndexChanged.connect(lambda _at: self._show_hint())
        self._show_hint()
        self.allow("")

    def allow(self, reason: str) -> None:
        """Unlock with an empty reason, else lock and say why."""
        for part in (self.input, self.kind, self.ending, self.send):
            part.setEnabled(not reason)
        self.tell(reason, "warn" if reason else "")

    def tell(self, text: str, tone: str = "") -> None:
        """Say what came of the last line, or what is wrong."""
        self.said.setText(text)
        self.said.set_tone(tone or "text2")
        self.said.setVisible(bool(text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go through the history with Up and Down."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step:
                self._recall(step)
                return True
        return super().eventFilter(watched, event)

    def _recall(self, step: int) -> None:
        self._at = max(0, min(len(self._history), self._at + step))
        self.input.setText(self._history[self._at] if self._at < len(self._history) else "")

    def _show_hint(self) -> None:
        is_hex = self.kind.currentData() == "hex"
        self.ending.setVisible(not is_hex)
        self.input.setPlaceholderText(_("Bytes, as in 01 03 00 00") if is_hex else _("Text to send"))

    def _on_send(self) -> None:
        text = self.input.text()
        data = self.bytes_of(text)
        if data is None:
            self.tell(_("These are no bytes: write two hexadecimal digits for each."), "crit")
            return
        if not data or not self.send.isEnabled():
            return
        self._history = [*(line for line in self._history if line != text), text][-MOST_HISTORY:]
        self._at = len(self._history)
        self.input.clear()
        self.wanted.emit(data)

    def bytes_of(self, text: str) -> bytes | None:
        """Return the bytes of what stands in the line, None when it cannot be read."""
        if self.kind.currentData() == "hex":
            try:
                return bytes.fromhex(text)
            except ValueError:
                return None
        ending = self.ending.currentData()
        return text.encode("utf-8") + (ending if isinstance(ending, bytes) else bytes(ending))
