"""File a report: freeze the snapshot, record it, pin the evidence it cites, print it, note the paper's hash."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from center_app.core.access import Actor, Right, require
from center_app.core.centre import CentreView, centre
from center_app.core.db import Database, Read
from center_app.core.errors import BugError, PersonError, declare
from center_app.core.labels import Label
from center_app.core.text import catalogue
from center_app.flows.report import keep_bytes, keep_report
from center_app.grants import queries
from center_app.grants.reports import codec
from center_app.grants.reports.layout import Made, make_report
from center_app.grants.reports.snapshot import ReportRequest, build_snapshot, locked
from center_app.grants.reports.values import ReportState, Snapshot
from center_app.grants.service.reports import family, lock_report, record_paper
from center_app.grants.values import ReportView

Progress = Callable[[float], None]
NO_CENTRE_YET = declare("report.no_centre", "The centre is not founded yet.", "Found the centre first.")


@dataclass(frozen=True)
class Filed:
    """Show a filed report: its row, its file, its snapshot."""

    view: ReportView
    made: Made
    snapshot: Snapshot


def reports_folder(store: Path) -> Path:
    """Return where filed reports lie."""
    return store / "reports"


def paper_path(store: Path, number: str, version: int, language: str) -> Path:
    """Return where the paper of one version lies."""
    return reports_folder(store) / f"{number}-V{version}-{language}.pdf"


def ask_for(read: Read, award: str, first: date, last: date, reason: str = "", reviewer: str = "") -> ReportRequest:
    """Return the request for a period: a draft is made again, after a locked version comes the next."""
    slug = f"{first:%Y%m}" if (first.year, first.month) == (last.year, last.month) else f"{first:%Y%m}-{last:%Y%m}"
    found = [view for view in queries.reports_of(read, award) if (view.first_day, view.last_day) == (first, last)]
    newest = max(found, key=lambda view: view.version, default=None)
    version = 1
    if newest is not None:
        version = newest.version + (1 if newest.state == ReportState.LOCKED else 0)
    return ReportRequest(
        award=award, slug=slug, names=period_name(first, last), first_day=first, last_day=last, version=version,
        reason=reason or (newest.reason if newest and version == newest.version else ""), reviewer=reviewer,
    )  # fmt: skip


def period_name(first: date, last: date) -> Label:
    """Name a period in every language: a month, or its two days."""
    words = {language: catalogue(language) for language in ("en", "de", "zh")}
    if (first.year, first.month) == (last.year, last.month):
        return Label({language: told.date(first, "month") for language, told in words.items()})
    return Label({language: f"{told.date(first)} – {told.date(last)}" for language, told in words.items()})


def file_report(
    database: Database, store: Path, actor: Actor, ask: ReportRequest, language: str, target: Path | None = None,
    progress: Progress = lambda _share: None, cancel: threading.Event | None = None,
) -> Filed:  # fmt: skip
    """Build, record, pin and print a report; a copy goes to `target`. Cancelling leaves the last paper as it was."""
    require(actor, Right.BUILD_REPORT)
    snapshot = database.read(build_snapshot, store, _centre(database), actor.name, ask)
    database.write(actor, keep_report, store, snapshot)
    return _print(database, store, actor, snapshot, language, target, progress, cancel)


def release_report(
    database: Database,
    store: Path,
    actor: Actor,
    snapshot: Snapshot,
    language: str,
    progress: Progress = lambda _s: None,
) -> Filed:
    """Lock a version by its reviewer, and print it anew as locked."""
    fixed = locked(snapshot, actor.name)
    database.write(actor, lock_report, fixed, keep_bytes(store, fixed))
    return _print(database, store, actor, fixed, language, None, progress, None)


def _centre(database: Database) -> CentreView:
    found = database.read(centre)
    if found is None:
        raise PersonError(NO_CENTRE_YET)
    return found


def _print(
    database: Database, store: Path, actor: Actor, snapshot: Snapshot, language: str, target: Path | None,
    progress: Progress, cancel: threading.Event | None,
) -> Filed:  # fmt: skip
    number, version = family(snapshot), snapshot.report.version
    paper = paper_path(store, number, version, language)
    paper.parent.mkdir(parents=True, exist_ok=True)
    made = make_report(snapshot, language, paper, progress, cancel)
    if made.snapshot_sha256 != codec.sha256(snapshot):
        raise BugError(SNAPSHOT_LOST)
    view = database.write(actor, record_paper, number, version, made.sha256, language)
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(paper, target)
    return Filed(view, made, snapshot)


SNAPSHOT_LOST = declare(
    "report.snapshot_lost",
    "The printed report does not carry the data it was made from.",
    "Build it again; if it returns, send the diagnostics bundle to your administrator.",
)
