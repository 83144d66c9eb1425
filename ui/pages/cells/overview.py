"""Every cell as a tile, three to a row; the values follow the line once a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from center_app.core.access import Right
from center_app.telemetry.exchange.importing import READERS
from center_app.telemetry.values import PortState
from ui.kit.buttons import button
from ui.kit.controls import SegmentedControl
from ui.kit.layout import column, holder, row, scrolling
from ui.kit.page import Context
from ui.kit.panels import EmptyState
from ui.kit.recorded import Doors
from ui.kit.recorded_clock import RecordedClock
from ui.kit.text import label
from ui.kit.words import _
from ui.pages.cells import ports_found
from ui.pages.cells.data import CellCard, load_cards
from ui.pages.cells.more import MoreMenu
from ui.pages.cells.neighbours import load_bookings, load_machines
from ui.pages.cells.plot.timebase import SECOND
from ui.pages.cells.plot.trace import Points, points
from ui.pages.cells.ports_found import FreePort, PortsFound
from ui.pages.cells.tile import CellTile

REFRESH_MS, PORTS_MS = 1000, 3000
NARROWEST = 380
COLUMNS = 240


class Overview(QWidget):
    """Show tiles and a filter; `opened` names the cell whose plots a person wants.

    `file_wanted` asks for a file ("") or brings one that was dropped; `port_wanted` names a free port.
    """

    opened = Signal(int)
    take_back_wanted = Signal(int)
    file_wanted = Signal(str)
    port_wanted = Signal(str)
    counted = Signal(int, int)

    def __init__(self, context: Context, doors: Doors, add_device: Callable[[], Any]) -> None:
        super().__init__()
        self._context, self._doors = context, doors
        self._cards: list[CellCard] = []
        self._tiles: dict[int, CellTile] = {}
        self._clocks: dict[int, RecordedClock] = {}
        self._filter = SegmentedControl(_("Which cells"))
        self._filter.picked.connect(lambda _key: self._lay())
        may = context.may(Right.RECORD)
        self._add = button(_("Connect device…"), add_device, icon="plug")
        self._file = button(_("Open file…"), lambda: self.file_wanted.emit(""), icon="folder-open")
        for act in (self._add, self._file):
            act.setVisible(may)
        self.setAcceptDrops(may)
        self.more = MoreMenu(context)
        self._grid_host = QWidget()
        self._grid = QGridLayout(self._grid_host)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        empty = EmptyState(
            "activity", _("No cell is being recorded"),
            _("Plug in a device and connect it: its values are drawn within seconds. Or drop a file here."),
            _("Connect device…") if may else "", add_device,
        )  # fmt: skip
        self._nothing = label("", "secondary")
        self.ports = PortsFound()
        self.ports.wanted.connect(self.port_wanted)
        self._stack = QStackedWidget()
        self._stack.addWidget(scrolling(holder(column(self._grid_host, self._nothing, None, gap=0))))
        self._stack.addWidget(empty)
        bar = row(self._filter, None, self._file, self._add, self.more.button)
        self.setLayout(column(bar, self._stack, self.ports, gap=12, margins=(16, 16, 16, 16)))
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._slow = QTimer(self)
        self._slow.setInterval(PORTS_MS)
        self._slow.timeout.connect(self.look_for_ports)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow while seen."""
        super().showEvent(event)
        self._timer.start()
        self._slow.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while not seen."""
        super().hideEvent(event)
        self._timer.stop()
        self._slow.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit as many tiles in a row as there is room for."""
        super().resizeEvent(event)
        self._lay()

    def refresh(self) -> None:
        """Load the tiles again."""
        self._context.tasks.window(self._load, done=self._on_loaded, owner=self, key="cards")

    def look_for_ports(self) -> None:
        """Look which ports hang at this computer and belong to no cell."""
        taken = [card.cell.port for card in self._cards]
        self._context.tasks.window(
            ports_found.load, taken, done=self._on_ports, owner=self, key="ports", is_steady=True
        )

    def _on_ports(self, found: tuple[FreePort, ...]) -> None:
        self.ports.show_ports(found, self._context.may(Right.RECORD))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files that can be read."""
        if dropped_file(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a dropped file as a recording."""
        event.acceptProposedAction()
        self.file_wanted.emit(dropped_file(event))

    def _load(self) -> tuple[list[CellCard], dict[int, Points], dict[int, int]]:
        """Read cards and last minutes, and what each recording clock reads now; runs on the window lane."""
        center = self._context.center
        cards = load_cards(center, self._doors, load_machines(center), load_bookings(center))
        reader = self._doors.open_reader()
        curves, moments = {}, {}
        for card in cards:
            head, now = card.headline, self._now_ns(card)
            moments[card.cell.id] = now
            if head is not None:
                found = reader.window(card.cell.id, head.stream, head.channel, now - 60 * SECOND, now, COLUMNS)
                curves[card.cell.id] = points(found)
        return cards, curves, moments

    def _now_ns(self, card: CellCard) -> int:
        clock = self._clocks.setdefault(card.cell.id, RecordedClock(self._context.center.clock))
        clock.heard(card.health)
        return clock.now_ns()

    def _on_loaded(self, loaded: tuple[list[CellCard], dict[int, Points], dict[int, int]]) -> None:
        cards, curves, moments = loaded
        same = [card.cell.id for card in cards] == [card.cell.id for card in self._cards]
        self._cards = cards
        if not same:
            self._make_tiles()
        for card in cards:
            self._tiles[card.cell.id].show_card(card, curves.get(card.cell.id, Points()), moments[card.cell.id])
        self._show_counts()
        self._stack.setCurrentIndex(0 if cards else 1)

    def _make_tiles(self) -> None:
        for tile in self._tiles.values():
            tile.deleteLater()
        self._tiles = {card.cell.id: CellTile(card) for card in self._cards}
        for tile in self._tiles.values():
            tile.opened.connect(self.opened)
            tile.take_back_wanted.connect(self.take_back_wanted)
        self._lay()

    def _show_counts(self) -> None:
        recording = sum(card.state is PortState.RECORDING for card in self._cards)
        attention = sum(self._tiles[card.cell.id].tone() != "line" for card in self._cards)
        self._filter.set_segments(
            [
                ("all", _("All"), str(len(self._cards))),
                ("recording", _.context("cell state", "Recording"), str(recording)),
                ("attention", _("Needs attention"), str(attention)),
            ],
            self._filter.key or "all",
        )
        self.counted.emit(recording, len(self._cards))

    def _is_shown(self, card: CellCard) -> bool:
        if self._filter.key == "recording":
            return card.state is PortState.RECORDING
        return self._filter.key != "attention" or self._tiles[card.cell.id].tone() != "line"

    def _lay(self) -> None:
        across = max(1, min(3, (self.width() - 32) // NARROWEST))
        while self._grid.count():
            self._grid.takeAt(0)
        shown = [self._tiles[card.cell.id] for card in self._cards if self._is_shown(card)]
        for tile in self._tiles.values():
            tile.setVisible(tile in shown)
        is_recording = self._filter.key == "recording"
        self._nothing.setText(_("No cell is recording now.") if is_recording else _("Nothing needs attention."))
        self._nothing.setVisible(bool(self._cards) and not shown)
        for n, tile in enumerate(shown):
            self._grid.addWidget(tile, n // across, n % across)
        for n in range(across):
            self._grid.setColumnStretch(n, 1)
        self._grid.setRowStretch(len(shown) // across + 1, 1)


def dropped_file(event: QDropEvent) -> str:
    """Return the one local file that is dragged and can be read as a recording, "" for anything else."""
    urls = event.mimeData().urls()
    path = urls[0].toLocalFile() if len(urls) == 1 else ""
    return path if path.casefold().endswith(tuple(READERS)) else ""
