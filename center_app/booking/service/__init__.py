"""Write bookings and the use of machines, one intent each."""

from center_app.booking.service.bookings import approve, book, decline
from center_app.booking.service.changes import edit_details, move, resize, revert, take_up
from center_app.booking.service.endings import cancel, displace, reinstate, release_missed, restore
from center_app.booking.service.history import KeptBooking, take_over
from center_app.booking.service.usage import check_in, check_out, undo_check_in, undo_check_out

__all__ = [
    "KeptBooking", "approve", "book", "cancel", "check_in", "check_out", "decline", "displace", "edit_details",
    "move", "reinstate", "release_missed", "resize", "restore", "revert", "take_over", "take_up",
    "undo_check_in", "undo_check_out",
]  # fmt: skip
