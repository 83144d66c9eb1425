"""Read report versions."""

from __future__ import annotations

from sqlmodel import col, select

from center_app.core.db import Read
from center_app.core.errors import PersonError
from center_app.grants.errors import GONE
from center_app.grants.models import Award, ReportRun
from center_app.grants.values import ReportView


def reports_of(read: Read, award: str) -> list[ReportView]:
    """Return the report versions of an award, the newest period and version first. One statement."""
    statement = (
        select(ReportRun, Award.number)
        .join(Award, col(Award.id) == col(ReportRun.award_id))
        .where(Award.number == award)
        .order_by(col(ReportRun.last_day).desc(), ReportRun.number, col(ReportRun.version).desc())
    )
    return [_view(row, number) for row, number in read.session.exec(statement)]


def report_version(read: Read, number: str, version: int) -> ReportView:
    """Return one version of a report; raises PersonError."""
    statement = (
        select(ReportRun, Award.number)
        .join(Award, col(Award.id) == col(ReportRun.award_id))
        .where(ReportRun.number == number, ReportRun.version == version)
    )
    found = read.session.exec(statement).first()
    if found is None:
        raise PersonError(GONE, number=number)
    return _view(*found)


def _view(row: ReportRun, award: str) -> ReportView:
    return ReportView(
        id=row.id or 0,
        award=award,
        number=row.number,
        version=row.version,
        state=row.state,
        names=row.names,
        first_day=row.first_day,
        last_day=row.last_day,
        snapshot_sha256=row.snapshot_sha256,
        pdf_sha256=row.pdf_sha256,
        language=row.language,
        made_at=row.made_at,
        made_by=row.made_by,
        reviewer=row.reviewer,
        released_by=row.released_by,
        reason=row.reason,
    )
