"""Take a calendar page to a booking, a machine, a day or a wish, as other pages ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ui.pages.calendar.formats import local

if TYPE_CHECKING:
    from center_app.booking.values import BookingView
    from ui.pages.calendar.conduct import Conduct


def go_to(conduct: Conduct, args: dict[str, Any]) -> None:
    """Follow ``day``, ``booking_id`` or ``machine_id``, then ``form`` (open it) or ``find`` (a wish in words)."""
    if (day := args.get("day")) is not None:
        conduct.page.go(day)
    if (booking_id := args.get("booking_id")) is not None:
        conduct.select_id = int(booking_id)
        conduct.with_booking(int(booking_id), lambda view: _show(conduct, view))
    elif (machine_id := args.get("machine_id")) is not None:
        conduct.select_machine(int(machine_id))
    if args.get("form"):
        conduct.forms.open_here()
    if args.get("find"):
        conduct.page.toolbar.search.setText(str(args["find"]))
        conduct.finder.search(str(args["find"]))


def _show(conduct: Conduct, view: BookingView) -> None:
    conduct.page.go(local(view.start_at.timestamp(), conduct.page.zone).date())
    conduct.show_booking(view.id)
    conduct.select_awaited()
