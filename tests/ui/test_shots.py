"""Every page in both palettes and three languages: rendered, nothing clipped, no window of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QPushButton, QTableView

from center_app.wiring import Center
from tests.ui.desk import Desk
from tests.ui.seed import Seeded
from ui.kit.controls import SegmentedControl
from ui.kit.text import Elided
from ui.kit.theme import theme
from ui.kit.words import LANGUAGES
from ui.shots import Studio

SIZES = ((1440, 900), (1280, 800), (1920, 1080))
OWN_PAGES = ("today", "equipment", "people", "settings")


def clipped(desk: Desk) -> list[str]:
    """Return the texts of labels, buttons and segments that have less room than they need."""
    found = []
    for label in desk.visible(QLabel):
        wrapped = label.wordWrap() or isinstance(label, Elided) or not label.text()
        if not wrapped and label.width() + 1 < label.sizeHint().width():
            found.append(label.text())
    for made in desk.visible(QPushButton):
        if made.text() and made.width() + 1 < made.minimumSizeHint().width():
            found.append(made.text())
    for control in desk.visible(SegmentedControl):
        if control.width() + 1 < control.minimumSizeHint().width():
            found.append(control.accessibleName())
    return found


def scrolls_sideways(desk: Desk) -> list[str]:
    """Return the tables that need a horizontal scroll bar."""
    return [view.accessibleName() for view in desk.visible(QTableView) if view.horizontalScrollBar().maximum() > 0]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_clipped(desk: Desk, language: str, size: tuple[int, int]) -> None:
    desk.window.resize(*size)
    desk.window.choose_language(language)
    for page in OWN_PAGES:
        desk.go(page)
        assert desk.window.width() == size[0], f"{page} is wider than the window"
        assert desk.window.height() == size[1], f"{page} is taller than the window"
        assert not clipped(desk), page
        assert not scrolls_sideways(desk), page


@pytest.mark.parametrize("palette", ["light", "dark"])
def test_pages_are_painted_in_the_palette(desk: Desk, palette: str, tmp_path: Path) -> None:
    desk.window.choose_theme(palette)
    for page in OWN_PAGES:
        desk.go(page)
        image = desk.window.grab().toImage()
        ground = theme["bg"]
        assert image.pixelColor(82, 55) == ground, page
        colours = {image.pixelColor(x, y).rgb() for x in range(80, 1400, 7) for y in range(60, 860, 7)}
        assert len(colours) > 30, f"{page} is empty"


def test_the_studio_writes_pictures(seeded_center: tuple[Center, Seeded], tmp_path: Path, qtbot: object) -> None:
    center, seeded = seeded_center
    studio = Studio(center, seeded.actor())
    try:
        for language, palette, size in (("en", "light", (1440, 900)), ("zh", "dark", (1280, 800))):
            file = studio.shoot("today", tmp_path / f"{language}.png", language=language, palette=palette, size=size)
            image = QImage(str(file))
            assert (image.width(), image.height()) == size
    finally:
        studio.close()
        theme.choose("light")
