"""Paint one picture of the timeline: fill, now line, text, then labels, header and ghost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.kit.words import _
from ui.pages.calendar.geometry import HEADER, LABEL
from ui.pages.calendar.ink import ink
from ui.pages.calendar.paint_bars import BarPainter
from ui.pages.calendar.paint_frame import FramePainter
from ui.pages.calendar.paint_ghost import GhostPainter
from ui.pages.calendar.strips import paint_tracks

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from ui.pages.calendar.picture import Picture


def paint(painter: QPainter, picture: Picture) -> None:
    """Paint a whole picture with its upper left corner at the origin of the painter."""
    tools = ink()
    frame, bars = FramePainter(painter, picture, tools), BarPainter(painter, picture, tools)
    ghost = GhostPainter(painter, picture, tools)
    frame.paint_ground()
    frame.paint_groups()
    painter.setClipRect(LABEL, HEADER, picture.width - LABEL, picture.height - HEADER)
    bars.paint_bodies()
    paint_tracks(painter, picture, tools)
    ghost.paint_origin()
    frame.paint_now()
    bars.paint_texts()
    bars.paint_ring()
    frame.paint_cursor()
    ghost.paint()
    painter.setClipRect(0, HEADER, picture.width, picture.height - HEADER)
    frame.paint_labels()
    painter.setClipping(False)
    frame.paint_header(caption(picture))
    ghost.paint_tip()


def caption(picture: Picture) -> str:
    """Say how many machines are shown of how many."""
    shown = sum(line.shown for line in picture.layout.lines if line.row < 0)
    return _.plural("{shown} of {n} machine", "{shown} of {n} machines", len(picture.data.rows), shown=shown)
