"""Figures and names stand whole: in the channel list, the registers, the recordings and along the time axis."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QWidget

from tests.ui.desk import Desk
from ui.kit.theme import apply_fonts, font
from ui.kit.words import _
from ui.pages.cells.channel_list import FIGURE, NAME_LEFT, WIDEST, ChannelList, short_names
from ui.pages.cells.plot.feed import ChannelKey
from ui.pages.cells.plot.panel import LEFT
from ui.pages.cells.plot.stack import PlotChannel
from ui.pages.cells.plot.strips import fitting_size
from ui.pages.cells.plot.timebase import SECOND, tick_text
from ui.pages.cells.recordings.columns import recording_columns
from ui.pages.cells.registers_dialog import ORDERS, readings_width

DAY_NS = 1_795_449_540 * SECOND
"""23 November 2026, 23:59: a day and an hour with two digits each."""
LANGUAGES = ("en", "de", "zh")


def advance(text: str, size: float = 12, *, bold: bool = False) -> float:
    """Return a text's width in px."""
    return QFontMetricsF(font(size, bold=bold)).horizontalAdvance(text)


def channels(*words: str, group: str = "Torques", unit: str = "rad/s") -> list[PlotChannel]:
    """Return channels of one group."""
    return [PlotChannel(ChannelKey(1, "s", word), word, unit, group) for word in words]


def test_the_list_is_wide_enough_for_its_longest_name(desk: Desk) -> None:
    found = channels("Hip abduction torque", "Knee torque")
    made = ChannelList(lambda _channel: desk.window.palette().text().color())
    made.show_channels(found, set())
    assert list(short_names(found).values()) == ["Hip abduction", "Knee"]
    need = NAME_LEFT + advance("Hip abduction") + advance(FIGURE, bold=True) + advance("rad/s", 11)
    assert need <= made.wish_width() <= WIDEST


def test_the_longest_register_value_stands_whole(desk: Desk) -> None:
    need = len(ORDERS) * (advance(str(-(2**63))) + 10) + advance("float64", 13)
    assert readings_width() >= need


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_day_fits_beside_the_time_axis(desk: Desk, language: str) -> None:
    _.choose(language)
    apply_fonts(language)
    word = tick_text(DAY_NS // (86_400 * SECOND) * 86_400 * SECOND, 86_400 * SECOND, "UTC")
    assert "23" in word
    assert "-" not in word
    assert advance(word, fitting_size(word, LEFT - 8)) <= LEFT - 8
    apply_fonts("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_lengths_and_numbers_of_recordings_stand_whole(desk: Desk, language: str) -> None:
    _.choose(language)
    apply_fonts(language)
    end_ns = DAY_NS + (12 * 3600 + 59 * 60) * SECOND
    view: Any = SimpleNamespace(id=1, started_ns=DAY_NS, ended_ns=end_ns, last_ns=end_ns)
    row: Any = SimpleNamespace(view=view)
    for column in recording_columns():
        if column.id in ("number", "from", "to", "length"):
            assert advance(column.text(row), 13) + 12 <= column.width, (column.id, column.text(row))
    apply_fonts("en")


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_the_console_leaves_the_plots_room(desk: Desk, size: tuple[int, int]) -> None:
    page = desk.go("cells", cell_id=1)
    desk.window.resize(*size)
    drawer = QWidget()
    drawer.setMinimumHeight(180)
    page.monitor.body.part(drawer, stretched=-1)
    desk.settle()
    page.monitor.body.suggest([0, 300])
    desk.settle()
    assert page.monitor.plots.height() >= 160
    assert drawer.height() >= 180
