"""What a desk does by itself: no-shows are released, the nightly backup is made once."""

from __future__ import annotations

from datetime import timedelta

from center_app.booking import queries as booking
from center_app.booking.values import BookingState
from center_app.core.access import SYSTEM
from center_app.core.centre import CentreDraft, amend
from center_app.core.labels import Label
from center_app.core.nightly import newest
from tests.ui.desk import Desk
from ui.shell.upkeep import Upkeep


def test_no_shows_are_released_after_their_time(desk: Desk) -> None:
    late = desk.center.read(booking.late_check_ins)
    assert late
    desk.clock.advance(6 * 3600)
    Upkeep(desk.window).look()
    desk.until(lambda: desk.center.read(booking.booking, late[0].id).state is BookingState.MISSED)


def test_the_nightly_backup_is_made_once(desk: Desk) -> None:
    hour = (desk.clock.now() + timedelta(hours=9)).hour  # Shanghai is eight hours ahead
    desk.center.write(SYSTEM, amend, CentreDraft(Label.of("Lingwan"), backup_hour=hour, is_demo=False))
    upkeep, place = Upkeep(desk.window), desk.center.folder / "backups"
    upkeep.look()
    desk.settle()
    assert newest(place) is None
    desk.clock.advance(2 * 3600)
    upkeep.look()
    desk.until(lambda: newest(place) is not None)
    upkeep.look()
    desk.settle()
    assert len(list(place.glob("centre-*"))) == 1
