"""Print a book: lay its bricks out, draw them, and tell where each figure stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from center_app.documents.flow import Brick, Page, anchors, compose, draw_foot, draw_head, draw_notes
from center_app.documents.fonts import FACE, clean, register
from center_app.documents.sheet import LEFT, PAGE, ROOM, Sheet, Spot

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Book:
    """Describe a document: title, running heads, bricks; `page_words` makes "page x of y".

    `is_draft` turns the right running head red on every page.
    """

    title: str
    author: str
    subject: str
    language: str
    made_at: datetime
    head_left: str
    head_right: str
    foot_left: str
    page_words: Callable[[int, int], str]
    bricks: Sequence[Brick]
    is_draft: bool = False
    has_cover: bool = True


@dataclass(frozen=True)
class Printed:
    """Say what was printed: where figures stand, named places (page from 1, height in points), number of pages."""

    spots: tuple[Spot, ...]
    anchors: Mapping[str, tuple[int, float]]
    page_count: int


def print_book(book: Book, target: Path, progress: Progress) -> Printed:
    """Write the raw PDF (not yet PDF/A). Progress is 0 to 1."""
    register()
    pages = compose(book.bricks, cover=book.has_cover)
    progress(0.3)
    canvas = _canvas(book, target)
    sheet = Sheet(canvas, len(pages), anchors(pages))
    for number, page in enumerate(pages, 1):
        sheet.page = number
        _draw_page(book, sheet, page)
        sheet.end_page()
        if number % 10 == 0:
            progress(0.3 + 0.6 * number / len(pages))
    canvas.save()
    progress(0.95)
    return Printed(tuple(sheet.spots), sheet.anchors, len(pages))


def _canvas(book: Book, target: Path) -> Any:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(
        str(target), pagesize=PAGE, invariant=1, initialFontName=FACE, lang=_LANGUAGE_TAGS.get(book.language, "en"),
        pageCompression=1,
    )  # fmt: skip
    canvas.setTitle(clean(book.title))
    canvas.setAuthor(clean(book.author))
    canvas.setSubject(clean(book.subject))
    canvas.setCreator("Center Desk")
    canvas.showOutline()
    return canvas


_LANGUAGE_TAGS = {"en": "en-GB", "de": "de-DE", "zh": "zh-CN"}


def _draw_page(book: Book, sheet: Sheet, page: Page) -> None:
    cover = book.has_cover and sheet.page == 1
    if not cover:
        draw_head(sheet, book.head_left, book.head_right, LEFT, ROOM, book.is_draft)
        draw_foot(sheet, book.foot_left, book.page_words(sheet.page, sheet.page_count), LEFT, ROOM)
    for brick, top in page.bricks:
        brick.draw(sheet, LEFT, top, ROOM)
    draw_notes(sheet, page, LEFT)
