"""Make the window's tests run without a screen, with the product's fonts and palette."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator  # noqa: E402

import pytest  # noqa: E402

from center_app.wiring import Center  # noqa: E402
from tests.fakes import FakeClock  # noqa: E402
from tests.ui.desk import Desk, open_desk  # noqa: E402


@pytest.fixture
def desk(sqlite_center: Center, clock: FakeClock, qtbot: object) -> Iterator[Desk]:
    """Open the window on a small seeded centre as a member of the staff."""
    made = open_desk(sqlite_center, clock)
    yield made
    made.close()
