"""Frozen rows of a report's snapshot.

Money is integer minor units of `report.currency` (`*_minor`), times are integer microseconds
(`*_us`), shares exact fractions, days local calendar days of `report.zone`, months "2026-05".
`None` means not measured or not known; it is never zero. Sentences are Labels in three languages,
so that a snapshot says itself without this program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from center_app.core.labels import Label


class ReportState(StrEnum):
    """Say whether a version may still change; a draft says so in red on every page."""

    DRAFT = "draft"
    LOCKED = "locked"


class Verdict(StrEnum):
    """Name the outcome of a rule; missing input never passes."""

    PASS = "pass"
    FAIL = "fail"
    NOT_CHECKED = "not_checked"


class Severity(StrEnum):
    """Say what a failure means: E blocks release, W must be explained, I is a note."""

    ERROR = "E"
    WARNING = "W"
    NOTE = "I"


class Kind(StrEnum):
    """Name what a value measures: minor units, microseconds, an exact share of one, a count, a day, a text."""

    MONEY = "money"
    TIME = "time"
    SHARE = "share"
    COUNT = "count"
    DAY = "day"
    TEXT = "text"


@dataclass(frozen=True)
class Formula:
    """Say how a figure is made, so that anybody can make it again.

    `op` is one of: value, sum, count (over the rows of `table` that match `where`: pairs of field
    and text), and plus, minus, ratio, mean (over `figures`: minus is first − rest, ratio first ÷ second,
    mean first ÷ second rounded half up to a whole unit).
    """

    op: str
    table: str = ""
    field: str = ""
    where: tuple[tuple[str, str], ...] = ()
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """Hold one printed figure under a stable id such as `use.EQ-0101.2026-05.measured`.

    `value` is minor units, microseconds, a count, or an exact share; None reads "not measured".
    """

    id: str
    kind: Kind
    value: int | Fraction | None
    formula: Formula


@dataclass(frozen=True)
class ReportHead:
    """Name the report: number CD-GDC-2025-007-Y1-V3, version, who made and who approved it."""

    number: str
    title: Label
    version: int
    state: ReportState
    made_at: datetime
    made_by: str
    approved_by: str
    rule_set: str
    program: str
    zone: str
    currency: str
    centre: Label
    reason: str = ""


@dataclass(frozen=True)
class ReportPeriod:
    """Hold the period of a report; both days belong to it."""

    names: Label
    first_day: date
    last_day: date


@dataclass(frozen=True)
class AwardPart:
    """Show the award; `last_day` belongs to it."""

    number: str
    names: Label
    programme: str
    programme_names: Label
    funder: Label
    grantee: Label
    notice: str
    noticed_on: date | None
    first_day: date
    last_day: date
    amount_minor: int
    tier: str
    financing: str
    account: str
    budget_version: int


@dataclass(frozen=True)
class InstalmentRow:
    """Show one instalment; received_minor None: not yet received."""

    id: str
    due_on: date
    planned_minor: int
    received_minor: int | None
    received_on: date | None
    condition: Label


@dataclass(frozen=True)
class BudgetRow:
    """Show one budget line; actual, committed and free are figures `budget.<code>.…`."""

    code: str
    names: Label
    planned_minor: int
    revised_minor: int


@dataclass(frozen=True)
class CostRow:
    """Show one cost item up to the end of the report's period; amount_minor is this award's share."""

    id: str
    line: str
    month: str
    in_period: bool
    invoice_on: date | None
    paid_on: date | None
    supplier: str
    tax_number: str
    invoice_number: str
    text: str
    net_minor: int
    vat_minor: int
    gross_minor: int
    share: Fraction
    amount_minor: int
    machine: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class CommitmentRow:
    """Show money promised by contract and not yet spent."""

    id: str
    line: str
    supplier: str
    text: str
    agreed_on: date
    amount_minor: int


@dataclass(frozen=True)
class PlanRow:
    """Show the cumulative plan at the end of a month; actual is the figure `spend.<month>.actual`.

    `is_reported` tells months up to the end of the report's period from those that lie ahead.
    """

    month: str
    planned_minor: int
    is_reported: bool


@dataclass(frozen=True)
class AccountPart:
    """Show the earmarked account; statement_minor None: no statement is on file for the period's end."""

    interest_minor: int
    paid_minor: int
    statement_on: date | None
    statement_minor: int | None


