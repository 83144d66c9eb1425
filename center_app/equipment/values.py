"""Validated shapes of machines, categories, places, pools and outages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction

from center_app.core.errors import PersonError, declare
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.core.periods import PERIOD_NAIVE, Period

OUT_OF_RANGE = declare(
    "time.out_of_range",
    "The year {year} cannot be planned for.",
    "Enter a time between the years 1970 and 2200.",
)


def usable(moment: datetime) -> datetime:
    """Return a moment in UTC; raises PersonError when it has no zone or lies outside 1970–2200."""
    if moment.tzinfo is None:
        raise PersonError(PERIOD_NAIVE)
    if not 1970 <= moment.year <= 2200:
        raise PersonError(OUT_OF_RANGE, year=str(moment.year))
    return moment.astimezone(UTC)


class Origin(StrEnum):
    """Say where a machine was made; grant rules show the share of imported equipment."""

    DOMESTIC = "domestic"
    IMPORTED = "imported"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """Say whether a machine may be used at all."""

    IN_SERVICE = "in_service"
    LOCKED = "locked"
    RETIRED = "retired"


class OutageKind(StrEnum):
    """Tell planned service from a breakdown."""

    SERVICE = "service"
    BREAKDOWN = "breakdown"


@dataclass(frozen=True, kw_only=True)
class CategoryDraft:
    """Describe a group of machines; `icon` names a picture of the icon set."""

    code: str
    names: Label
    icon: str = "wrench"
    position: int = 0


@dataclass(frozen=True, kw_only=True)
class CategoryView:
    """Show a category."""

    id: int
    version: int
    code: str
    names: Label
    icon: str
    position: int

    def draft(self) -> CategoryDraft:
        """Return the draft that would restore these values."""
        return CategoryDraft(code=self.code, names=self.names, icon=self.icon, position=self.position)


@dataclass(frozen=True, kw_only=True)
class PlaceDraft:
    """Describe a place; `short` is the mark shown beside a machine on the timeline, such as H1."""

    code: str
    names: Label
    short: str = ""


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """Show a place."""

    id: int
    version: int
    code: str
    names: Label
    short: str

    def draft(self) -> PlaceDraft:
        """Return the draft that would restore these values."""
        return PlaceDraft(code=self.code, names=self.names, short=self.short)


@dataclass(frozen=True, kw_only=True)
class PoolDraft:
    """Describe a pool of like machines, of which any may be booked."""

    code: str
    names: Label


@dataclass(frozen=True, kw_only=True)
class PoolView:
    """Show a pool."""

    id: int
    version: int
    code: str
    names: Label

    def draft(self) -> PoolDraft:
        """Return the draft that would restore these values."""
        return PoolDraft(code=self.code, names=self.names)


@dataclass(frozen=True)
class FundingShare:
    """Say which exact share of a machine's cost a source paid."""

    source: Label
    share: Fraction
    award_number: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingPolicy:
    """Set the booking limits of one machine; lengths and buffers in seconds, None is no limit.

    Occupied time is the booking widened by both buffers. `horizon_days` counts elapsed days to the
    start, or whole local days after today when `horizon_whole_days`. `opens_minute` and
    `closes_minute` are local minutes of the day (0 and 1440: always open).
    """

    buffer_before_s: int = 0
    buffer_after_s: int = 0
    min_length_s: int | None = None
    max_length_s: int | None = None
    horizon_days: int | None = None
    horizon_whole_days: bool = False
    min_gap_s: int | None = None
    max_future: int | None = None
    setup_cap_s: int = 1800
    postprocess_cap_s: int = 1800
    check_in_opens_s: int = 900
    release_after_s: int | None = None
    opens_minute: int = 0
    closes_minute: int = 1440
    needs_approval: bool = False
    needs_induction: bool = True
    needs_project: bool = True


@dataclass(frozen=True, kw_only=True)
class MachineDraft:
    """Describe a machine to store."""

    code: str
    names: Label
    category_id: int
    place_id: int | None = None
    maker: str = ""
    model: str = ""
    serial: str = ""
    asset_number: str = ""
    custodian_id: int | None = None
    condition: Condition = Condition.IN_SERVICE
    condition_note: str = ""
    acquired_on: date | None = None
    in_service_on: date | None = None
    cost: Money | None = None
    origin: Origin = Origin.UNKNOWN
    is_new_purchase: bool = True
    is_shareable: bool = False
    funding: tuple[FundingShare, ...] = ()
    qualification_kind_id: int | None = None
    pool_id: int | None = None
    next_service_on: date | None = None
    calibrated_until: datetime | None = None
    measured_by: str = ""
    capabilities: str = ""
    policy: BookingPolicy = field(default_factory=BookingPolicy)


@dataclass(frozen=True, kw_only=True)
class MachineView:
    """Show a machine; its state now comes from `booking.queries.machine_states`."""

    id: int
    version: int
    code: str
    names: Label
    category_id: int
    category: Label
    category_icon: str
    category_position: int
    place_id: int | None
    place: Label
    place_short: str
    maker: str
    model: str
    serial: str
    asset_number: str
    custodian_id: int | None
    custodian: str
    condition: Condition
    condition_note: str
    acquired_on: date | None
    in_service_on: date | None
    cost: Money | None
    origin: Origin
    is_new_purchase: bool
    is_shareable: bool
    funding: tuple[FundingShare, ...]
    qualification_kind_id: int | None
    qualification: Label
    pool_id: int | None
    pool: Label
    next_service_on: date | None
    calibrated_until: datetime | None
    measured_by: str
    capabilities: str
    policy: BookingPolicy
    is_archived: bool

    def draft(self) -> MachineDraft:
        """Return the draft that would restore these values."""
        names = MachineDraft.__dataclass_fields__
        return MachineDraft(**{name: getattr(self, name) for name in names})


class OccupancyKind(StrEnum):
    """Say what occupies a machine."""

    BOOKING = "booking"
    OUTAGE = "outage"


@dataclass(frozen=True)
class Occupied:
    """Show one stretch of occupied time, buffers included."""

    id: int
    machine_id: int
    kind: OccupancyKind
    owner_id: int
    period: Period


@dataclass(frozen=True, kw_only=True)
class OutageDraft:
    """Plan an outage; `end_at` None is open: the machine stays out until somebody says otherwise."""

    machine_id: int
    start_at: datetime
    end_at: datetime | None
    title: str
    kind: OutageKind = OutageKind.SERVICE
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "start_at", usable(self.start_at))
        if self.end_at is not None:
            object.__setattr__(self, "end_at", usable(self.end_at))


@dataclass(frozen=True, kw_only=True)
class OutageView:
    """Show an outage; `end_at` None is open."""

    id: int
    version: int
    machine_id: int
    machine_code: str
    machine: Label
    kind: OutageKind
    title: str
    note: str
    start_at: datetime
    end_at: datetime | None
    is_cancelled: bool
    reported_by: str
