"""Validated shapes of bookings, use of machines, findings of the rules and free slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from center_app.core.errors import Problem, ProblemsError
from center_app.core.labels import Label
from center_app.core.periods import Period
from center_app.equipment.values import usable


class BookingState(StrEnum):
    """Name where a booking stands."""

    PENDING = "pending"
    BOOKED = "booked"
    IN_USE = "in_use"
    DONE = "done"
    CANCELLED = "cancelled"
    MISSED = "missed"
    DISPLACED = "displaced"


OCCUPYING = frozenset({BookingState.PENDING, BookingState.BOOKED, BookingState.IN_USE, BookingState.DONE})
OPEN = frozenset({BookingState.PENDING, BookingState.BOOKED, BookingState.IN_USE})


class MachineState(StrEnum):
    """Name what a machine does now, as lists and the timeline show it."""

    FREE = "free"
    IN_USE = "in_use"
    BOOKED = "booked"
    SETUP = "setup"
    LATE = "late"
    SERVICE = "service"
    OUT_OF_ORDER = "out_of_order"
    LOCKED = "locked"


@dataclass(frozen=True, kw_only=True)
class BookingDraft:
    """Ask for a machine (or any machine of a pool) for [start_at, end_at).

    `waive` holds the ids of the rules that the acting person waives, with the reason. `setup_s` is
    the planned set-up time at the beginning, included in the booked time.
    """

    start_at: datetime
    end_at: datetime
    person_id: int
    machine_id: int | None = None
    pool_id: int | None = None
    project_id: int | None = None
    title: str = ""
    note: str = ""
    setup_s: int = 0
    waive: frozenset[str] = frozenset()
    waive_reason: str = ""

    def __post_init__(self) -> None:
        for name in ("start_at", "end_at"):
            object.__setattr__(self, name, usable(getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class UsageView:
    """Show one use of a machine between check-in and check-out; set-up and post-processing in seconds."""

    id: int
    booking_id: int
    machine_id: int
    person_id: int
    started_at: datetime
    ended_at: datetime | None
    setup_s: int
    postprocess_s: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingView:
    """Show a booking; a moved one keeps its reference and counts its revisions."""

    id: int
    version: int
    reference: str
    revision: int
    machine_id: int
    machine_code: str
    machine: Label
    person_id: int
    person: str
    organisation: Label
    project_id: int | None
    project_code: str
    project: Label
    is_external: bool
    start_at: datetime
    end_at: datetime
    occupied_start_at: datetime
    occupied_end_at: datetime
    state: BookingState
    title: str
    note: str
    setup_s: int
    created_by: str
    created_at: datetime
    predecessor_id: int | None
    successor_id: int | None
    usage: UsageView | None = None

    @property
    def period(self) -> Period:
        """Return the booked time."""
        return Period(self.start_at, self.end_at)

    @property
    def is_live(self) -> bool:
        """Tell whether the booking occupies its machine."""
        return self.state in OCCUPYING

    def is_late(self, now: datetime) -> bool:
        """Tell whether it has begun and nobody has checked in."""
        return self.state is BookingState.BOOKED and self.start_at < now < self.end_at


@dataclass(frozen=True)
class Slot:
    """Propose a legal time on a machine."""

    machine_id: int
    machine_code: str
    machine: Label
    period: Period


@dataclass(frozen=True)
class Finding:
    """State how one rule judged a request; `problem` is None when it passes.

    `text` is a message id with named fields for the passing case, such as “Qualified until {day}”.
    """

    rule: str
    text: str
    params: Mapping[str, object] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def is_pass(self) -> bool:
        """Tell whether the rule is satisfied."""
        return self.problem is None


@dataclass(frozen=True)
class Verdict:
    """Hold every finding on a request, and the nearest legal slots when something stands in the way."""

    findings: tuple[Finding, ...]
    slots: tuple[Slot, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return the broken rules."""
        return tuple(finding.problem for finding in self.findings if finding.problem)

    @property
    def is_legal(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.problems


class RefusedError(ProblemsError):
    """Refuse a booking with every problem at once and the nearest legal slots."""

    def __init__(self, problems: tuple[Problem, ...], slots: tuple[Slot, ...] = ()) -> None:
        super().__init__(problems)
        self.slots = slots


@dataclass(frozen=True)
class Displaced:
    """Name the bookings that an outage took off a machine, and the uses that it ended."""

    displaced: tuple[int, ...]
    broken_off: tuple[int, ...] = ()


@dataclass(frozen=True)
class MachineNow:
    """Say what a machine does now and next.

    `until` ends the present state (None: open), `free_until` is the start of the next occupation when
    it is free now (None: no booking), `holder` is who has it now, `next_at` and `next_holder` who is next.
    """

    machine_id: int
    state: MachineState
    since: datetime | None = None
    until: datetime | None = None
    holder: str = ""
    title: str = ""
    booking_id: int | None = None
    outage_id: int | None = None
    free_until: datetime | None = None
    free_from: datetime | None = None
    next_at: datetime | None = None
    next_holder: str = ""
    next_title: str = ""


@dataclass(frozen=True)
class TimelineMachine:
    """Show one row of the timeline."""

    id: int
    code: str
    names: Label
    category_id: int
    category: Label
    category_position: int
    place_short: str
    pool_id: int | None
    qualification_kind_id: int | None


# One bar of the timeline is a plain tuple in this order; times are integer microseconds since
# 1970 UTC. An outage has state "service" or "breakdown", person_id and project_id None.
BAR_FIELDS = (
    "id", "machine_id", "start_us", "end_us", "occupied_start_us", "occupied_end_us",
    "state", "person_id", "project_id", "setup_s", "title",
)  # fmt: skip
Bar = tuple[int, int, int, int, int, int, str, int | None, int | None, int, str]


@dataclass(frozen=True)
class Timeline:
    """Hold all that the timeline paints for a period: rows, bars (see BAR_FIELDS) and names by id."""

    period: Period
    machines: tuple[TimelineMachine, ...]
    bars: tuple[Bar, ...]
    people: Mapping[int, str]
    projects: Mapping[int, tuple[str, Label]]


def reference_of(year: int, number: int) -> str:
    """Write a booking's reference, such as B-26-0412."""
    return "B-" + f"{year % 100:02d}" + "-" + f"{number:04d}"