@dataclass(frozen=True)
class EquipmentRow:
    """Show one machine of the award, with what property records ask for."""

    code: str
    names: Label
    category: Label
    maker: str
    model: str
    serial: str
    asset_number: str
    place: Label
    custodian: str
    acquired_on: date | None
    in_service_on: date | None
    cost_minor: int | None
    share: Fraction
    funded_minor: int | None
    origin: str
    is_new_purchase: bool
    is_shareable: bool
    condition: str
    measured_by: str
    note: Label = field(default_factory=Label)


@dataclass(frozen=True)
class UseRow:
    """Show one use of a machine: its booking, its check-in and what was measured in it.

    `id` is machine code + "/" + booking reference (or "unbooked" and a number); measured_us None: no
    recording covered it. A run without a booking is a row with is_booked False.
    effective = measured + set-up + post-processing; claimed is what the report claims.
    """

    id: str
    machine: str
    month: str
    day: date
    booking: str
    booking_id: int | None
    session_id: int | None
    person: str
    organisation: Label
    is_external: bool
    booked_us: int
    checked_in_us: int
    setup_us: int
    postprocess_us: int
    measured_us: int | None
    effective_us: int | None
    claimed_us: int | None
    covered_us: int
    state: str
    is_booked: bool = True


@dataclass(frozen=True)
class IntervalRow:
    """Show one measured interval inside a use, with the way to its raw bytes.

    [start_at, end_at) is the part of the run inside the use; the whole run is stored by `collector` under
    `key` and spans [run_start_ns, run_end_ns). Offsets count received bytes of the recording, from the frame
    that opened the run to the frame that closed it; `raw_sha256` is the hash of these two frames' bytes,
    `segments` are the chained hashes of the sealed raw segments between them.
    """

    id: str
    use: str
    machine: str
    month: str
    start_at: datetime
    end_at: datetime
    duration_us: int
    cell_id: int
    recording_id: str
    stream: str
    channel: str
    rule_version: str
    profile: str
    raw_from: int
    raw_to: int
    raw_sha256: str
    segments: tuple[str, ...] = ()
    collector: str = ""
    key: str = ""
    run_start_ns: int = 0
    run_end_ns: int = 0


@dataclass(frozen=True)
class MonthUseRow:
    """Say what is known of one machine in one month; hours are figures `use.<machine>.<month>.…`.

    `is_measured` False draws hatched: the machine had no recording in that month.
    """

    machine: str
    month: str
    is_measured: bool


@dataclass(frozen=True)
class RuleInput:
    """Show one value a rule used."""

    names: Label
    kind: Kind
    value: str


@dataclass(frozen=True)
class RuleRow:
    """Show one rule with what it used: id GEN-01, group GEN, source, article, version, operator, threshold.

    `rows` are ids of the rows that fail (cost items, machines, uses); `remedy` says what to do.
    """

    id: str
    group: str
    names: Label
    severity: Severity
    verdict: Verdict
    source: Label
    article: str
    is_verified: bool
    version: str
    operator: str
    threshold: RuleInput | None
    inputs: tuple[RuleInput, ...]
    message: Label
    remedy: Label
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvidenceRow:
    """Show one file of evidence; its bytes lie under their hash in the store folder."""

    number: str
    name: str
    kind: str
    sha256: str
    size_bytes: int
    added_on: date
    items: tuple[str, ...]


@dataclass(frozen=True)
class RiskRow:
    """Name one of the three risks of the verdict page."""

    rule: str
    severity: Severity
    verdict: Verdict
    names: Label


@dataclass(frozen=True)
class AuditPart:
    """Pin the audit trail: number and hash of its newest row."""

    seq: int
    hash: str
