"""Find what lies under the pointer; pure arithmetic over the layout and the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.pages.calendar.data import EXTENDABLE, MOVABLE, BarState
from ui.pages.calendar.geometry import HEADER, LABEL
from ui.pages.calendar.gesture import Grip, Hit

if TYPE_CHECKING:
    from ui.pages.calendar.data import Bars
    from ui.pages.calendar.geometry import Axis, Layout
    from ui.pages.calendar.index import IntervalIndex

EDGE = 6
"""Width in px of the zone at each end of a bar that resizes it."""


@dataclass(frozen=True)
class Scene:
    """Hold what a hit test needs: bars and their index, lines, time axis, scroll (px)."""

    bars: Bars
    index: IntervalIndex
    layout: Layout
    axis: Axis
    scroll: float = 0.0

    def hit(self, x: float, y: float) -> Hit:
        """Say what lies at a point of the widget."""
        instant = self.axis.instant(x)
        if y < HEADER:
            return Hit(Grip.HEADER, instant=instant)
        number = self.layout.at(y - HEADER + self.scroll)
        if number < 0:
            return Hit(Grip.NOTHING, instant=instant)
        line = self.layout.lines[number]
        if line.row < 0:
            return Hit(Grip.GROUP, instant=instant, group=line.group)
        if x < LABEL:
            return Hit(Grip.LABEL, line.row, instant=instant)
        return self._hit_row(line.row, x, instant)

    def _hit_row(self, row: int, x: float, instant: float) -> Hit:
        bar = self.index.at(row, int(instant))
        if bar < 0:
            return Hit(Grip.EMPTY, row, instant=instant)
        return Hit(self._grip(bar, x), row, bar, instant)

    def _grip(self, bar: int, x: float) -> Grip:
        """Tell edge from body; narrow bars keep half of their width as body."""
        left, right = (self.axis.x(int(at[bar])) for at in (self.bars.start, self.bars.end))
        edge = min(EDGE, (right - left) / 4)
        state = BarState(int(self.bars.state[bar]))
        if x >= right - edge and state in EXTENDABLE:
            return Grip.END
        if x < left + edge and state in MOVABLE:
            return Grip.START
        return Grip.BODY
