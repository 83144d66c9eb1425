"""See that the calendar is painted as drawn: colours, hatches, fit at small sizes, three languages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QPushButton

from center_app.wiring import Center
from tests.ui.calendar_world import CalendarWorld, at, calendar_world
from ui.kit.theme import theme
from ui.kit.words import words
from ui.pages.calendar.conflict import Proposal
from ui.pages.calendar.geometry import BAR_HEIGHT, BAR_TOP, GROUP, HEADER


@pytest.fixture
def world(sqlite_center: Center, qtbot: object) -> Iterator[CalendarWorld]:
    made = calendar_world(sqlite_center)
    yield made
    made.window.choose_theme("light")
    made.window.choose_language("en")
    made.close()


def pixels(world: CalendarWorld, area: QRect) -> np.ndarray:
    """Give the painted timeline inside an area as (height, width, 3) uint8 RGB."""
    image = world.timeline.grab().toImage().convertToFormat(QImage.Format.Format_RGB32).copy(area)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return raw[:, : image.width(), 2::-1].copy()


def share(found: np.ndarray, colour: QColor, tolerance: int = 24) -> float:
    """Give the share of pixels close to a colour."""
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    return float((np.abs(found.astype(int) - wanted).max(axis=2) <= tolerance).mean())


def inside(world: CalendarWorld, machine: int, start: float, end: float) -> QRect:
    """Give the inner area of a bar between two hours, borders left out."""
    left, right = world.spot(machine, start).x(), world.spot(machine, end).x()
    return QRect(left + 4, world.spot(machine, start).y() - 7, right - left - 8, 12)


def test_only_the_overlap_of_a_ghost_is_hatched(world: CalendarWorld) -> None:
    world.book(0, 14, 17, person=1)
    world.timeline.propose(Proposal(0, int(at(12).timestamp()), int(at(15).timestamp())))
    clear = share(pixels(world, inside(world, 0, 13, 14)), theme["crit"], 90)
    hatched = share(pixels(world, inside(world, 0, 14, 15)), theme["crit"], 90)
    assert clear < 0.05
    assert hatched > 0.2


@pytest.mark.parametrize("palette", ["light", "dark"])
def test_states_wear_their_colours(world: CalendarWorld, palette: str) -> None:
    view = world.book(0, 8, 10)
    world.book(0, 12, 14, person=1)
    from center_app.booking import service

    world.center.write(world.window.session.actor, service.check_in, view.id, view.version)
    world.window.choose_theme(palette)
    world.window.navigate("calendar")
    world.page.touch()
    world.settle()
    assert share(pixels(world, inside(world, 0, 9.2, 10)), theme["ok_soft"]) > 0.5
    assert share(pixels(world, inside(world, 0, 13.4, 14)), theme["info_soft"]) > 0.5
    assert share(pixels(world, inside(world, 1, 9, 10)), theme["surface"]) > 0.5


def test_the_now_line_crosses_rows_and_groups(world: CalendarWorld) -> None:
    x = world.spot(0, 8).x()
    column = pixels(world, QRect(x - 1, HEADER, 2, GROUP + 3 * (BAR_TOP + BAR_HEIGHT)))
    assert share(column, theme["accent"], 8) == 1.0


def test_a_closed_hour_is_shaded(world: CalendarWorld) -> None:
    assert share(pixels(world, inside(world, 0, 6, 7)), theme["bg"], 3) > 0.9


@pytest.mark.parametrize("size", [(1280, 800), (1440, 900), (1920, 1080)])
@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_the_toolbar_is_never_cut(world: CalendarWorld, language: str, size: tuple[int, int]) -> None:
    world.window.resize(*size)
    world.window.choose_language(language)
    world.window.navigate("calendar")
    world.settle()
    bar = world.page.toolbar
    cut = [made.text() for made in bar.findChildren(QPushButton) if made.width() < made.sizeHint().width() - 1]
    assert cut == []
    assert bar.title.width() >= bar.title.sizeHint().width()
    assert words.language == language
    assert bar.geometry().right() <= world.page.width()


def test_a_switch_of_language_keeps_day_and_view(world: CalendarWorld) -> None:
    world.page.show_view("week")
    world.page.step(1)
    world.settle()
    before = world.page.day
    world.window.choose_language("de")
    world.settle()
    assert world.page.toolbar.views.key == "week"
    assert world.page.day == before
    assert world.page.toolbar.title.text() == "8.–14. Juni 2026"
