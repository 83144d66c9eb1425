"""Read a PDF back: attachments, page text, the text inside rectangles, page images, named destinations."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from center_app.core.errors import PersonError, declare

NOT_A_PDF = declare(
    "documents.not_a_pdf",
    "{name} is not a PDF document that can be read.",
    "Choose the report as it was written by this program.",
)
ATTACHMENT_LIMIT_BYTES = 200_000_000
_PDFIUM = threading.RLock()  # the library is not safe in several threads, not even on several documents
Rect = tuple[float, float, float, float]


def attachments(path: Path) -> dict[str, bytes]:
    """Return the embedded files by name; raises PersonError for what is no PDF."""
    import pikepdf

    try:
        with pikepdf.open(path) as pdf:
            return {name: _bounded(pdf.attachments[name]) for name in pdf.attachments}
    except (pikepdf.PdfError, pikepdf.PasswordError, OSError, ValueError) as error:
        raise PersonError(NOT_A_PDF, name=path.name) from error


def _bounded(spec: Any) -> bytes:
    found = spec.get_file()
    data = bytes(found.read_bytes())
    if len(data) > ATTACHMENT_LIMIT_BYTES:
        raise ValueError("attachment too large")
    return data


@dataclass(frozen=True)
class Picture:
    """Hold a rendered page: pixels as B, G, R, unused, `stride_bytes` a row."""

    width: int
    height: int
    stride_bytes: int
    data: bytes


class Pages:
    """Keep a document open for looking at it; safe in every thread."""

    def __init__(self, path: Path) -> None:
        """Open it; raises PersonError for what is no PDF."""
        with _PDFIUM:
            self._document = open_pages(path)
            self.sizes: tuple[tuple[float, float], ...] = tuple(
                self._document.get_page_size(number) for number in range(len(self._document))
            )

    def render(self, page: int, scale: float) -> Picture:
        """Draw a page (from 1) at pixels per point."""
        with _PDFIUM:
            held = self._document[page - 1]
            bitmap = held.render(scale=scale, prefer_bgrx=True)
            picture = Picture(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
            bitmap.close()
            held.close()
        return picture

    def close(self) -> None:
        """Close the document."""
        with _PDFIUM:
            self._document.close()


def open_pages(path: Path) -> Any:
    """Open a document for reading pages (pypdfium2, under the lock); raises PersonError."""
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(path)
    except (pypdfium2.PdfiumError, OSError) as error:
        raise PersonError(NOT_A_PDF, name=path.name) from error


def page_texts(path: Path) -> list[str]:
    """Return the text of every page."""
    with _PDFIUM:
        document = open_pages(path)
        try:
            return [_page_text(document, number) for number in range(len(document))]
        finally:
            document.close()


def _page_text(document: Any, number: int) -> str:
    page = document[number]
    text = page.get_textpage()
    try:
        return str(text.get_text_bounded())
    finally:
        text.close()
        page.close()


def texts_in(path: Path, places: Iterable[tuple[int, Rect]]) -> list[str]:
    """Return the text inside each (page from 1, rectangle), white space taken out; empty when the page is missing."""
    wanted = list(places)
    found = [""] * len(wanted)
    by_page: dict[int, list[int]] = {}
    for i, (page, _) in enumerate(wanted):
        by_page.setdefault(page, []).append(i)
    with _PDFIUM:
        document = open_pages(path)
    try:
        for page, indexes in sorted(by_page.items()):
            with _PDFIUM:
                if 1 <= page <= len(document):
                    _read_page(document, page, [(i, wanted[i][1]) for i in indexes], found)
    finally:
        with _PDFIUM:
            document.close()
    return found


def _read_page(document: Any, number: int, rects: list[tuple[int, Rect]], found: list[str]) -> None:
    page = document[number - 1]
    text = page.get_textpage()
    try:
        for i, (left, bottom, right, top) in rects:
            found[i] = squeezed(text.get_text_bounded(left - 0.4, bottom, right + 0.4, top))
    finally:
        text.close()
        page.close()


def squeezed(text: str) -> str:
    """Return a printed text without white space, for comparison."""
    return re.sub(r"\s+", "", text)


def destinations(path: Path) -> dict[str, int]:
    """Return the named destinations and their page (from 1)."""
    import pikepdf

    with pikepdf.open(path) as pdf:
        pages = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
        names = pdf.Root.get("/Names")
        if names is None or "/Dests" not in names:
            return {}
        tree: Any = pikepdf.NameTree(names.Dests)
        return {str(name): pages.get(place[0].objgen, 0) for name, place in tree.items()}


def fonts_of(path: Path) -> dict[str, bool]:
    """Return each font of a document and whether it is embedded."""
    import pikepdf

    found: dict[str, bool] = {}
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            for font in (page.resources.get("/Font") or {}).values():
                descriptor = font.get("/FontDescriptor")
                found[str(font.get("/BaseFont"))] = descriptor is not None and "/FontFile2" in descriptor
    return found


def page_png(path: Path, page: int, dots_per_inch: float = 110.0) -> bytes:
    """Return a page (from 1) as PNG bytes."""
    import io

    with _PDFIUM:
        document = open_pages(path)
        try:
            image = document[page - 1].render(scale=dots_per_inch / 72).to_pil()
        finally:
            document.close()
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
