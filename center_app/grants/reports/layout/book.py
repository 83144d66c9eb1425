"""Put the chapters of a compliance report together."""

from __future__ import annotations

from collections.abc import Callable

from center_app.core.text import Words, catalogue
from center_app.documents.bricks import Contents, Heading, Prose
from center_app.documents.flow import Brick, NewPage
from center_app.documents.press import Book
from center_app.documents.sheet import GREY
from center_app.grants.reports.layout import annex, budget, costs, cover, equipment, rules, use, verdict
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.values import ReportState, Snapshot

Chapter = Callable[[Paper], list[Brick]]
CHAPTERS: tuple[Chapter, ...] = (
    verdict.chapter,
    budget.award_chapter,
    budget.chapter,
    budget.spending_chapter,
    costs.chapter,
    equipment.chapter,
    use.chapter,
    rules.chapter,
    annex.evidence_chapter,
    annex.verify_chapter,
    annex.glossary_chapter,
)


def make_book(snapshot: Snapshot, language: str, snapshot_sha256: str) -> Book:
    """Return the report as a book of bricks in a language (en, de, zh)."""
    words = catalogue(language)
    paper = Paper(snapshot, words, snapshot_sha256)
    chapters = [chapter(paper) for chapter in CHAPTERS]
    bricks: list[Brick] = [*cover.cover(paper), NewPage(), *_contents(words, chapters)]
    bricks += [brick for chapter in chapters for brick in chapter]
    report = snapshot.report
    is_draft = report.state is ReportState.DRAFT
    right = _state(words, report.version, is_draft)
    title = paper.say(report.title)
    return Book(
        title=f"{title} {snapshot.award.number}",
        author=paper.say(snapshot.award.grantee) or paper.say(report.centre),
        subject=f"{report.number}, {paper.say(snapshot.award.names)}",
        language=language,
        made_at=report.made_at,
        head_left=f"{title}  {snapshot.award.number}",
        head_right=right,
        foot_left=f"{words('Data snapshot SHA-256')} {snapshot_sha256[:16]} ...",
        page_words=lambda page, count: words("Page {page} of {count}", page=page, count=count),
        bricks=bricks,
        is_draft=is_draft,
    )


def _state(words: Words, version: int, is_draft: bool) -> str:
    if is_draft:
        return words("Version {version}, DRAFT, not released", version=version)
    return words("Version {version}, locked", version=version)


def _contents(words: Words, chapters: list[list[Brick]]) -> list[Brick]:
    entries = [
        (brick.text, brick.anchor)
        for chapter in chapters
        for brick in chapter
        if isinstance(brick, Heading) and brick.level == 0
    ]
    title = Heading(words("Contents"), "contents", before=0)
    note = words("Amounts and hours are printed from the frozen data embedded in this file; each can be traced back.")
    first = next(brick for brick in chapters[0] if isinstance(brick, Heading))
    first.before = 30.0
    return [title, Prose(note, color=GREY, before=0), Contents(entries)]
