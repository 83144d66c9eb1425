"""Hold the pens, brushes, fonts and icons of the timeline, resolved once per palette and language."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPixmap

from ui.kit import icons
from ui.kit.theme import font, palette_tokens, theme
from ui.pages.calendar.body import Bodies
from ui.pages.calendar.data import BarState, RowState
from ui.pages.calendar.formats import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QFont, QPaintDevice

    from ui.kit.theme import Tokens

TONES: dict[BarState, tuple[str, str]] = {
    BarState.BOOKED: ("info", "calendar-check"),
    BarState.PENDING: ("info", "hourglass"),
    BarState.IN_USE: ("ok", "play"),
    BarState.LATE: ("warn", "clock-alert"),
    BarState.DONE: ("off", "check"),
    BarState.NO_SHOW: ("off", "user-x"),
    BarState.OUT_OF_ORDER: ("crit", "circle-x"),
    BarState.SERVICE: ("off", "wrench"),
    BarState.UNBOOKED: ("warn", "triangle-alert"),
    BarState.ALARM: ("ok", "bell-ring"),
}
ROW_TONES: dict[RowState, tuple[str, str]] = {
    RowState.FREE: ("text2", "circle"),
    RowState.IN_USE: ("ok", "circle-play"),
    RowState.BOOKED: ("info", "calendar-check"),
    RowState.SET_UP: ("info", "sliders-horizontal"),
    RowState.LATE: ("warn", "clock-alert"),
    RowState.SERVICE: ("warn", "wrench"),
    RowState.DOWN: ("crit", "circle-x"),
    RowState.LOCKED: ("crit", "lock"),
    RowState.ALARM: ("crit", "bell-ring"),
}


_LEAST_ROOM = 34
"""Below this many px a name is left out rather than cut to a letter or two."""


@dataclass(frozen=True)
class Style:
    """Hold how bars of one state look."""

    fill: QBrush
    border: QPen
    own_border: QPen
    hatch: QBrush
    solid: QColor
    icon: str
    icon_colour: QColor
    text: QColor


def hatched(colour: QColor, step: int, thick: float) -> QBrush:
    """Make a brush of rising diagonals, ``step`` px apart on the horizontal."""
    tile = QPixmap(step, step)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    for shift in (-step, 0, step):
        painter.drawLine(QPointF(shift - 1, step + 1), QPointF(shift + step + 1, -1))
    painter.end()
    return QBrush(tile)


def _dash(colour: QColor, width: float, *lengths: float) -> QPen:
    pen = QPen(colour, width, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([length / width for length in lengths])
    return pen


class Ink:
    """Resolve the look of one palette; made anew when palette or language change."""

    def __init__(self, tokens: Tokens, paper: QPaintDevice | None = None) -> None:
        """Make every pen, brush and font that painting needs, in the pixels of a screen or of paper."""
        self.tokens, self._paper = tokens, paper
        self.colour = {name: tokens[name] for name in tokens.hexes}
        self.styles = {state: self._style(state) for state in BarState}
        self.bodies = Bodies(self)
        self.bar_font, self.bold_font = self._font(11.5), self._font(11.5, bold=True)
        self.body, self.body_bold, self.small = self._font(13), self._font(13, bold=True), self._font(12)
        self.small_bold = self._font(12, bold=True)
        self.grid = QPen(self.colour["grid"], 1)
        self.line = QPen(self.colour["line"], 1)
        self.strong = QPen(self.colour["line_strong"], 1)
        self.dashed_strong = _dash(self.colour["text3"], 1.0, 2, 2)
        self.buffer = hatched(self.tokens.alpha("text3", 0.62), 6, 0.9)
        self.outage = hatched(self.colour["hatch"], 9, 2.6)
        self.crit_hatch = hatched(self.colour["crit"], 5, 1.5)
        self.own = QPen(self.colour["text"], 2)
        self.ring = QPen(self.colour["accent"], 2)
        self.crit = QPen(self.colour["crit"], 2)
        self.now = QPen(self.colour["accent"], 2)

    def _style(self, state: BarState) -> Style:
        tone, icon = TONES[state]
        t = self.tokens
        fill: QColor = t[f"{tone}_soft"]
        border = QPen(t.mixed(tone, "surface", 0.5), 1)
        text, icon_colour = t["text"], t[tone]
        if state in (BarState.PENDING, BarState.NO_SHOW):
            fill = t["surface"]
        if state is BarState.PENDING:
            border = _dash(t[tone], 1.3, 3.9, 2.6)
        if state in (BarState.DONE, BarState.NO_SHOW, BarState.SERVICE):
            border, text = QPen(t["line_strong"], 1), t["text2"]
        if state is BarState.NO_SHOW:
            icon_colour = t["crit"]
        if state in (BarState.OUT_OF_ORDER, BarState.SERVICE):
            fill, text, border = t["surface"], t["text2"], _dash(t["line_strong"], 1.2, 4.8, 3.6)
        if state is BarState.UNBOOKED:
            text = t["warn"]
        hatch = hatched(t.mixed(tone, f"{tone}_soft", 0.75), 5, 0.9)
        solid = t.mixed(tone, "surface", 0.45)
        return Style(QBrush(fill), border, QPen(t["text"], 2), hatch, solid, icon, icon_colour, text)

    @property
    def is_paper(self) -> bool:
        """Say whether this ink is for a printer."""
        return self._paper is not None

    def _font(self, size_px: float, *, bold: bool = False) -> QFont:
        """Make a font of a size in px; points are counted in the dots of the device."""
        made = font(size_px, bold=bold)
        if self._paper is not None:
            made.setPointSizeF(size_px * 72 / self._paper.logicalDpiY())
        return made

    def _measure(self, face: QFont) -> QFontMetricsF:
        return QFontMetricsF(face) if self._paper is None else QFontMetricsF(face, self._paper)

    @cached_property
    def bar_metrics(self) -> QFontMetricsF:
        """Measure bar texts."""
        return self._measure(self.bar_font)

    @cached_property
    def bold_metrics(self) -> QFontMetricsF:
        """Measure texts of own bars."""
        return self._measure(self.bold_font)

    @lru_cache(maxsize=8192)  # noqa: B019 - an Ink lives as long as its cache
    def width(self, text: str, bold: bool) -> float:
        """Give the width of a bar text in px."""
        return (self.bold_metrics if bold else self.bar_metrics).horizontalAdvance(text)

    @lru_cache(maxsize=8192)  # noqa: B019
    def fitted(self, title: str, detail: str, room: int, bold: bool) -> str:
        """Give what fits into the room: name and project, the name alone, or the name elided."""
        whole = listed(title, detail)
        if self.width(whole, bold) <= room:
            return whole
        name = title or detail
        if self.width(name, bold) <= room:
            return name
        if room < _LEAST_ROOM:
            return ""
        metrics = self.bold_metrics if bold else self.bar_metrics
        return metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)

    def icon(self, name: str, colour: QColor, size: int, ratio: float) -> QPixmap:
        """Give an icon in a colour, sharp at the device pixel ratio."""
        return icons.pixmap(name, colour.name(), size, ratio)


_made: list[Ink] = []
_paper: list[Ink] = []


def ink() -> Ink:
    """Give the ink of the current palette, or of paper while printing."""
    if _paper:
        return _paper[0]
    if not _made or _made[0].tokens is not theme.tokens:
        _made[:] = [Ink(theme.tokens)]
    return _made[0]


@contextmanager
def printed(device: QPaintDevice) -> Iterator[None]:
    """Paint in the light palette and in the pixels of a printer meanwhile."""
    _paper[:] = [Ink(palette_tokens("light"), device)]
    try:
        yield
    finally:
        _paper.clear()


def renew() -> None:
    """Forget the ink, so that fonts follow a change of language."""
    _made.clear()
