"""What the page Reports shows: awards, versions, and one version with its paper, as frozen values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from center_app.core.access import RIGHTS, Right
from center_app.core.db import Read
from center_app.core.errors import PersonError
from center_app.flows.report import stored_snapshot
from center_app.flows.reporting import paper_path
from center_app.grants import queries
from center_app.grants.reports.values import PrintedFigure, Snapshot
from center_app.grants.reports.verify import Paper, open_paper
from center_app.grants.values import AwardView, ReportView
from center_app.registry import queries as registry
from ui.kit.words import LANGUAGES
from ui.pages.reports import pdf


@dataclass(frozen=True)
class Shelf:
    """Hold the awards, the versions of each, newest first, and who may review."""

    awards: tuple[AwardView, ...] = ()
    versions: dict[str, tuple[ReportView, ...]] = field(default_factory=dict)
    people: tuple[str, ...] = ()

    def of(self, award: str) -> tuple[ReportView, ...]:
        """Return an award's versions."""
        return self.versions.get(award, ())

    def find(self, award: str, key: tuple[str, int] | None) -> ReportView | None:
        """Return a version by (number, version), else the newest."""
        views = self.of(award)
        return next((view for view in views if key_of(view) == key), views[0] if views else None)


@dataclass(frozen=True)
class Document:
    """Hold one version: its data, its paper if there is one, where each figure stands on it, page sizes in points."""

    view: ReportView
    language: str
    snapshot: Snapshot | None = None
    sha256: str = ""
    path: Path | None = None
    places: tuple[PrintedFigure, ...] = ()
    sizes: tuple[tuple[float, float], ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        """Tell whether the paper was printed from the data that the centre keeps for this version."""
        return self.sha256 == self.view.snapshot_sha256

    @property
    def key(self) -> tuple[str, int]:
        """Name the version."""
        return key_of(self.view)


def key_of(view: ReportView) -> tuple[str, int]:
    """Name a version: number of the report and version."""
    return view.number, view.version


def load_shelf(read: Read) -> Shelf:
    """Load awards, versions and people (read lane)."""
    awards = tuple(queries.awards(read))
    versions = {award.number: tuple(queries.reports_of(read, award.number)) for award in awards}
    reviewers = (person.name for person in registry.people(read) if Right.RELEASE_REPORT in RIGHTS[person.role])
    return Shelf(awards, versions, tuple(sorted(reviewers)))


def open_version(folder: Path, view: ReportView, language: str) -> Document:
    """Open a version's paper, in a language when there is one, else its stored data (window lane)."""
    papers = list(_papers(folder, view, language))
    chosen = next((paper for paper in papers if paper.sha256 == view.snapshot_sha256), papers[0] if papers else None)
    made = tuple(_language(paper) for paper in papers if paper.sha256 == view.snapshot_sha256)
    if chosen is None:
        return _without_paper(folder, view, language)
    places = chosen.printed.figures if chosen.printed else ()
    return Document(
        view, _language(chosen), chosen.snapshot, chosen.sha256, chosen.path, places, pdf.sizes(chosen.path), made
    )


def _language(paper: Paper) -> str:
    return paper.printed.language if paper.printed else "en"


def _papers(folder: Path, view: ReportView, language: str) -> Iterator[Paper]:
    """Yield the papers of a version that can be read, the wanted language first."""
    for one in dict.fromkeys((language, view.language, *LANGUAGES)):
        path = paper_path(folder, view.number, view.version, one)
        if not path.exists():
            continue
        try:
            yield open_paper(path)
        except PersonError:
            continue


def _without_paper(folder: Path, view: ReportView, language: str) -> Document:
    try:
        snapshot = stored_snapshot(folder, view)
    except PersonError:
        return Document(view, language)
    return Document(view, language, snapshot, view.snapshot_sha256)


def snapshot_of(folder: Path, view: ReportView) -> Snapshot | None:
    """Return the data of a version, from its store or one of its papers."""
    return open_version(folder, view, view.language).snapshot
