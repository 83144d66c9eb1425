"""The words of states, marked for translation; screens and reports share them."""

from __future__ import annotations

from center_app.booking.values import BookingState, MachineState
from center_app.core.text import N_

BOOKING_STATE_WORDS: dict[BookingState, str] = {
    BookingState.PENDING: N_("Pending"),
    BookingState.BOOKED: N_("Booked"),
    BookingState.IN_USE: N_("In use"),
    BookingState.DONE: N_("Done"),
    BookingState.CANCELLED: N_("Cancelled"),
    BookingState.MISSED: N_("No-show"),
    BookingState.DISPLACED: N_("Displaced"),
}
MACHINE_STATE_WORDS: dict[MachineState, str] = {
    MachineState.FREE: N_("Free"),
    MachineState.IN_USE: N_("In use"),
    MachineState.BOOKED: N_("Booked"),
    MachineState.SETUP: N_("Set-up"),
    MachineState.LATE: N_("Late"),
    MachineState.SERVICE: N_("Service"),
    MachineState.OUT_OF_ORDER: N_("Out of order"),
    MachineState.LOCKED: N_("Locked"),
}
