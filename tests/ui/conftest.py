"""Make the window's tests run without a screen, with the product's fonts and palette."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from center_app.wiring import Center, open_center
from tests.fakes import FakeClock
from tests.ui.desk import Desk, open_desk
from tests.ui.seed import Seeded, seed
from ui.kit.theme import theme
from ui.kit.words import _


@pytest.fixture(scope="session")
def seeded_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seeded, float]:
    """Seed a centre once; tests copy its file. The float is the time in s that passed while seeding."""
    folder, clock = tmp_path_factory.mktemp("seeded"), FakeClock()
    start = clock.now()
    center = open_center(str(folder), clock, create=True)
    seeded = seed(center, clock)
    center.close()
    return folder / "center.db", seeded, (clock.now() - start).total_seconds()


@pytest.fixture(autouse=True, scope="session")
def clipboard_left_empty() -> Iterator[None]:
    """Empty the clipboard at the end: Qt without a screen crashes at exit while it holds tables."""
    yield
    from PySide6.QtGui import QGuiApplication

    if QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()


@pytest.fixture
def seeded_center(
    seeded_template: tuple[Path, Seeded, float], clock: FakeClock, tmp_path: Path
) -> Iterator[tuple[Center, Seeded]]:
    """Open a copy of the seeded centre, with the clock at 10:42 of the site."""
    file, seeded, passed_s = seeded_template
    store = tmp_path / "seeded"
    store.mkdir()
    shutil.copy(file, store / "center.db")
    clock.advance(passed_s)
    opened = open_center(str(store), clock)
    yield opened, seeded
    opened.close()


@pytest.fixture
def desk(seeded_center: tuple[Center, Seeded], clock: FakeClock, qtbot: object) -> Iterator[Desk]:
    """Open the window on a small seeded centre as a member of the staff."""
    center, seeded = seeded_center
    made = open_desk(center, clock, seeded)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def plain_words() -> Iterator[None]:
    """Begin every test of the window in English and in the light palette, whatever ran before."""
    _.choose("en")
    theme.choose("light")
    yield
    _.choose("en")
    theme.choose("light")
