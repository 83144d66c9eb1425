"""Keep a few report versions of the demo award: the first closed month released, the quarter still a draft."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from center_app.core import centre
from center_app.core.access import Actor, Role
from center_app.core.db import Database
from center_app.core.errors import PersonError
from center_app.core.labels import LANGUAGES, Label
from center_app.core.log import topic
from center_app.core.text import catalogue
from center_app.flows.report import keep_report, release_report
from center_app.flows.reporting import paper_path
from center_app.grants.demo import AWARD_NUMBER
from center_app.grants.reports.layout import print_report
from center_app.grants.reports.snapshot import ReportRequest, build_snapshot
from center_app.grants.service import record_paper

log = topic("demo")
MAKER = Actor(0, "Chen Jie", Role.MANAGER, "demo")
REVIEWER = Actor(0, "Zhou Kai", Role.MANAGER, "demo")


def month_label(first: date) -> Label:
    """Return the name of a month in every language."""
    return Label({language: catalogue(language).date(first, "month") for language in LANGUAGES})


def month_request(first: date) -> ReportRequest:
    """Ask for the report of one calendar month."""
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return ReportRequest(
        award=AWARD_NUMBER, slug=f"{first:%Y%m}", names=month_label(first), first_day=first, last_day=last,
        reviewer=REVIEWER.name,
    )  # fmt: skip


def seed_reports(database: Database, folder: Path, first: date) -> None:
    """Build, keep and release the report of the first closed month; a rule that stops it leaves a draft."""
    profile = database.read(centre.centre)
    if profile is None:
        return
    snapshot = database.read(build_snapshot, folder, profile, MAKER.name, month_request(first))
    view = database.write(MAKER, keep_report, folder, snapshot)
    try:
        view, snapshot = database.write(REVIEWER, release_report, folder, view.number, view.version)
    except PersonError as error:
        log.info("the demo report stays a draft: %s", error)
    paper = paper_path(folder, view.number, view.version, profile.language)
    paper.parent.mkdir(parents=True, exist_ok=True)
    made = print_report(snapshot, profile.language, paper)
    database.write(MAKER, record_paper, view.number, view.version, made.sha256, profile.language)
