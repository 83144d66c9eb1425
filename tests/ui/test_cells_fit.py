"""Figures and names stand whole: in the channel list, the registers, the recordings and along the time axis."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QLabel, QWidget

from center_app.core.labels import Label
from center_app.telemetry.comparing import Difference
from center_app.telemetry.values import CellView, PortState
from tests.ui.desk import Desk
from tests.ui.test_cells_port import FINE, NOW
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.panels import KeyValues
from ui.kit.pill import Pill
from ui.kit.theme import apply_fonts, font
from ui.kit.words import _
from ui.pages.cells.channel_list import FIGURE, NAME_LEFT, WIDEST, ChannelList, short_names
from ui.pages.cells.connect_dialog import ConnectDialog
from ui.pages.cells.data import CellCard, Facts
from ui.pages.cells.facts_panel import FactsPanel
from ui.pages.cells.overview import NARROWEST
from ui.pages.cells.plot.feed import ChannelKey
from ui.pages.cells.plot.panel import LEFT, RIGHT
from ui.pages.cells.plot.stack import PlotChannel
from ui.pages.cells.plot.strips import Overview, fitting_size
from ui.pages.cells.plot.timebase import SECOND, tick_text
from ui.pages.cells.profile_editor.dialog import ProfileEditor
from ui.pages.cells.recordings.columns import difference_columns, recording_columns
from ui.pages.cells.registers_dialog import ORDERS, readings_width
from ui.pages.cells.tile_paint import PAD, pill_width, pills_of, state_text

DAY_NS = 1_795_449_540 * SECOND
"""23 November 2026, 23:59: a day and an hour with two digits each."""
LANGUAGES = ("en", "de", "zh")
CELL = CellView(1, None, Label.of("Mill"), "/dev/ttyX0", "robot_cell", {}, True, "local", "", 1)
CARD = CellCard(CELL, Label.of("Mill"), FINE, (), (), (), None, ())


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_key_breaks_no_other_row_s_figure(desk: Desk, language: str) -> None:
    desk.window.choose_language(language)
    made = KeyValues(64, 1, right=True)
    figures = ["0,3 / 2,1 ms", _("{answers} of {polls}", answers="1.170", polls="1.200")]
    made.show_rows([(_("no answer in time"), "20"), ("Jitter", figures[0]), (_("Unit {n}", n="7"), figures[1])])
    made.setFixedWidth(218)
    made.show()
    shown = {told.text(): told for told in made.findChildren(QLabel)}
    assert all(shown[figure].height() < 2 * QFontMetricsF(shown[figure].font()).height() for figure in figures)
    made.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_head_and_pill_of_a_released_port_stand_whole(desk: Desk, language: str) -> None:
    desk.window.choose_language(language)
    released = replace(FINE, state=PortState.RELEASED, resumes_ns=NOW + 3_599_000_000_000)
    panel = FactsPanel()
    panel.setFixedWidth(242)
    panel.show_facts(CARD, Facts(health=released), None)
    panel.show()
    (pill,) = panel.findChildren(Pill)[:1]
    head = next(told for told in panel.findChildren(QLabel) if told.text() == _("Port"))
    assert head.width() >= QFontMetricsF(head.font()).horizontalAdvance(head.text())
    assert pill.geometry().left() > head.geometry().right()
    panel.close()
    said = state_text(replace(CARD, health=released))
    name = QFontMetricsF(font(14, bold=True)).horizontalAdvance("5-Achs-Fräse DMU 50")
    assert name + pill_width(said, "unlink") + 3 * PAD <= NARROWEST


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_with_wrong_fields_shows_every_sentence(desk: Desk, language: str) -> None:
    desk.window.choose_language(language)
    page = desk.go("cells")
    form = Form([Field("lines", "Settings", "lines", "[1", check=lambda _text: _("Fill in this field.")),
                 Field("reason", _("Reason"), required=True)])  # fmt: skip
    dialog = FormDialog(page, "Release", form, "Go", lambda *_given: None, note="A note. " * 20)
    dialog.open()
    dialog.submit()
    desk.settle()
    view = dialog._area.viewport()
    lowest = form.field("reason")._problem
    assert lowest.isVisible()
    assert lowest.mapTo(view, lowest.rect().bottomLeft()).y() <= view.height()
    assert dialog._area.verticalScrollBar().maximum() == 0
    dialog.reject()


def test_samples_without_a_partner_are_told_where_versions_are_compared(desk: Desk) -> None:
    columns = {column.id: column for column in difference_columns()}
    moved = Difference("motion", "force", "N", "N", 60_000, 60_000, 1.0, 1.0, 2.0, 2.0, only_old=30, only_new=29)
    assert not moved.is_equal
    assert columns["alone"].text(moved) == "30 → 29"
    assert (columns["alone"].token(moved), columns["changed"].token(moved)) == ("warn", "")
    assert columns["unit"].text(replace(moved, old_unit="mN")) == "mN → N"
    need = advance("60.000 → 59.998", 13) + 20
    assert columns["rows"].width >= need


def test_the_editor_is_no_larger_than_the_window(desk: Desk) -> None:
    desk.window.resize(1280, 800)
    page = desk.go("cells")
    editor = ProfileEditor(page.context, page)
    assert (editor.width(), editor.height()) <= (1280, 800)
    assert editor.minimumSizeHint().width() <= 1280
    editor.close()


def test_what_was_found_takes_room_only_when_something_was_found(desk: Desk) -> None:
    page = desk.go("cells")
    dialog = ConnectDialog(page.context, page, (), {}, lambda: None)
    dialog.open()
    assert not dialog.found.isVisible()
    finding = {"profile": "robot_cell", "params": {}, "line": None, "name": "Arm", "evidence": "sure", "samples": {}}
    dialog.listening.answered.emit({"findings": [finding]})
    assert dialog.found.isVisible()
    tall = dialog.height()
    dialog.listening.answered.emit({"findings": []})
    assert not dialog.found.isVisible()
    assert dialog.height() < tall
    dialog.reject()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_hour_of_the_day_stands_under_now(desk: Desk, language: str) -> None:
    _.choose(language)
    strip = Overview()
    strip.resize(1000, 52)
    word = advance(_("now"), 11)
    assert strip.free_until(word) <= 1000 - RIGHT - word - 6


def test_an_open_account_is_not_told_as_nothing_lost() -> None:
    opened = replace(CARD, health=replace(FINE, bytes_in=100, bytes_good=90))
    told = [pill[:2] for pill in pills_of(opened)]
    assert (_("Byte account open"), "crit") in told
    assert (_("{n} lost", n=0), "crit") not in told
