"""Take a calendar page to a booking, a machine, a day or a wish, as other pages ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ui.pages.calendar.formats import local

if TYPE_CHECKING:
    from center_app.booking.values import BookingView
    from ui.pages.calendar.conduct import Conduct


def go_to(conduct: Conduct, args: dict[str, Any]) -> None:
    """Follow ``day``, ``booking_id`` or ``machine_id``, then what is asked there.

    ``book`` (or ``form``) opens the booking form, ``move`` that of the booking, ``moves`` lists what an
    outage of the machine displaced, ``find`` searches a wish in words.
    """
    if (day := args.get("day")) is not None:
        conduct.page.go(day)
    if (booking_id := args.get("booking_id")) is not None:
        conduct.select_id = int(booking_id)
        conduct.with_booking(int(booking_id), lambda view: _show(conduct, view, bool(args.get("move"))))
    elif (machine_id := args.get("machine_id")) is not None:
        conduct.select_machine(int(machine_id))
        if args.get("moves"):
            conduct.moves.review(int(machine_id))
    if args.get("form") or args.get("book"):
        conduct.forms.open_here(args.get("machine_id"))
    if args.get("find"):
        conduct.page.toolbar.search.setText(str(args["find"]))
        conduct.finder.search(str(args["find"]))


def _show(conduct: Conduct, view: BookingView, is_to_move: bool) -> None:
    conduct.page.go(local(view.start_at.timestamp(), conduct.page.zone).date())
    conduct.show_booking(view.id)
    conduct.select_awaited()
    if is_to_move:
        conduct.forms.edit(view)
