"""Every cell as a tile, three to a row; the values follow the line once a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from center_app.core.access import Right
from center_app.telemetry.values import PortState
from ui.kit.buttons import button
from ui.kit.controls import SegmentedControl
from ui.kit.layout import column, row, scrolling
from ui.kit.page import Context
from ui.kit.panels import EmptyState
from ui.kit.recorded import Doors, to_ns
from ui.kit.words import _
from ui.pages.cells.data import CellCard, load_cards
from ui.pages.cells.more import MoreMenu
from ui.pages.cells.neighbours import load_bookings, load_machines
from ui.pages.cells.plot.timebase import SECOND
from ui.pages.cells.plot.trace import Points, points
from ui.pages.cells.tile import CellTile

REFRESH_MS = 1000
NARROWEST = 380
COLUMNS = 240


class Overview(QWidget):
    """Show tiles and a filter; `opened` names the cell whose plots a person wants."""

    opened = Signal(int)
    counted = Signal(int, int)

    def __init__(self, context: Context, doors: Doors, add_device: Callable[[], Any]) -> None:
        super().__init__()
        self._context, self._doors = context, doors
        self._cards: list[CellCard] = []
        self._tiles: dict[int, CellTile] = {}
        self._filter = SegmentedControl(_("Which cells"))
        self._filter.picked.connect(lambda _key: self._lay())
        self._add = button(_("Add device…"), add_device, icon="plug")
        self._add.setVisible(context.may(Right.RECORD))
        self.more = MoreMenu(context)
        self._grid_host = QWidget()
        self._grid = QGridLayout(self._grid_host)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        empty = EmptyState(
            "activity", _("No cell is being recorded"),
            _("Plug in a device and add it: its values are drawn within seconds."), _("Add device…"), add_device,
        )  # fmt: skip
        self._stack = QStackedWidget()
        self._stack.addWidget(scrolling(self._grid_host))
        self._stack.addWidget(empty)
        self.setLayout(
            column(row(self._filter, None, self._add, self.more.button), self._stack, gap=12, margins=(16, 16, 16, 16))
        )
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow while seen."""
        super().showEvent(event)
        self._timer.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while not seen."""
        super().hideEvent(event)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit as many tiles in a row as there is room for."""
        super().resizeEvent(event)
        self._lay()

    def refresh(self) -> None:
        """Load the tiles again."""
        self._context.tasks.window(self._load, done=self._on_loaded, owner=self, key="cards")

    def _load(self) -> tuple[list[CellCard], dict[int, Points], int]:
        """Read cards and last minutes; runs on the window lane."""
        center = self._context.center
        now = to_ns(center.clock.now())
        cards = load_cards(center, self._doors, load_machines(center), load_bookings(center))
        reader = self._doors.open_reader()
        curves = {}
        for card in cards:
            head = card.headline
            if head is not None:
                found = reader.window(card.cell.id, head.stream, head.channel, now - 60 * SECOND, now, COLUMNS)
                curves[card.cell.id] = points(found)
        return cards, curves, now

    def _on_loaded(self, loaded: tuple[list[CellCard], dict[int, Points], int]) -> None:
        cards, curves, now = loaded
        same = [card.cell.id for card in cards] == [card.cell.id for card in self._cards]
        self._cards = cards
        if not same:
            self._make_tiles()
        for card in cards:
            self._tiles[card.cell.id].show_card(card, curves.get(card.cell.id, Points()), now)
        self._show_counts()
        self._stack.setCurrentIndex(0 if cards else 1)

    def _make_tiles(self) -> None:
        for tile in self._tiles.values():
            tile.deleteLater()
        self._tiles = {card.cell.id: CellTile(card) for card in self._cards}
        for tile in self._tiles.values():
            tile.opened.connect(self.opened)
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
        for n, tile in enumerate(shown):
            self._grid.addWidget(tile, n // across, n % across)
        for n in range(across):
            self._grid.setColumnStretch(n, 1)
        self._grid.setRowStretch(len(shown) // across + 1, 1)
