"""Frozen shapes of a report's snapshot: all that the paper, `verify` and `trace` work on.

Money is integer minor units of `report.currency` (`*_minor`), times are integer microseconds
(`*_us`), shares exact fractions, days local calendar days of `report.zone`, months "2026-05".
`None` means not measured or not known; it is never zero. Sentences are Labels in three languages,
so that a snapshot says itself without this program.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from center_app.grants.reports.rows import (
    AccountPart,
    AuditPart,
    AwardPart,
    BudgetRow,
    CommitmentRow,
    CostRow,
    EquipmentRow,
    EvidenceRow,
    Figure,
    Formula,
    InstalmentRow,
    IntervalRow,
    Kind,
    MonthUseRow,
    PlanRow,
    ReportHead,
    ReportPeriod,
    ReportState,
    RiskRow,
    RuleInput,
    RuleRow,
    Severity,
    UseRow,
    Verdict,
)

__all__ = [
    "SCHEMA",
    "AccountPart",
    "AuditPart",
    "AwardPart",
    "BudgetRow",
    "CommitmentRow",
    "CostRow",
    "EquipmentRow",
    "EvidenceRow",
    "Figure",
    "Formula",
    "InstalmentRow",
    "IntervalRow",
    "Kind",
    "MonthUseRow",
    "PlanRow",
    "PrintedFigure",
    "PrintedFigures",
    "ReportHead",
    "ReportPeriod",
    "ReportState",
    "RiskRow",
    "RuleInput",
    "RuleRow",
    "Severity",
    "Snapshot",
    "UseRow",
    "Verdict",
]

SCHEMA = 1


@dataclass(frozen=True)
class Snapshot:
    """Freeze everything a report prints; the same snapshot gives the same bytes."""

    schema: int
    report: ReportHead
    period: ReportPeriod
    award: AwardPart
    instalments: tuple[InstalmentRow, ...]
    budget: tuple[BudgetRow, ...]
    costs: tuple[CostRow, ...]
    commitments: tuple[CommitmentRow, ...]
    plan: tuple[PlanRow, ...]
    account: AccountPart
    equipment: tuple[EquipmentRow, ...]
    months: tuple[MonthUseRow, ...]
    uses: tuple[UseRow, ...]
    intervals: tuple[IntervalRow, ...]
    rules: tuple[RuleRow, ...]
    risks: tuple[RiskRow, ...]
    key_figures: tuple[str, ...]
    evidence: tuple[EvidenceRow, ...]
    audit: AuditPart
    figures: tuple[Figure, ...] = field(default=())

    def figure(self, id: str) -> Figure:
        """Return a figure by its id; raises KeyError for one that does not exist."""
        return self.by_id()[id]

    def by_id(self) -> dict[str, Figure]:
        """Return all figures by id, made once."""
        cached: dict[str, Figure] | None = self.__dict__.get("_by_id")
        if cached is None:
            cached = {figure.id: figure for figure in self.figures}
            object.__setattr__(self, "_by_id", cached)
        return cached


@dataclass(frozen=True)
class PrintedFigure:
    """Say where a figure stands on the paper: page from 1, rectangle in points, the text as printed.

    The list of them is embedded as `figures.json`, beside `report.json` (the snapshot).
    """

    id: str
    page: int
    rect: tuple[float, float, float, float]
    text: str
    digits: int | None = None


@dataclass(frozen=True)
class PrintedFigures:
    """Hold all printed figures of one PDF, the language it speaks and the hash of its snapshot."""

    language: str
    snapshot_sha256: str
    figures: tuple[PrintedFigure, ...]
