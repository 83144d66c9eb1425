"""Print the timeline: what is in view, all its rows, on landscape pages, always in the light palette."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QRect
from PySide6.QtGui import QPageLayout, QPageSize, QPainter

from ui.pages.calendar.geometry import HEADER
from ui.pages.calendar.ink import printed
from ui.pages.calendar.paint import paint

if TYPE_CHECKING:
    from PySide6.QtGui import QPdfWriter
    from PySide6.QtPrintSupport import QPrinter

    from ui.pages.calendar.page import CalendarPage
    from ui.pages.calendar.picture import Picture

_WIDTH = 1400
_DOTS_PER_INCH = 300


def print_timeline(page: CalendarPage) -> None:
    """Ask for a printer and print."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    prepare(printer)
    if QPrintDialog(printer, page).exec():
        print_picture(printer, page.timeline.picture())


def prepare(device: QPdfWriter | QPrinter) -> None:
    """Set A4 landscape with margins of 12 mm, 300 dots an inch."""
    device.setResolution(_DOTS_PER_INCH)
    margins = QMarginsF(12, 12, 12, 12)
    layout = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Landscape, margins, QPageLayout.Unit.Millimeter
    )
    device.setPageLayout(layout)


def print_picture(device: QPdfWriter | QPrinter, picture: Picture) -> int:
    """Paint every row of a picture on as many pages as it takes; returns their number."""
    painter = QPainter(device)
    room = painter.viewport()
    factor = room.width() / _WIDTH
    painter.scale(factor, factor)
    pages = page_pictures(picture, int(room.height() / factor))
    with printed(device):
        for number, one in enumerate(pages):
            if number:
                device.newPage()
            painter.setClipRect(QRect(0, 0, one.width, one.height))
            paint(painter, one)
    painter.end()
    return len(pages)


def page_pictures(picture: Picture, height: int) -> list[Picture]:
    """Cut a picture into pages of a height (px), between lines, without selection or ghost."""
    pages, top, tops = [], 0, picture.layout.tops.tolist()
    wide = replace(picture, width=_WIDTH, row=-1, bar=-1, cursor=None, ghost=None)
    room = height - HEADER
    while top < tops[-1]:
        bottom = max([edge for edge in tops if top < edge <= top + room] or [tops[-1]])
        pages.append(replace(wide, scroll=float(top), height=int(bottom - top) + HEADER))
        top = bottom
    return pages or [replace(wide, scroll=0.0, height=height)]
