"""Raster what is too fine for single shapes: measured strips and bars of a few pixels.

All rows in view become one small image made with numpy, of which each row is drawn once:
thousands of spans cost as much as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from ui.pages.calendar.data import BarState, TrackKind
from ui.pages.calendar.geometry import BAR_HEIGHT, BAR_TOP, LABEL, TRACK_HEIGHT

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPainter

    from ui.pages.calendar.data import Ints
    from ui.pages.calendar.ink import Ink
    from ui.pages.calendar.picture import Picture

Pixels = np.ndarray
_TRACK_TOKENS = {
    TrackKind.RUN: "ok",
    TrackKind.IDLE: "line_strong",
    TrackKind.NOT_MEASURED: "text3",
    TrackKind.UNBOOKED: "warn",
}
_DOT_EVERY, _DOT = 5, 2
_ROUND = 12


def _argb(colour: QColor) -> int:
    return int(colour.rgba())


def columns(picture: Picture, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Turn spans into pixel columns [x0, x1) of the time area, at least one wide, clipped."""
    scale, origin = picture.axis.scale, picture.axis.origin
    width = picture.width - LABEL
    x0 = np.clip(np.rint((start - origin) * scale), 0, width).astype(np.int64)
    x1 = np.clip(np.rint((end - origin) * scale), 0, width).astype(np.int64)
    return x0, np.minimum(np.maximum(x1, x0 + 1), width)


def cells(line: Ints, x0: Ints, x1: Ints, width: int) -> tuple[Ints, Ints]:
    """List every pixel of the spans as flat positions line × width + x, with the span of each."""
    counts = np.maximum(x1 - x0, 0)
    span = np.repeat(np.arange(x0.size), counts)
    within = np.arange(span.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return line[span] * width + x0[span] + within, span


def _draw(painter: QPainter, picture: Picture, pixels: Pixels, top: float, height: int) -> None:
    """Draw pixels (rows, lines, width) uint32 ARGB, each row of the picture in its place."""
    lines, width = pixels.shape[1:]
    for block, (_row, y) in zip(pixels, picture.rows, strict=True):
        image = QImage(block.data, width, lines, width * 4, QImage.Format.Format_ARGB32)
        painter.drawImage(QRectF(LABEL, y + top, width, height), image)


def paint_tracks(painter: QPainter, picture: Picture, ink: Ink) -> None:
    """Paint run, idle, not measured and unbooked spans along the bottom of every visible row."""
    width = picture.width - LABEL
    hits, line = picture.seen_tracks
    if width <= 0 or not hits.size:
        return
    tracks = picture.data.tracks
    table = np.array([_argb(ink.colour[_TRACK_TOKENS[kind]]) for kind in TrackKind], np.uint32)
    x0, x1 = columns(picture, tracks.start[hits], tracks.end[hits])
    where, span = cells(line, x0, x1, width)
    flat = np.zeros(len(picture.rows) * width, np.uint32)
    flat[where] = table[tracks.kind[hits]][span]
    pixels = np.repeat(flat.reshape(-1, 1, width), TRACK_HEIGHT, axis=1)
    _dot(pixels, picture, int(table[TrackKind.NOT_MEASURED]))
    _round_corners(pixels, picture)
    _draw(painter, picture, pixels, BAR_TOP + BAR_HEIGHT - TRACK_HEIGHT, TRACK_HEIGHT)


def _dot(pixels: Pixels, picture: Picture, colour: int) -> None:
    """Turn the colour of "not measured" into dots two pixels wide, fixed to the time axis."""
    dotted = pixels[:, 0] == colour
    if not dotted.any():
        return
    phase = round(picture.axis.origin * picture.axis.scale)
    gap = (np.arange(pixels.shape[2]) + phase) % _DOT_EVERY >= _DOT
    pixels[:, 0][dotted] = 0
    pixels[:, 3][dotted] = 0
    for middle in (1, 2):
        pixels[:, middle][dotted & gap] = 0


def _round_corners(pixels: Pixels, picture: Picture) -> None:
    """Leave the lower corners, the side and the lower borders of wide bars uncovered."""
    bars, (hits, tops) = picture.data.bars, picture.seen
    x0, x1 = columns(picture, bars.start[hits], bars.end[hits])
    wide = (x1 - x0 > _ROUND) & (bars.state[hits] != BarState.UNBOOKED)
    line, x0, x1 = picture.line_of_top(tops[wide]), x0[wide], x1[wide]
    width = pixels.shape[2]
    begun, ended = x0 > 0, x1 < width
    for depth, cut in ((2, 2), (1, 1), (0, 1)):
        for edge in range(cut):
            pixels[line[begun], depth, x0[begun] + edge] = 0
            pixels[line[ended], depth, x1[ended] - 1 - edge] = 0
    where, _span = cells(line, x0, x1, width)
    pixels[where // width, 3, where % width] = 0


def paint_slivers(painter: QPainter, picture: Picture, ink: Ink, hits: Ints, tops: Pixels) -> None:
    """Paint bars of a few pixels; takes their positions and the y of their rows."""
    width = picture.width - LABEL
    bars = picture.data.bars
    table = np.array([_argb(ink.styles[state].solid) for state in BarState], np.uint32)
    x0, x1 = columns(picture, bars.start[hits], bars.end[hits])
    x1 = np.maximum(x0 + 1, x1 - (x1 - x0 > 2))
    colours = np.where(
        bars.own[hits], np.uint32(_argb(ink.tokens.mixed("text", "surface", 0.8))), table[bars.state[hits]]
    )
    where, span = cells(picture.line_of_top(tops), x0, np.minimum(x1, width), width)
    flat = np.zeros(len(picture.rows) * width, np.uint32)
    flat[where] = colours[span]
    _draw(painter, picture, flat.reshape(-1, 1, width), BAR_TOP, BAR_HEIGHT)
