"""The states of machines, bookings and alarms: token, icon and word, everywhere the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from center_app.core.text import N_


@dataclass(frozen=True)
class State:
    """Declare how a state looks: colour token, icon name, message id of its word."""

    token: str
    icon: str
    word: str
    outlined: bool = False


STATES: Final[dict[str, State]] = {
    "free": State("text2", "circle", N_("Free"), outlined=True),
    "in_use": State("ok", "circle-play", N_("In use")),
    "booked": State("info", "calendar-check", N_("Booked")),
    "pending": State("info", "hourglass", N_("Pending"), outlined=True),
    "setup": State("info", "settings-2", N_("Set-up")),
    "late": State("warn", "clock-alert", N_("Late")),
    "service": State("warn", "wrench", N_("Service")),
    "warning": State("warn", "triangle-alert", N_("Warning")),
    "down": State("crit", "circle-x", N_("Down")),
    "out_of_order": State("crit", "circle-x", N_("Out of order")),
    "locked": State("crit", "lock", N_("Locked")),
    "critical": State("crit", "circle-alert", N_("Critical")),
    "conflict": State("crit", "circle-x", N_("Conflict")),
    "alarm": State("crit", "bell-ring", N_("Alarm")),
    "alarm_warning": State("warn", "bell-ring", N_("Alarm")),
    "approval": State("info", "stamp", N_("Approval")),
    "duty": State("off", "calendar-clock", N_("Duty")),
    "done": State("off", "check", N_("Done")),
    "cancelled": State("off", "x", N_("Cancelled")),
    "missed": State("off", "user-x", N_("No-show")),
    "displaced": State("crit", "move-horizontal", N_("Displaced")),
    "offline": State("off", "unplug", N_("Offline")),
    "retired": State("off", "archive", N_("Retired")),
    "recording": State("ok", "circle-dot", N_("Recording")),
    "pass": State("ok", "circle-check", N_("Pass")),
    "fail": State("crit", "circle-x", N_("Fail")),
    "not_checked": State("off", "circle-dashed", N_("Not checked"), outlined=True),
    "draft": State("info", "pencil", N_("Draft")),
    "fixed": State("off", "lock", N_("Locked")),
    "signed": State("ok", "badge-check", N_("Signed")),
}


def state(key: str) -> State:
    """Return a state's look; an unknown key shows as itself in the neutral colour."""
    return STATES.get(key) or State("off", "circle-dashed", key)
