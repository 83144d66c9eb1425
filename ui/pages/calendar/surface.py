"""The painted surface of the timeline: data, lines, time axis and scrolling, without any acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from ui.kit.words import _
from ui.pages.calendar.data import TimelineData
from ui.pages.calendar.geometry import HEADER, LABEL, ROW, Axis, Layout, View, layout_of, scale_of
from ui.pages.calendar.paint import paint
from ui.pages.calendar.picture import Ghost, Indexed, Picture
from ui.pages.calendar.summary import bar_summary, row_summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from ui.pages.calendar.gesture import Hit

_BAR_WIDTH = 8


class Surface(QWidget):
    """Paint bars over time; ``viewed`` carries the first and last visible UTC second."""

    viewed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty; data and ``go`` fill it."""
        super().__init__(parent)
        self.indexed = Indexed()
        self.layout_lines = Layout(())
        self.axis = Axis(0.0, 52 / 3600)
        self.view: View | None = View.DAY
        self.now = 0
        self.row = -1
        self.bar = -1
        self.cursor_at: int | None = None
        self.ghost: Ghost | None = None
        self.folded: frozenset[str] = frozenset()
        self._groups: Sequence[str] = ()
        self._shown: Sequence[int] = ()
        self._set_up()

    def _set_up(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Booking timeline"))
        self.setAccessibleIdentifier("calendar.timeline")
        self.rows_bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.rows_bar.setAccessibleName(_("Scroll the machines"))
        self.rows_bar.setSingleStep(ROW)
        self.rows_bar.valueChanged.connect(self.update)

    @property
    def data(self) -> TimelineData:
        """Give the data on show."""
        return self.indexed.data

    def show_indexed(self, indexed: Indexed) -> None:
        """Replace the data; every row is shown until ``set_shown`` says otherwise."""
        self.indexed = indexed
        self._groups, self._shown = [row.group for row in self.data.rows], range(len(self.data.rows))

    def set_shown(self, shown: Sequence[int], groups: Sequence[str] | None = None) -> None:
        """Show only some rows, under the given group of each row of the data."""
        self._shown = shown
        self._groups = groups if groups is not None else self._groups
        self.arrange()

    def fold(self, group: str) -> None:
        """Fold a group away or open it again."""
        self.folded ^= {group}
        self.arrange()

    def arrange(self) -> None:
        """Lay the lines out anew."""
        self.layout_lines = layout_of(self._groups, self._shown, self.folded)
        self._fit_bar()
        self._describe()
        self.update()

    def _describe(self) -> None:
        """Tell screen readers what is selected, or how much is on show."""
        said = bar_summary(self.data, self.bar) if self.bar >= 0 else row_summary(self.picture())
        self.setAccessibleDescription(said)

    def announce(self, text: str) -> None:
        """Let a screen reader say something at once."""
        if text and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _fit_bar(self) -> None:
        room = max(1, self.height() - HEADER)
        self.rows_bar.setRange(0, max(0, self.layout_lines.height - room))
        self.rows_bar.setPageStep(room)
        self.rows_bar.setVisible(self.rows_bar.maximum() > 0)
        self.rows_bar.setGeometry(self.width() - _BAR_WIDTH - 2, HEADER, _BAR_WIDTH + 2, room)

    def go(self, start: float, view: View | None = None) -> None:
        """Show a view from a UTC second on; None keeps the scale."""
        if view is not None:
            self.view = view
            self.axis = Axis(start, scale_of(view, self.time_width))
        else:
            self.axis = Axis(start, self.axis.scale)
        self._seen()

    def set_axis(self, axis: Axis) -> None:
        """Show the time of an axis, as panning and zooming do."""
        if axis.scale != self.axis.scale:
            self.view = None
        self.axis = axis
        self._seen()

    def _seen(self) -> None:
        self.update()
        self.viewed.emit(int(self.axis.instant(LABEL)), int(self.axis.instant(self.width())))

    def set_now(self, now: int) -> None:
        """Move the now line to a UTC second."""
        self.now = now
        self.update()

    @property
    def time_width(self) -> int:
        """Give the px that time has."""
        return max(1, self.width() - LABEL - (_BAR_WIDTH if self.rows_bar.maximum() else 0))

    @property
    def scrolled(self) -> int:
        """Give how far the rows are scrolled, px."""
        return self.rows_bar.value()

    def picture(self) -> Picture:
        """Freeze what would be painted now."""
        return Picture(
            self.indexed, self.layout_lines, self.axis, self.scrolled, self.width(), self.height(), self.now,
            self.row, self.bar, self.cursor_at, self.hasFocus(), self.ghost, self.folded,
        )  # fmt: skip

    def hit(self, at: QPointF) -> Hit:
        """Say what lies at a point."""
        return self.picture().scene.hit(at.x(), at.y())

    def show_row(self, row: int) -> None:
        """Scroll so that a row is in view."""
        line = self.layout_lines.line_of_row.get(row)
        if line is not None:
            top, room = int(self.layout_lines.tops[line]), self.height() - HEADER
            self.rows_bar.setValue(max(min(self.scrolled, top), top + ROW - room))

    def show_instant(self, instant: float) -> None:
        """Pan so that an instant lies inside the window."""
        x = self.axis.x(instant)
        if not LABEL + 8 <= x <= self.width() - 24:
            self.set_axis(self.axis.panned(x - LABEL - self.time_width / 3))

    def sizeHint(self) -> QSize:
        """Ask for room for half a day and a dozen machines."""
        return QSize(LABEL + 12 * 52, HEADER + 12 * ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what is in view."""
        painter = QPainter(self)
        paint(painter, self.picture())
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep the span of week and month across the new width."""
        self._fit_bar()
        if self.view is not None:
            self.axis = Axis(self.axis.origin, scale_of(self.view, self.time_width))
        self._seen()
