"""Make the report file from a snapshot: lay out, draw, embed the data, finish as PDF/A-3b, in a process of its own."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from center_app.documents.child import MEMORY_LIMIT_BYTES, TIME_LIMIT_S, run
from center_app.documents.pdfa import About, Attachment, finish
from center_app.documents.press import print_book
from center_app.documents.tables import csv_bytes
from center_app.grants.reports.codec import dump, load_snapshot
from center_app.grants.reports.layout.book import make_book
from center_app.grants.reports.values import PrintedFigure, PrintedFigures, Snapshot

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Made:
    """Describe a finished report file."""

    path: Path
    sha256: str
    snapshot_sha256: str
    page_count: int
    figure_count: int
    size_bytes: int


def make_report(
    snapshot: Snapshot, language: str, target: Path, progress: Progress | None = None,
    cancel: threading.Event | None = None, time_limit_s: float = TIME_LIMIT_S,
    memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
) -> Made:  # fmt: skip
    """Write a report in a child process; progress 0 to 1; raises PersonError when cancelled, SurroundingsError."""
    made: Made = run(
        _child, dump(snapshot), language, target, progress=progress, cancel=cancel, time_limit_s=time_limit_s,
        memory_limit_bytes=memory_limit_bytes,
    )  # fmt: skip
    return made


def _child(progress: Progress, data: bytes, language: str, target: Path) -> Made:
    return print_report(load_snapshot(data), language, target, progress)


def print_report(snapshot: Snapshot, language: str, target: Path, progress: Progress = lambda share: None) -> Made:
    """Write a report in this process; the same snapshot and language give the same bytes."""
    data = dump(snapshot)
    digest = hashlib.sha256(data).hexdigest()
    book = make_book(snapshot, language, digest)
    progress(0.1)
    with tempfile.TemporaryDirectory(prefix="report-", dir=target.parent) as folder:
        raw, done = Path(folder) / "raw.pdf", Path(folder) / "report.pdf"
        printed = print_book(book, raw, lambda share: progress(0.1 + 0.6 * share))
        figures = PrintedFigures(
            language, digest, tuple(PrintedFigure(s.id, s.page, s.rect, s.text, s.digits) for s in printed.spots)
        )
        about = About(book.title, book.author, book.subject, book.made_at, book.language)
        finish(raw, done, about, _attachments(snapshot, data, figures), printed.anchors)
        progress(0.98)
        made = done.read_bytes()
        done.replace(target)
    return Made(target, hashlib.sha256(made).hexdigest(), digest, printed.page_count, len(printed.spots), len(made))


def _attachments(snapshot: Snapshot, data: bytes, figures: PrintedFigures) -> list[Attachment]:
    header = ("number", "name", "kind", "sha256", "size_bytes", "added_on", "items")
    rows = [
        (row.number, row.name, row.kind, row.sha256, row.size_bytes, row.added_on, " ".join(row.items))
        for row in snapshot.evidence
    ]
    return [
        Attachment("report.json", data, "application/json", "Data", "The frozen data of this report"),
        Attachment("rules.json", dump(snapshot.rules), "application/json", "Supplement", "Rule results"),
        Attachment("evidence.csv", csv_bytes(header, rows), "text/csv", "Supplement", "Evidence index"),
        Attachment("figures.json", dump(figures), "application/json", "Supplement", "Where each figure is printed"),
    ]
