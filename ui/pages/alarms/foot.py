"""Under the alarms: their own figures of a day, and two hours by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from center_app.telemetry.alarms.indicators import Indicators
from center_app.telemetry.values import LedgerEvent
from ui.kit.layout import Card, clear, column, row
from ui.kit.recorded import to_datetime
from ui.kit.text import label, rule
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.alarms.data import Loaded

SPAN_NS = 7_200_000_000_000
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class Stretch:
    """One alarm's time above its limit, split where it was acknowledged."""

    cell_id: int
    start_ns: int
    acknowledged_ns: int
    end_ns: int
    token: str


class Lanes(QWidget):
    """Draw a row for each cell over the last two hours; filled until acknowledged, outlined after."""

    def __init__(self) -> None:
        super().__init__()
        self.stretches: Sequence[Stretch] = ()
        self.names: dict[int, str] = {}
        self.now_ns = 0
        self.setMinimumHeight(150)
        self.setAccessibleName(_("Last 2 hours by cell"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint rows, bars and hours."""
        painter = QPainter(self)
        painter.setFont(font(11.5))
        left, wide = 150.0, self.width() - 160.0
        step = min(20.0, (self.height() - 22) / max(1, len(self.names)))
        for n, (cell_id, name) in enumerate(self.names.items()):
            y = n * step
            painter.setPen(theme["text2"])
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, 142)
            painter.drawText(QRectF(0, y, 146, step), _MIDDLE, shown)
            painter.setPen(QPen(theme["grid"], 1))
            painter.drawLine(QLineF(left, y + step, left + wide, y + step))
            for stretch in self.stretches:
                if stretch.cell_id == cell_id:
                    self._paint_bar(painter, stretch, left, wide, y + step / 2)
        bottom = len(self.names) * step
        for minutes in (120, 90, 60, 30, 0):
            x = left + wide * (1 - minutes / 120)
            painter.setPen(QPen(theme["accent"] if not minutes else theme["grid"], 1))
            painter.drawLine(QLineF(x, 0, x, bottom + 3))
            painter.setPen(theme["text2"])
            words = _.time(to_datetime(self.now_ns - minutes * 60_000_000_000), str(_.zone)) if minutes else _("now")
            painter.drawText(QRectF(x - 40, bottom + 3, 80, 16), int(Qt.AlignmentFlag.AlignHCenter), words)

    def _paint_bar(self, painter: QPainter, stretch: Stretch, left: float, wide: float, y: float) -> None:
        def at(t_ns: int) -> float:
            return left + wide * max(0.0, 1 - (self.now_ns - t_ns) / SPAN_NS)

        whole = QRectF(at(stretch.start_ns), y - 4, max(3.0, at(stretch.end_ns) - at(stretch.start_ns)), 8)
        painter.setPen(QPen(theme[stretch.token], 1))
        painter.setBrush(theme["surface"])
        painter.drawRect(whole)
        solid = max(3.0, at(stretch.acknowledged_ns) - whole.left())
        painter.fillRect(QRectF(whole.left(), whole.top(), min(solid, whole.width()), 8), theme[stretch.token])


class Foot(Card):
    """Show the figures left and the lanes right."""

    def __init__(self) -> None:
        self._figures = row(gap=28)
        self.lanes = Lanes()
        left = column(label(_("Figures, last 24 h"), "strong"), self._figures, None, gap=8)
        right = column(label(_("Last 2 hours by cell"), "strong"), self.lanes, gap=8)
        both = row(left, rule(vertical=True), right, gap=16, margins=(14, 12, 14, 10))
        both.setStretch(2, 1)
        super().__init__(both)

    def show_loaded(self, loaded: Loaded) -> None:
        """Replace figures and lanes."""
        clear(self._figures)
        if loaded.figures:
            self._show_figures(loaded.figures)
        self.lanes.names = {key: name.say(_.language) for key, name in loaded.cells.items()}
        self.lanes.now_ns = loaded.now_ns
        self.lanes.stretches = stretches(loaded)
        self.lanes.update()

    def _show_figures(self, figures: Indicators) -> None:
        told = [
            [(_("New in 10 min"), _.number(figures.per_ten_minutes, 1), _("target at most 1")),
             (_("Chattering"), _.number(len(figures.chattering)), _("from 3 a minute"))],
            [(_("Alarm floods"), _.number(len(figures.floods)), _("from 11 in 10 min")),
             (_("Older than 24 h"), _.number(len(figures.stale)), _("target below 5"))],
        ]  # fmt: skip
        for group in told:
            parts = []
            for title, value, note in group:
                parts += [label(title, "secondary"), label(value, "figure"), label(note, "small", "text3")]
            self._figures.addLayout(column(*parts, gap=1))


def stretches(loaded: Loaded) -> list[Stretch]:
    """Pair raises with acknowledgements and returns of the last two hours."""
    rules = {row.rule.id: row for row in loaded.rows}
    open_at: dict[int, tuple[int, int]] = {}
    found: list[Stretch] = []
    for event in sorted(loaded.events, key=lambda event: event.t_ns):
        key = int(event.details.get("rule_id", 0))
        if key in rules:
            _follow(event, key, open_at, found, rules[key].cell.id, _token(rules[key].rule.priority.value))
    for key, (start, seen) in open_at.items():
        row_ = rules[key]
        found.append(
            Stretch(row_.cell.id, start, seen or loaded.now_ns, loaded.now_ns, _token(row_.rule.priority.value))
        )
    return [stretch for stretch in found if stretch.end_ns > loaded.now_ns - SPAN_NS]


def _follow(
    event: LedgerEvent, key: int, open_at: dict[int, tuple[int, int]], found: list[Stretch], cell_id: int, token: str
) -> None:
    after = event.details.get("after")
    if after == "unacknowledged":
        open_at.setdefault(key, (event.t_ns, 0))
    elif after == "acknowledged" and key in open_at:
        open_at[key] = (open_at[key][0], event.t_ns)
    elif after in ("normal", "returned") and key in open_at:
        start, seen = open_at.pop(key)
        found.append(Stretch(cell_id, start, seen or event.t_ns, event.t_ns, token))


def _token(priority: str) -> str:
    return {"critical": "crit", "high": "warn", "medium": "warn"}.get(priority, "off")
