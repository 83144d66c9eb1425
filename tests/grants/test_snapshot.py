"""A snapshot on both databases: the same code, the same figures; nothing recorded reads not measured."""

from __future__ import annotations

from datetime import date

from center_app.core import centre
from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.flows.report import keep_report
from center_app.grants import queries, service
from center_app.grants.reports import codec, trail
from center_app.grants.reports.snapshot import ReportRequest, build_snapshot, check_award
from center_app.grants.reports.trace import trace_snapshot
from center_app.grants.reports.values import Verdict
from center_app.wiring import Center
from tests.grants.chain_world import add_machine
from tests.grants.samples import MANAGER, award_draft, book_proved, cost_draft

ADMIN = Actor(0, "Admin", Role.ADMINISTRATOR, "test")
ASK = ReportRequest(
    award="GDC-TEST-1", slug="Y1", names=Label.of("First year"), first_day=date(2025, 6, 1), last_day=date(2026, 5, 31)
)


def test_a_year_without_recordings(center: Center) -> None:
    center.write(ADMIN, centre.establish, centre.CentreDraft(Label.of("Centre"), "Asia/Shanghai"))
    add_machine(center, "EQ-0001")
    center.write(MANAGER, service.add_award, award_draft())
    book_proved(center, cost_draft())
    profile = center.read(centre.centre)
    assert profile is not None
    snapshot = center.read(build_snapshot, center.folder, profile, MANAGER.name, ASK)
    values = {figure.id: figure.value for figure in snapshot.figures}
    assert values["award.spent"] == 113_00
    assert values["use.EQ-0001.measured"] is None
    assert values["use.total.claimed"] is None
    assert values["use.EQ-0001.booked"] == 0
    assert len(snapshot.months) == 12
    verdicts = {row.id: row.verdict for row in snapshot.rules}
    assert verdicts["GEN-08"] is verdicts["CNE-02"] is Verdict.NOT_CHECKED
    assert verdicts["GEN-01"] is verdicts["GEN-02"] is verdicts["GEN-10"] is Verdict.PASS
    assert center.read(check_award, center.folder, profile, MANAGER.name, ASK) == snapshot.rules
    view = center.write(MANAGER, keep_report, center.folder, snapshot)
    assert view.snapshot_sha256 == codec.sha256(snapshot)
    assert center.read(trail.is_recorded, view.snapshot_sha256)
    assert center.read(trail.verdict).is_intact
    assert [run.version for run in center.read(queries.reports_of, "GDC-TEST-1")] == [1]
    walked = center.read(trace_snapshot, center.folder, snapshot, "award.spent")
    assert (walked.broken, walked.recomputed) == (None, 113_00)
