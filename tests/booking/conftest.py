from __future__ import annotations

import pytest

from center_app.wiring import Center
from tests.booking.world import World, make_world


@pytest.fixture
def world(center: Center) -> World:
    return make_world(center)
