"""The plots of one cell, filling the window: channels left, plots in the middle, facts right."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from center_app.telemetry.exchange.values import IMPORTED
from center_app.telemetry.store.values import ChannelView
from center_app.telemetry.values import AlarmRuleView, Direction, Priority
from ui.kit.buttons import button
from ui.kit.controls import SearchField, SegmentedControl
from ui.kit.layout import column, holder, row, scrolling
from ui.kit.page import Context
from ui.kit.recorded import Doors, to_ns
from ui.kit.recorded_clock import RecordedClock, clock_offset_ns
from ui.kit.split import Splitter
from ui.kit.text import rule
from ui.kit.words import _
from ui.pages.cells.channel_list import NARROWEST, ChannelList
from ui.pages.cells.data import CellCard, Facts, load_cards, load_channels, load_facts, name_of
from ui.pages.cells.facts_panel import FactsPanel
from ui.pages.cells.more import MoreMenu
from ui.pages.cells.neighbours import load_bookings, load_machines
from ui.pages.cells.newest import newest_values
from ui.pages.cells.plot.curves import Limit
from ui.pages.cells.plot.feed import ChannelKey
from ui.pages.cells.plot.stack import PlotChannel, PlotStack, channel_of
from ui.pages.cells.plot.strips import Stretch
from ui.pages.cells.plot.timebase import SECOND, TimeBase

FACTS_MS = 1000
FACTS, LEAST_PLOTS = 252, 160
"""Least width in px of the facts, least height of the plots; more plots than fit are scrolled to."""
FIRST_OF_GROUPS = (4, 3, 1)
SPANS = (("10", 10), ("60", 60), ("900", 900), ("28800", 28_800), ("604800", 604_800))


class Monitor(QWidget):
    """Show one cell live, or any part of what it has recorded."""

    loaded = Signal(object)
    export_wanted = Signal()

    def __init__(self, context: Context, doors: Doors) -> None:
        super().__init__()
        self._context, self._doors = context, doors
        self.cell_id = 0
        self._is_fresh = False
        self.card: CellCard | None = None
        self._channels: list[PlotChannel] = []
        self._aside: dict[ChannelKey, float] = {}
        self._clock = RecordedClock(context.center.clock)
        self.base = TimeBase(self.now_ns)
        self.stack = PlotStack(context.tasks, doors.open_reader, self.base)
        self.list = ChannelList(self.stack.colour)
        self.facts = FactsPanel()
        self.more = MoreMenu(context)
        self.split = Splitter("cells", context.memory)
        self.body = Splitter("cells_console", context.memory, Qt.Orientation.Vertical)
        self._mode, self._span = SegmentedControl(_("Live or paused")), SegmentedControl(_("Time shown"))
        self.setLayout(column(self._toolbar(), rule(), self._middle(), gap=0))
        self._mode.picked.connect(self._on_mode)
        self._span.picked.connect(lambda key: self.base.set_span(int(key) * SECOND))
        self.base.live_changed.connect(lambda live: self._mode.pick("live" if live else "pause"))
        self.base.changed.connect(self._on_time_changed)
        self.list.chosen.connect(self.stack.show_channels)
        self._timer = QTimer(self)
        self._timer.setInterval(FACTS_MS)
        self._timer.timeout.connect(self._follow)
        self._values = QTimer(self)
        self._values.setInterval(150)
        self._values.timeout.connect(self._show_values)

    def now_ns(self) -> int:
        """Return what the recording clock of the open cell reads now; in any thread."""
        return self._clock.now_ns()

    def _toolbar(self) -> QWidget:
        self._mode.set_segments([("live", _("Live"), ""), ("pause", _("Pause"), "")], "live")
        words = (_("10 s"), _("1 min"), _("15 min"), _("8 h"), _("7 d"))
        self._span.set_segments([(key, word, "") for (key, _s), word in zip(SPANS, words, strict=True)], "60")
        export = button(_("Export…"), self.export_wanted.emit, icon="download")
        bar = holder(row(self._mode, self._span, None, export, self.more.button, gap=12, margins=(12, 7, 12, 7)))
        bar.setFixedHeight(44)
        return bar

    def _middle(self) -> QWidget:
        self.search = SearchField(_("Find a channel"), "Ctrl+F")
        self.search.searched.connect(self.list.search)
        left = holder(column(holder(row(self.search, margins=(10, 10, 4, 4))), scrolling(self.list), gap=0))
        left.setMinimumWidth(NARROWEST)
        self.plots = scrolling(holder(row(self.stack, margins=(0, 6, 0, 0))))
        self.plots.setMinimumHeight(LEAST_PLOTS)
        right = scrolling(self.facts)
        right.setMinimumWidth(FACTS)
        self.split.part(left, self.plots, right, stretched=1)
        self.body.part(self.split, stretched=0)
        return self.body

    def show_cell(self, cell_id: int, at_ns: int | None = None) -> None:
        """Open a cell, live or around an instant."""
        if cell_id != self.cell_id:
            self.cell_id = cell_id
            self._clock = RecordedClock(self._context.center.clock)
            self._channels = []
            self._load_channels()
        if at_ns is not None:
            half = self.base.span_ns // 2
            self.base.show(at_ns - half, at_ns + half)
        else:
            self.base.go_live()
        self._is_fresh = at_ns is None
        self._follow()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow while seen."""
        super().showEvent(event)
        self._timer.start()
        self._values.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while not seen."""
        super().hideEvent(event)
        self._timer.stop()
        self._values.stop()

    def _load_channels(self) -> None:
        self._context.tasks.window(
            load_channels, self._doors, self.cell_id, done=self._on_channels, owner=self, key="channels"
        )

    def _on_channels(self, found: list[ChannelView]) -> None:
        if not found:
            return
        limits = self.card.limits if self.card else ()
        self._channels = [channel_of(view, _.language, _limits_of(view, limits)) for view in found]
        self._channels = parted(self._channels)
        curves = first_drawn([channel for channel in self._channels if not channel.is_state])
        states = [channel for channel in self._channels if channel.is_state][:1]
        drawn = [*curves, *states]
        self.list.show_channels(self._channels, {channel.key for channel in drawn})
        self.split.suggest([self.list.wish_width(), 0, FACTS])
        self.stack.show_channels(drawn)

    def _follow(self) -> None:
        if self.cell_id:
            self._context.tasks.window(self._load_facts, done=self._on_facts, owner=self, key="facts")
            if self.base.is_live:
                self._ask_aside()

    def _ask_aside(self) -> None:
        """Ask for the newest values of what stands in the list but in no plot."""
        keys = [channel.key for channel in self.list.undrawn()]
        context, now = self._context, self.now_ns()
        if keys:
            context.tasks.window(
                newest_values, self._doors, keys, now, done=self._on_aside, owner=self, key="aside", is_steady=True
            )

    def _on_aside(self, found: dict[ChannelKey, float]) -> None:
        self._aside = found

    def _load_facts(self) -> tuple[CellCard | None, Facts]:
        """Read the card and the facts; runs on the window lane."""
        center = self._context.center
        cards = load_cards(center, self._doors, load_machines(center), load_bookings(center))
        card = next((card for card in cards if card.cell.id == self.cell_id), None)
        now = self.now_ns()
        return card, load_facts(self._doors, self.cell_id, now - 86_400 * SECOND, now)

    def _on_facts(self, found: tuple[CellCard | None, Facts]) -> None:
        card, facts = found
        if card is None:
            return
        self._clock.heard(facts.health)
        first = self.card is None or self.card.limits != card.limits
        self.card = card
        if not self._channels or first:
            self._load_channels()
        if self._is_fresh and card.cell.profile_id == IMPORTED:
            self._show_whole(facts)
        self._is_fresh = False
        self.facts.show_facts(card, facts, card.booking_at(self._context.center.clock.now()))
        self.stack.set_bookings(_stretches(card))
        self.loaded.emit(card)

    def _show_whole(self, facts: Facts) -> None:
        """Go to the data of a file: nothing more will come after it."""
        recording = facts.recording
        if recording is not None and recording.first_ns is not None and recording.last_ns is not None:
            room = max(SECOND, recording.last_ns - recording.first_ns) // 50
            self.base.show(recording.first_ns - room, recording.last_ns + room)

    def _show_values(self) -> None:
        values = {channel.key: self.stack.value(channel.key) for channel in self.list.drawn()}
        self.list.show_values({**(self._aside if self.base.is_live else {}), **values})

    def _on_mode(self, key: str) -> None:
        if key == "live" and not self.base.is_live:
            self.base.go_live()
        elif key == "pause" and self.base.is_live:
            self.base.hold()

    def _on_time_changed(self) -> None:
        span_s = str(round(self.base.span_ns / SECOND))
        if span_s in dict(SPANS):
            self._span.pick(span_s)

    def pan(self, share: float) -> None:
        """Move by a share of the visible span."""
        self.base.pan(round(share * self.base.span_ns))

    def zoom(self, factor: float) -> None:
        """Scale the span around its middle."""
        start, end = self.base.window()
        self.base.zoom(factor, (start + end) // 2)

    def load_views(self) -> list[ChannelView]:
        """Read the channels as they are recorded; runs on the window lane."""
        return load_channels(self._doors, self.cell_id)

    def state(self) -> dict[str, Any]:
        """Return what survives a rebuild."""
        return {"cell_id": self.cell_id, "span_ns": self.base.span_ns, "drawn": [c.key for c in self.list.drawn()]}


def _stretches(card: CellCard) -> list[Stretch]:
    """Return a cell's bookings in recording time, which the plots run by."""
    set_ns = clock_offset_ns(card.health)
    return [
        Stretch(to_ns(b.period.start) - set_ns, to_ns(b.period.end) - set_ns, f"{b.code} • {b.person} • {b.project}")
        for b in card.bookings
    ]


