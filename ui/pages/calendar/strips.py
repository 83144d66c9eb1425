"""Raster what is too fine for single shapes: measured strips and bars of a few pixels.

Each row becomes a small image made with numpy: thousands of spans cost one draw call.
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


def _argb(colour: QColor) -> int:
    return int(colour.rgba())


def columns(picture: Picture, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Turn spans into pixel columns [x0, x1) of the time area, at least one wide, clipped."""
    scale, origin = picture.axis.scale, picture.axis.origin
    width = max(0, picture.width - LABEL)
    x0 = np.clip(np.rint((start - origin) * scale), 0, width).astype(np.int64)
    x1 = np.clip(np.rint((end - origin) * scale), 0, width).astype(np.int64)
    return x0, np.minimum(np.maximum(x1, x0 + 1), width)


def painted(line: Pixels, x0: Ints, x1: Ints, colours: Pixels) -> None:
    """Fill columns of one line of pixels (uint32) span by span; later spans lie on top."""
    for left, right, colour in zip(x0.tolist(), x1.tolist(), colours.tolist(), strict=True):
        line[left:right] = colour


def image_of(pixels: Pixels) -> QImage:
    """Wrap (height, width) uint32 ARGB pixels as an image; the array must outlive it."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32)


def paint_tracks(painter: QPainter, picture: Picture, ink: Ink) -> None:
    """Paint run, idle, not measured and unbooked spans along the bottom of every visible row."""
    width = picture.width - LABEL
    if width <= 0 or not len(picture.data.tracks):
        return
    table = np.array([_argb(ink.colour[_TRACK_TOKENS[kind]]) for kind in TrackKind], np.uint32)
    for row, y in picture.rows:
        hits = picture.indexed.tracks.touching(row, picture.t0, picture.t1)
        if hits.size:
            pixels = _track_pixels(picture, row, hits, table, width)
            target = QRectF(LABEL, y + BAR_TOP + BAR_HEIGHT - TRACK_HEIGHT, width, TRACK_HEIGHT)
            painter.drawImage(target, image_of(pixels))


def _track_pixels(picture: Picture, row: int, hits: Ints, table: Pixels, width: int) -> Pixels:
    tracks = picture.data.tracks
    x0, x1 = columns(picture, tracks.start[hits], tracks.end[hits])
    kinds = tracks.kind[hits]
    pixels = np.zeros((TRACK_HEIGHT, width), np.uint32)
    painted(pixels[0], x0, x1, table[kinds])
    pixels[1:] = pixels[0]
    _dot(pixels, picture, table[TrackKind.NOT_MEASURED])
    _round_corners(pixels, picture, row)
    return pixels


def _dot(pixels: Pixels, picture: Picture, colour: int) -> None:
    """Turn the colour of "not measured" into dots two pixels wide, fixed to the time axis."""
    dotted = pixels[0] == colour
    if not dotted.any():
        return
    phase = round(picture.axis.origin * picture.axis.scale)
    blank = dotted & ((np.arange(pixels.shape[1]) + phase) % 5 >= 2)
    pixels[:, blank] = 0
    pixels[0, dotted] = 0
    pixels[3, dotted] = 0


def _round_corners(pixels: Pixels, picture: Picture, row: int) -> None:
    """Leave the lower corners and the side borders of wide bars uncovered."""
    hits = picture.indexed.bars.touching(row, picture.t0, picture.t1)
    bars = picture.data.bars
    x0, x1 = columns(picture, bars.start[hits], bars.end[hits])
    wide = (x1 - x0 > 12) & (bars.state[hits] != BarState.UNBOOKED)
    inside = (x0[wide] > 0, x1[wide] < pixels.shape[1])
    for depth, cut in ((3, 3), (2, 1), (1, 1), (0, 1)):
        for edge in range(cut):
            pixels[depth, x0[wide][inside[0]] + edge] = 0
            pixels[depth, x1[wide][inside[1]] - 1 - edge] = 0
    pixels[3, _bar_columns(x0[wide], x1[wide], pixels.shape[1])] = 0


def _bar_columns(x0: Ints, x1: Ints, width: int) -> Pixels:
    """Give the columns covered by any of the spans (bool): there the border shows."""
    depth = np.zeros(width + 1, np.int64)
    np.add.at(depth, x0, 1)
    np.add.at(depth, x1, -1)
    return np.cumsum(depth)[:width] > 0


def paint_slivers(painter: QPainter, picture: Picture, ink: Ink, hits: Ints, tops: Pixels) -> None:
    """Paint bars of a few pixels, one image a row; takes positions and the y of their rows."""
    width = picture.width - LABEL
    bars = picture.data.bars
    table = np.array([_argb(ink.styles[state].solid) for state in BarState], np.uint32)
    own = _argb(ink.colour["text"])
    for top in np.unique(tops):
        mine = hits[tops == top]
        x0, x1 = columns(picture, bars.start[mine], bars.end[mine])
        colours = np.where(bars.own[mine], np.uint32(own), table[bars.state[mine]])
        pixels = np.zeros((1, width), np.uint32)
        painted(pixels[0], x0, np.maximum(x0 + 1, x1 - (x1 - x0 > 2)), colours)
        painter.drawImage(QRectF(LABEL, top + BAR_TOP, width, BAR_HEIGHT - TRACK_HEIGHT), image_of(pixels))
