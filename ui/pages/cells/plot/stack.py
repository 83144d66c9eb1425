"""Plots above each other on one shared time axis, drawn at the screen's pace and fetched at the store's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from center_app.core.text import N_
from center_app.telemetry.store.values import ChannelView
from ui.kit.tasks import Tasks
from ui.kit.theme import theme
from ui.kit.words import _, day_month
from ui.pages.cells.plot.curves import Limit
from ui.pages.cells.plot.feed import ChannelKey, Feed, Reader
from ui.pages.cells.plot.pace import Pace
from ui.pages.cells.plot.panel import LEFT, RIGHT, HeaderSlot, PlotPanel, value_text
from ui.pages.cells.plot.strips import BookingBar, Overview, StateBand, Stretch, TimeAxis
from ui.pages.cells.plot.timebase import SECOND, Tick, TimeBase, ticks
from ui.pages.cells.plot.trace import Points, points, value_at

FRAME_MS = 16
OVERVIEW_MS = 10_000
OVERVIEW_COLUMNS = 600


STATE_WORDS = (
    N_("idle"), N_("approach"), N_("grip"), N_("move"), N_("place"), N_("held"), N_("none"), N_("off"), N_("on"),
    N_("fault"), N_("stop"), N_("run"),
)  # fmt: skip
"""Words that profiles use for states, marked for translation."""


@dataclass(frozen=True)
class PlotChannel:
    """A channel as the page shows it: key, name, unit, group, colour number, states, limits."""

    key: ChannelKey
    word: str
    unit: str
    group: str
    states: Mapping[int, str] | None = None
    limits: tuple[Limit, ...] = ()
    digits: int = 2

    @property
    def is_state(self) -> bool:
        """Tell whether its values are states."""
        return bool(self.states)


def channel_of(view: ChannelView, language: str, limits: tuple[Limit, ...] = ()) -> PlotChannel:
    """Return what the page shows of a recorded channel."""
    word = view.label.get(language) or view.label.get("en") or view.channel
    states = {value: _(word) for value, word in view.states.items()} if view.states else None
    digits = 0 if view.scale == 1 and view.dtype.startswith(("i", "u")) else 2
    return PlotChannel(
        ChannelKey(view.cell_id, view.stream, view.channel), word, view.unit, _(view.group), states, limits, digits
    )


@lru_cache(maxsize=8)
def _day_words(day: date, _language: str) -> str:
    return day_month(day)


@dataclass
class _Frame:
    """What one frame shows: window (ns), ticks, width of a live column or 0, since when points are new, crosshair."""

    window: tuple[int, int]
    marks: list[Tick]
    column_ns: int
    fresh_ns: int | None
    cursor_ns: int | None


@dataclass
class _Shown:
    panel: PlotPanel
    channels: list[PlotChannel] = field(default_factory=list)

    def draw(self, frame: _Frame, feed: Feed) -> None:
        """Hand a frame to the panel."""
        scene = self.panel.view.frame
        scene.start_ns, scene.end_ns = frame.window
        scene.ticks, scene.column_ns, scene.cursor_ns = frame.marks, frame.column_ns, frame.cursor_ns
        if frame.fresh_ns is not None:
            scene.fresh_ns = frame.fresh_ns if scene.fresh_ns is None else min(scene.fresh_ns, frame.fresh_ns)
        scene.gaps, colours = list(feed.gaps), theme.tokens.curves()
        scene.curves = [
            (feed.curves.get(channel.key, Points()), colours[n % len(colours)])
            for n, channel in enumerate(self.channels)
        ]
        scene.limits = [limit for channel in self.channels for limit in channel.limits]
        if frame.fresh_ns is not None or not frame.column_ns:
            self.panel.fit_values()
        self.panel.view.repaint_curves()

    def tell(self, colour: Callable[[PlotChannel], QColor], value: Callable[[ChannelKey], float]) -> None:
        """Say each channel's value in the header."""
        self.panel.header.show_slots(
            [HeaderSlot(colour(c), c.word, value_text(value(c.key), c.digits)) for c in self.channels]
        )