def parted(channels: list[PlotChannel]) -> list[PlotChannel]:
    """Part groups by unit where several units of one bus have channels of the same name."""
    names = Counter((channel.group, channel.word) for channel in channels)
    same = {group for (group, _word), count in names.items() if count > 1}
    return [replace(c, group=_unit_group(c)) if c.group in same else c for c in channels]


def _unit_group(channel: PlotChannel) -> str:
    stream = channel.key.stream
    kind, _mark, number = stream.rpartition("_")
    if kind == "unit" and number.isdigit():
        return _("{group}, unit {n}", group=channel.group, n=number)
    return f"{channel.group} • {stream}"


def first_drawn(channels: list[PlotChannel]) -> list[PlotChannel]:
    """Choose up to eight channels to begin with: some of each of the first groups."""
    groups = list(dict.fromkeys(channel.group for channel in channels))
    chosen: list[PlotChannel] = []
    for group, count in zip(groups, FIRST_OF_GROUPS, strict=False):
        chosen += [channel for channel in channels if channel.group == group][:count]
    rest = [channel for channel in channels if channel not in chosen]
    return chosen + (rest[: 8 - len(chosen)] if len(groups) < len(FIRST_OF_GROUPS) else [])


def _limits_of(view: ChannelView, rules: tuple[AlarmRuleView, ...]) -> tuple[Limit, ...]:
    """Return the limit lines of a channel."""
    own = [r for r in rules if r.channel == name_of(view) and r.direction is not Direction.SILENCE]
    severe = (Priority.CRITICAL, Priority.HIGH)
    return tuple(
        Limit(
            r.limit, f"{r.label.say(_.language)} {_.number(r.limit, 1)} {view.unit}",
            "crit" if r.priority in severe else "warn", r.direction is Direction.HIGH,
        )
        for r in own
    )  # fmt: skip
