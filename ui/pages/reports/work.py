"""Long work behind the page: build, print, prove, release, trace; runs on the work lane."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from center_app.core.access import Actor, Right
from center_app.flows.reporting import Filed, ask_for, file_report, paper_path, release_report
from center_app.grants import service
from center_app.grants.reports.layout import make_report
from center_app.grants.reports.trace import Trace, trace
from center_app.grants.reports.values import Snapshot
from center_app.grants.reports.verify import verify_with_store
from center_app.grants.values import ReportView
from ui.pages.reports.data import Document
from ui.pages.reports.trouble import Proofs

Report = Callable[..., None]


@dataclass(frozen=True)
class Wish:
    """Ask for a report of an award: both days included, its language, why a later version, who reviews it."""

    award: str
    first: date
    last: date
    language: str
    reason: str = ""
    reviewer: str = ""


class _Stoppable:
    """Turn the lane's cancel into an event that the printing process looks at."""

    def __init__(self, report: Report, first: float = 0.0, last: float = 1.0) -> None:
        self._report, self._first, self._last = report, first, last
        self.cancel = threading.Event()

    def __call__(self, share: float) -> None:
        try:
            self._report(self._first + share * (self._last - self._first), "")
        except BaseException:
            self.cancel.set()
            raise


def build(report: Report, center: Any, actor: Actor, wish: Wish) -> Filed:
    """Build the report of a period and print it."""
    report(0.0, "")
    ask = center.read(ask_for, wish.award, wish.first, wish.last, wish.reason, wish.reviewer)
    told = _Stoppable(report, 0.15)
    return file_report(center.database, center.folder, actor, ask, wish.language, progress=told, cancel=told.cancel)


def print_again(report: Report, center: Any, actor: Actor, view: ReportView, snapshot: Snapshot, language: str) -> Path:
    """Print a version's data as it is kept, in a language; who may build reports has its hash recorded."""
    told = _Stoppable(report)
    path = paper_path(center.folder, view.number, view.version, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    made = make_report(snapshot, language, path, told, told.cancel)
    if actor.may(Right.BUILD_REPORT):
        center.write(actor, service.record_paper, view.number, view.version, made.sha256, language)
    return path


def prove(report: Report, center: Any, document: Document) -> Proofs:
    """Recount the figures, read them on the pages, look for the trail and the evidence, check PDF/A."""
    from center_app.documents.pdfa import approve

    assert document.path is not None
    report(0.1, "")
    verified = center.read(verify_with_store, center.folder, document.path)
    report(0.7, "")
    return Proofs(verified, approve(document.path)[0] == "pass")


def prove_twice(report: Report, center: Any, document: Document) -> Proofs:
    """Prove a paper, then print its data a second time and compare every byte."""
    found = prove(lambda share, text: report(share * 0.3, text), center, document)
    assert document.path is not None
    assert document.snapshot is not None
    told = _Stoppable(report, 0.3)
    with tempfile.TemporaryDirectory(prefix="second-run-") as folder:
        target = Path(folder) / "second.pdf"
        made = make_report(document.snapshot, document.language, target, told, told.cancel)
    return found.with_repeat(made.sha256 == hashlib.sha256(document.path.read_bytes()).hexdigest())


def release(report: Report, center: Any, actor: Actor, document: Document) -> Filed:
    """Lock a version as its reviewer and print it as locked."""
    assert document.snapshot is not None
    return release_report(
        center.database, center.folder, actor, document.snapshot, document.language, _Stoppable(report)
    )


def walk_back(report: Report, center: Any, document: Document, figure_id: str) -> Trace:
    """Walk one figure back to its raw bytes."""
    report(0.0, "")
    assert document.path is not None
    found: Trace = center.read(trace, center.folder, document.path, figure_id)
    return found
