"""The status bar: recording, bytes lost today, saved, a passing line, clock and zone."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.kit.layout import row
from ui.kit.pill import Pill
from ui.kit.text import Elided, label
from ui.kit.theme import measure, theme
from ui.kit.words import _, weekday_day_month
from ui.shell.facts import Facts


class StatusBar(QWidget):
    """The line at the bottom."""

    def __init__(self, zone: str) -> None:
        """Take the site's zone name."""
        super().__init__()
        self.setFixedHeight(measure("status_bar"))
        self._zone = zone
        self._cells = Pill("", "off", "circle-dashed")
        self._lost = label("", "secondary")
        self._saved = label(_("Saved"), "secondary")
        self._line = Elided("", "secondary")
        self._clock = label("", "secondary")
        self.setLayout(
            row(self._cells, self._lost, self._saved, self._line, self._clock, gap=16, margins=(16, 2, 16, 2))
        )
        box = self.layout()
        assert box is not None
        box.setStretch(3, 1)  # type: ignore[attr-defined]
        self._timer = QTimer(self)
        self._timer.setInterval(5000)
        self._timer.timeout.connect(self.show_clock)
        self._timer.start()
        self.show_clock()
        self.show_facts(Facts())

    def show_clock(self, now: datetime | None = None) -> None:
        """Show date and time of the site."""
        local = _.local(now) if now else _.now()
        day = weekday_day_month(local.date())
        year = f"{local.year}年" if _.language == "zh" else ""
        text = f"{year}{day} {local:%H:%M}" if year else f"{day} {local.year}, {local:%H:%M}"
        self._clock.setText(f"{text}  •  {self._zone}" if not year else f"{text} · {self._zone}")

    def show_facts(self, facts: Facts) -> None:
        """Show how recording stands."""
        if not facts.cells:
            self._cells.show_text(_("No cells yet"), "off", "circle-dashed")
        elif facts.recording == facts.cells:
            text = _.plural("{n} cell recording", "{n} cells recording", facts.recording)
            self._cells.show_text(text, "ok", "circle-check")
        else:
            text = _("{n} of {total} recording", n=facts.recording, total=facts.cells)
            self._cells.show_text(text, "warn" if facts.recording else "off", "circle-alert")
        self._lost.setText(_.plural("{n} byte lost today", "{n} bytes lost today", facts.bytes_lost))
        self._lost.set_tone("crit" if facts.bytes_lost else "text2")
        self._lost.setVisible(bool(facts.cells))

    def show_saving(self, busy: bool) -> None:
        """Say whether everything is saved."""
        self._saved.setText(_("Saving") if busy else _("Saved"))

    def show_line(self, text: str, token: str = "") -> None:
        """Show a passing line; an empty text clears it."""
        self._line.setText(text)
        self._line.set_tone(token or "text2")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint surface and edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme["surface"])
        painter.fillRect(0, 0, self.width(), 1, theme["line"])
