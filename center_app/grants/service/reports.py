"""Keep report versions: a draft is recorded, its paper added, and a version locked by somebody else."""

from __future__ import annotations

from sqlmodel import col, select

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.grants.errors import (
    GONE,
    REASON_MISSING,
    REPORT_BLOCKED,
    REPORT_FOUR_EYES,
    REPORT_LOCKED,
    REPORT_OTHER_REVIEWER,
)
from center_app.grants.models import ReportRun
from center_app.grants.queries import report_version
from center_app.grants.reports.values import ReportState, Severity, Snapshot, Verdict
from center_app.grants.service._common import award_row, known
from center_app.grants.values import ReportView


def record_report(work: Work, snapshot: Snapshot, snapshot_sha256: str, reviewer: str = "") -> ReportView:
    """Record a built version; the first needs no reason, every later one does."""
    require(work.actor, Right.BUILD_REPORT)
    head, number = snapshot.report, family(snapshot)
    row = _run(work, number, head.version)
    if row is not None and row.state == ReportState.LOCKED:
        raise PersonError(REPORT_LOCKED, version=head.version, number=number)
    if head.version > 1 and not head.reason.strip():
        raise PersonError(REASON_MISSING)
    before = {"snapshot_sha256": row.snapshot_sha256} if row else None
    row = row or ReportRun(
        award_id=known(award_row(work, snapshot.award.number).id),
        number=number,
        version=head.version,
        state=ReportState.DRAFT,
        names=snapshot.period.names,
        first_day=snapshot.period.first_day,
        last_day=snapshot.period.last_day,
        snapshot_sha256=snapshot_sha256,
        made_at=head.made_at,
        made_by=head.made_by,
    )
    row.snapshot_sha256, row.reviewer, row.reason = snapshot_sha256, reviewer, head.reason
    row.made_at, row.made_by, row.names = head.made_at, head.made_by, snapshot.period.names
    work.add(row)
    after = {"snapshot_sha256": snapshot_sha256, "audit": snapshot.audit}
    work.record("report.build", f"report:{number}/v{head.version}", before, after, head.reason, Changed.REPORTS)
    return report_version(work, number, head.version)


def family(snapshot: Snapshot) -> str:
    """Return the number that all versions of a report share, such as CD-GDC-2025-007-Y1."""
    return snapshot.report.number.removesuffix(f"-V{snapshot.report.version}")


def record_paper(work: Work, number: str, version: int, pdf_sha256: str, language: str) -> ReportView:
    """Note the hash of the paper made from a version's snapshot."""
    require(work.actor, Right.BUILD_REPORT)
    row = _need(work, number, version)
    before = {"pdf_sha256": row.pdf_sha256}
    row.pdf_sha256, row.language = pdf_sha256, language
    work.record(
        "report.paper", f"report:{number}/v{version}", before, {"pdf_sha256": pdf_sha256}, changed=Changed.REPORTS
    )
    return report_version(work, number, version)


def lock_report(work: Work, snapshot: Snapshot, snapshot_sha256: str) -> ReportView:
    """Release a version with its locked snapshot, by its reviewer; a rule of severity E that did not pass blocks it."""
    require(work.actor, Right.RELEASE_REPORT)
    head, number = snapshot.report, family(snapshot)
    row = _need(work, number, head.version)
    _refuse_lock(work, snapshot, row)
    before = {"state": row.state, "snapshot_sha256": row.snapshot_sha256}
    row.state, row.released_by, row.snapshot_sha256 = ReportState.LOCKED.value, work.actor.name, snapshot_sha256
    after = {"state": row.state, "released_by": row.released_by, "snapshot_sha256": snapshot_sha256}
    work.record("report.lock", f"report:{number}/v{head.version}", before, after, changed=Changed.REPORTS)
    return report_version(work, number, head.version)


def _refuse_lock(work: Work, snapshot: Snapshot, row: ReportRun) -> None:
    if row.state == ReportState.LOCKED:
        raise PersonError(REPORT_LOCKED, version=row.version, number=row.number)
    if row.made_by == work.actor.name:
        raise PersonError(REPORT_FOUR_EYES, name=row.made_by)
    if row.reviewer and row.reviewer != work.actor.name:
        raise PersonError(REPORT_OTHER_REVIEWER, name=row.reviewer)
    blocking = [
        rule.id for rule in snapshot.rules if rule.severity is Severity.ERROR and rule.verdict is not Verdict.PASS
    ]
    if blocking:
        raise PersonError(REPORT_BLOCKED, count=len(blocking), rules=", ".join(blocking))


def _run(work: Work, number: str, version: int) -> ReportRun | None:
    return work.session.exec(
        select(ReportRun).where(ReportRun.number == number, col(ReportRun.version) == version)
    ).first()


def _need(work: Work, number: str, version: int) -> ReportRun:
    row = _run(work, number, version)
    if row is None:
        raise PersonError(GONE, number=f"{number}/{version}")
    return row
