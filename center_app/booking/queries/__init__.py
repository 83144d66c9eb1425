"""Read bookings, machine states, the timeline and free slots."""

from center_app.booking.queries.find import SlotQuery, alternatives, check, find_slots
from center_app.booking.queries.hours import hours_in
from center_app.booking.queries.lists import (
    booking,
    bookings_by_id,
    bookings_in,
    bookings_of_person,
    displaced_to_move,
    history,
    late_check_ins,
    pending_approvals,
    usage_in,
)
from center_app.booking.queries.states import machine_states
from center_app.booking.queries.timeline import timeline

__all__ = [
    "SlotQuery", "alternatives", "booking", "bookings_by_id", "bookings_in", "bookings_of_person", "check",
    "displaced_to_move", "find_slots", "history", "hours_in", "late_check_ins", "machine_states",
    "pending_approvals", "timeline", "usage_in",
]  # fmt: skip
