"""The centre's rules by which recordings go: set, read, and shown before anything goes.

Without a rule everything is kept for ever. A rule of a cell replaces the centre's for that cell; raw bytes are
counted in days, samples in months, the coarse pyramid (x256 and above) always stays, and so does what is pinned.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sqlmodel import select

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Read, Work
from center_app.core.errors import PersonError, declare
from center_app.telemetry.keep_models import RetentionRule
from center_app.telemetry.models import Cell
from center_app.telemetry.store import keeping
from center_app.telemetry.store.keeping import FilePlan, KeepPolicy, KeepRule

CENTRE = 0
"""Stands for the whole centre where a cell's number is asked."""
SPAN_WRONG = declare(
    "retention.span_wrong",
    "Raw bytes are kept 1 to 36500 days and samples 1 to 1200 months.",
    "Enter a number in that range, or leave the field empty to keep them for ever.",
)
CELL_MISSING = declare(
    "retention.cell_missing", "There is no robot cell number {cell_id}.", "Choose a cell from the list."
)


@dataclass(frozen=True)
class RetentionDraft:
    """Carry a rule for the centre (cell 0) or one cell; None keeps for ever."""

    cell_id: int = CENTRE
    raw_days: int | None = None
    chunk_months: int | None = None


@dataclass(frozen=True)
class Outlook:
    """Say what the rule would free now, what it keeps, and when something goes next."""

    files: int
    frees_bytes: int
    pins: int
    next_on: date | None
    total_bytes: int


def set_rule(work: Work, draft: RetentionDraft) -> KeepRule:
    """Set how long recordings are kept, for the centre or for one cell."""
    require(work.actor, Right.ADMINISTER)
    if not (_fits(draft.raw_days, 36_500) and _fits(draft.chunk_months, 1_200)):
        raise PersonError(SPAN_WRONG)
    if draft.cell_id != CENTRE and work.session.get(Cell, draft.cell_id) is None:
        raise PersonError(CELL_MISSING, cell_id=draft.cell_id)
    row = work.session.get(RetentionRule, draft.cell_id) or RetentionRule(cell_id=draft.cell_id)
    before = asdict(_rule(row))
    row.raw_days, row.chunk_months = draft.raw_days, draft.chunk_months
    work.add(row)
    work.record("telemetry.set_retention", _subject(draft.cell_id), before, asdict(draft), changed=Changed.SETTINGS)
    return _rule(row)


def drop_rule(work: Work, cell_id: int) -> KeepRule:
    """Take a rule away: a cell follows the centre's again, the centre keeps everything; return what it said."""
    require(work.actor, Right.ADMINISTER)
    row = work.session.get(RetentionRule, cell_id)
    before = _rule(row) if row else KeepRule()
    if row is not None:
        work.session.delete(row)
    work.record("telemetry.drop_retention", _subject(cell_id), before=asdict(before), changed=Changed.SETTINGS)
    return before


def policy(read: Read) -> KeepPolicy:
    """Return the rules in force."""
    rows = read.session.exec(select(RetentionRule)).all()
    rules = {row.cell_id: _rule(row) for row in rows}
    return KeepPolicy(rules.pop(CENTRE, KeepRule()), rules)


def outlook(folder: Path, rules: KeepPolicy, now_ns: int) -> tuple[Outlook, list[FilePlan]]:
    """Say what would go now and next, and list the files it is about; changes nothing."""
    plans = keeping.preview(folder, rules, now_ns)
    due = [plan for plan in plans if plan.is_due]
    later = [plan.due_on for plan in plans if plan.due_on is not None and not plan.is_due]
    coming = [day for day in later if day > keeping.today(now_ns)]
    found = Outlook(
        len(due), sum(plan.frees_bytes for plan in due), sum(plan.pins for plan in due), min(coming, default=None),
        sum(plan.size_bytes for plan in plans),
    )  # fmt: skip
    return found, due


def _rule(row: RetentionRule) -> KeepRule:
    return KeepRule(row.raw_days, row.chunk_months)


def _fits(number: int | None, most: int) -> bool:
    return number is None or 1 <= number <= most


def _subject(cell_id: int) -> str:
    return "centre:1" if cell_id == CENTRE else f"cell {cell_id}"
