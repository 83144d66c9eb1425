"""What a change touched, so that only the views that show it refresh."""

from __future__ import annotations

from enum import IntFlag, auto


class Changed(IntFlag):
    """Flag the nouns that an act changed; stored with its audit row, never renumber."""

    NOTHING = 0
    PEOPLE = auto()
    ORGANISATIONS = auto()
    PROJECTS = auto()
    EQUIPMENT = auto()
    OCCUPANCY = auto()
    BOOKINGS = auto()
    USAGE = auto()
    CELLS = auto()
    ALARMS = auto()
    REQUESTS = auto()
    HOURS = auto()
    AWARDS = auto()
    LEDGER = auto()
    EVIDENCE = auto()
    REPORTS = auto()
    SETTINGS = auto()