def _every(owner: QWidget, period_ms: int, slot: Callable[[], None]) -> QTimer:
    timer = QTimer(owner)
    timer.setInterval(period_ms)
    timer.timeout.connect(slot)
    return timer


class DayShape:
    """Fetch the shape of a day; opened and used on the window lane only."""

    def __init__(self, reader: Callable[[], Reader]) -> None:
        self._open = reader
        self._reader: Reader | None = None

    def __call__(self, key: ChannelKey, end_ns: int) -> Points:
        """Return a channel's last 24 hours in coarse columns."""
        if self._reader is None:
            self._reader = self._open()
        start = end_ns - Overview.SPAN_NS
        return points(self._reader.window(key.cell_id, key.stream, key.channel, start, end_ns, OVERVIEW_COLUMNS))


class PlotStack(QWidget):
    """Show chosen channels, one plot for each group and unit; all move together."""

    hovered = Signal(object)

    def __init__(self, tasks: Tasks, reader: Callable[[], Reader], base: TimeBase) -> None:
        """Take the lanes, what opens the recorded data, and the shared time."""
        super().__init__()
        self.base = base
        self.feed = Feed(tasks, reader, self)
        self._tasks, self._day = tasks, DayShape(reader)
        self._shown: list[_Shown] = []
        self._bands: dict[ChannelKey, StateBand] = {}
        self._head: ChannelKey | None = None
        self._cursor: float | None = None
        self._pace = Pace(base, self._columns)
        self._is_untold = True
        self._drawn: tuple[int, int] | None = None
        self._is_new = True
        self.axis, self.bookings, self.overview = TimeAxis(), BookingBar(), Overview()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 4)
        self._box.setSpacing(4)
        self._timer = _every(self, FRAME_MS, self._on_frame)
        self._slow = _every(self, OVERVIEW_MS, self.reload_overview)
        self.feed.updated.connect(self._on_fetched)
        base.changed.connect(self._on_updated)
        self.overview.moved_to.connect(self._on_moved_to)

    def show_channels(self, channels: Sequence[PlotChannel]) -> None:
        """Lay plots out for the chosen channels."""
        self._clear()
        for channel in channels:
            if channel.is_state:
                self._bands[channel.key] = StateBand(channel.word, channel.states or {})
            else:
                self._panel_for(channel).channels.append(channel)
        for shown in self._shown:
            self._box.addWidget(shown.panel, 3 if len(self._shown) == 1 else 2)
        for strip in (*self._bands.values(), self.bookings, self.axis, self.overview):
            self._box.addWidget(strip)
        self.feed.show([channel.key for channel in channels])
        drawn = [channel.key for shown in self._shown for channel in shown.channels]
        self._head = drawn[0] if drawn else None
        self._is_new = True
        self.reload_overview()

    def _clear(self) -> None:
        for shown in self._shown:
            self._box.removeWidget(shown.panel)
            shown.panel.deleteLater()
        for band in self._bands.values():
            self._box.removeWidget(band)
            band.deleteLater()
        self._shown, self._bands = [], {}

    def _panel_for(self, channel: PlotChannel) -> _Shown:
        for shown in self._shown:
            first = shown.channels[0] if shown.channels else None
            if first and (first.group, first.unit) == (channel.group, channel.unit):
                return shown
        panel = PlotPanel(channel.group or channel.word, channel.unit)
        panel.view.panned.connect(self._on_panned)
        panel.view.zoomed.connect(self._on_zoomed)
        panel.view.hovered.connect(self._on_hovered)
        made = _Shown(panel)
        self._shown.append(made)
        return made

    def set_bookings(self, stretches: Sequence[Stretch]) -> None:
        """Show bookings along the time."""
        self.bookings.stretches = self.overview.bookings = tuple(stretches)
        self.bookings.update()
        self.overview.update()

    def colour(self, channel: PlotChannel) -> QColor:
        """Return the colour of a channel: its place in its plot."""
        for shown in self._shown:
            if channel in shown.channels:
                curves = theme.tokens.curves()
                return curves[shown.channels.index(channel) % len(curves)]
        return theme["text3"]

    def value(self, key: ChannelKey) -> float:
        """Return a channel's value under the crosshair, else its newest."""
        curve = self.feed.curves.get(key, Points())
        at = self.cursor_ns
        return value_at(curve, at) if at is not None else curve.last

    @property
    def cursor_ns(self) -> int | None:
        """Return the instant under the pointer."""
        if self._cursor is None:
            return None
        start, end = self.base.window()
        return start + round(self._cursor * (end - start))

    def showEvent(self, event: QShowEvent) -> None:
        """Draw while seen."""
        super().showEvent(event)
        self._timer.start()
        self._slow.start()
        self.feed.reload()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while not seen."""
        super().hideEvent(event)
        self._timer.stop()
        self._slow.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave keys to the page."""
        event.ignore()

    def _columns(self) -> int:
        width = self._shown[0].panel.view.item.width if self._shown else self.width() - LEFT - RIGHT
        return max(16, round(width))

    def _on_updated(self) -> None:
        self._is_new = True

    def _on_fetched(self) -> None:
        """Draw what came at once, while live: it is due since this frame began."""
        self._is_new = True
        if self.base.is_live and self.isVisible():
            self._draw_due()

    def _on_frame(self) -> None:
        """Fetch when it is time; draw when something moved by a pixel or came new, a frame's fetch first."""
        was_waiting = self.feed.is_waiting
        if self._pace.is_fetch_due():
            self.feed.tick(self.base, self._columns())
        if self.feed.is_waiting and not was_waiting and self.base.is_live:
            return
        self._draw_due()
        self._tell_figures()

    def _draw_due(self) -> None:
        window = self._pace.window()
        if self._is_new or window != self._drawn:
            self._is_new = False
            self._drawn = window
            self.draw(window)

    def draw(self, window: tuple[int, int]) -> None:
        """Paint every plot and strip for a window of time."""
        marks = ticks(*window, self._columns(), str(_.zone))
        column_ns = self._pace.column_ns() if self.base.is_live else 0
        frame = _Frame(window, marks, column_ns, self.feed.take_fresh(), self.cursor_ns)
        for shown in self._shown:
            shown.draw(frame, self.feed)
        self._is_untold = True
        for key, band in self._bands.items():
            band.show_curve(self.feed.curves.get(key, Points()))
            band.show_window(*window)
        self.bookings.show_window(*window)
        self.axis.ticks, self.axis.cursor_ns = marks, self.cursor_ns
        self.axis.day = _day_words(datetime.fromtimestamp(window[1] // SECOND, _.zone).date(), _.language)
        self.axis.show_window(*window)
        self._draw_overview(window)

    def _tell_figures(self) -> None:
        """Say the values in the headers: at once under the crosshair and while held, else ten times a second."""
        if not self._is_untold or not self._pace.are_figures_due(at_once=self._cursor is not None):
            return
        self._is_untold = False
        for shown in self._shown:
            shown.tell(self.colour, self.value)

    def _draw_overview(self, window: tuple[int, int]) -> None:
        self.overview.view = window
        end = max(window[1], self.overview.end_ns) if not self.base.is_live else window[1]
        self.overview.gaps, self.overview.is_live = self.feed.gaps, self.base.is_live
        self.overview.show_window(end - Overview.SPAN_NS, end)

    def reload_overview(self) -> None:
        """Fetch the shape of the last day."""
        if self._head is not None:
            self._tasks.window(self._day, self._head, self.base.end_ns, done=self._on_day, owner=self, key="day")

    def _on_day(self, curve: Points) -> None:
        self.overview.curve = curve
        self.overview.update()

    def _on_moved_to(self, t_ns: int) -> None:
        self.base.show(t_ns - self.base.span_ns // 2, t_ns + self.base.span_ns // 2)

    def _on_panned(self, share: float) -> None:
        self.base.pan(round(share * self.base.span_ns))

    def _on_zoomed(self, factor: float, share: float) -> None:
        start, end = self.base.window()
        self.base.zoom(factor, start + round(share * (end - start)))

    def _on_hovered(self, share: float | None) -> None:
        self._cursor = share
        self._is_new = True
        self.hovered.emit(self.cursor_ns)
