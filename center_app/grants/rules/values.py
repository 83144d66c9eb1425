"""What rules look at, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from center_app.grants.programmes import Programme
from center_app.grants.reports.rows import (
    AccountPart,
    AwardPart,
    BudgetRow,
    CostRow,
    EquipmentRow,
    InstalmentRow,
    Kind,
    ReportPeriod,
    Severity,
    UseRow,
    Verdict,
)

Value = tuple[Kind, Any]


@dataclass(frozen=True)
class ProofFact:
    """State a file of evidence: its amount in minor units if known; is_intact None: the bytes were not at hand."""

    number: str
    amount_minor: int | None
    is_intact: bool | None


@dataclass(frozen=True)
class CostFact:
    """State a cost with its shares over all awards and its files of evidence."""

    row: CostRow
    shares: tuple[tuple[str, Fraction], ...]
    proofs: tuple[ProofFact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Hold all that rules may use; None means not known.

    `capitals` pairs printed amounts in minor units with their RMB capitals. `audit_first_bad` 0: the whole
    trail of `audit_rows` recomputed; None rows: it was not recomputed.
    """

    award: AwardPart
    programme: Programme
    period: ReportPeriod
    currency: str = "CNY"
    costs: tuple[CostFact, ...] = ()
    budget: tuple[BudgetRow, ...] = ()
    instalments: tuple[InstalmentRow, ...] = ()
    account: AccountPart | None = None
    equipment: tuple[EquipmentRow, ...] = ()
    uses: tuple[UseRow, ...] = ()
    made_by: str = ""
    reviewer: str = ""
    made_on: date | None = None
    version: int = 1
    reason: str = ""
    audit_rows: int | None = None
    audit_first_bad: int = 0
    capitals: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Finding:
    """Answer of one rule: verdict, the values it used by name, its threshold, the rows that fail.

    `severity` changes the rule's own severity, such as a small excess that only needs a word.
    """

    verdict: Verdict
    values: Mapping[str, Value] = field(default_factory=dict)
    threshold: Value | None = None
    rows: tuple[str, ...] = ()
    severity: Severity | None = None


def passed(threshold: Value | None = None, **values: Value) -> Finding:
    """Answer that a rule holds."""
    return Finding(Verdict.PASS, values, threshold)


def failed(rows: tuple[str, ...], threshold: Value | None = None, **values: Value) -> Finding:
    """Answer that a rule is broken by rows."""
    return Finding(Verdict.FAIL, values, threshold, rows)


def missing(rows: tuple[str, ...] = (), threshold: Value | None = None, **values: Value) -> Finding:
    """Answer that a rule could not be checked."""
    return Finding(Verdict.NOT_CHECKED, values, threshold, rows)


def money(minor: int) -> Value:
    """Return minor units as a value."""
    return (Kind.MONEY, minor)


def hours(us: int) -> Value:
    """Return microseconds as a value."""
    return (Kind.TIME, us)


def share(fraction: Fraction) -> Value:
    """Return an exact share as a value."""
    return (Kind.SHARE, fraction)


def count(number: int) -> Value:
    """Return a number of things as a value."""
    return (Kind.COUNT, number)


def day(moment: date) -> Value:
    """Return a day as a value."""
    return (Kind.DAY, moment)


def text(words: object) -> Value:
    """Return a name or a Label as a value."""
    return (Kind.TEXT, words)
