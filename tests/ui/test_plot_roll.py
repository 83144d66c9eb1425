"""While time runs on, what scrolled and was painted in parts is to the pixel what painting it whole gives."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem

from ui.kit.theme import theme
from ui.pages.cells.plot.curves import CurvesItem, Limit
from ui.pages.cells.plot.strips import BookingBar, Overview, Stretch
from ui.pages.cells.plot.timebase import SECOND, ticks
from ui.pages.cells.plot.trace import Points, first_change, spliced

WIDE, HIGH = 301, 90
COLUMN = 10_000_000
T0 = 1_780_000_000 * SECOND // COLUMN * COLUMN


@pytest.fixture(scope="module", autouse=True)
def application() -> QApplication:
    made = QApplication.instance() or QApplication([])
    assert isinstance(made, QApplication)
    theme.choose("light")
    return made


def signal(first: int, stop: int, seed: int, hole: tuple[int, int] = (0, 0)) -> Points:
    """Return low and high of each column, drawn from a signal that any part of it repeats; NaN in a hole."""
    columns = np.arange(first, stop)
    y = np.sin(columns * 0.13 + seed) * 40 + (columns * 7919 + seed) % 13
    y[(columns >= hole[0]) & (columns < hole[1])] = np.nan
    return Points(np.repeat(T0 + columns * COLUMN + COLUMN // 2, 2), np.column_stack((y, y + 3)).ravel())


def shown(item: CurvesItem, end: int, curves: list[Points], *, rolls: bool, fresh_ns: int | None = None) -> QImage:
    scene = item.scene_data
    scene.end_ns = T0 + end * COLUMN
    scene.start_ns = scene.end_ns - WIDE * COLUMN
    scene.low, scene.high, scene.levels = -60.0, 60.0, [-50.0, 0.0, 50.0]
    scene.ticks = ticks(scene.start_ns, scene.end_ns, WIDE, "UTC")
    scene.limits = [Limit(45.0, "High 45")]
    scene.gaps = [(T0 + 40 * COLUMN, T0 + 57 * COLUMN)]
    scene.curves = [(points, QColor(colour)) for points, colour in zip(curves, ("#0072B2", "#D55E00"), strict=True)]
    scene.column_ns, scene.fresh_ns = COLUMN if rolls else 0, fresh_ns
    image = QImage(WIDE, HIGH, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    option = QStyleOptionGraphicsItem()
    option.exposedRect = QRectF(0, 0, WIDE, HIGH)
    painter = QPainter(image)
    item.paint(painter, option)
    painter.end()
    return image


def made() -> CurvesItem:
    item = CurvesItem()
    item.resize(WIDE, HIGH)
    return item


def different(one: QImage, other: QImage) -> int:
    """Count the pixels that differ."""
    pixels = [np.frombuffer(image.constBits(), np.uint32).reshape(HIGH, -1) for image in (one, other)]
    return int((pixels[0] != pixels[1]).sum())


def test_a_picture_that_rolled_on_equals_one_painted_whole() -> None:
    rolling, whole = made(), made()
    steps = np.random.default_rng(3).integers(0, 7, 160)
    held, end = [Points(), Points()], 0
    for step in steps:
        before, end = end, end + int(step)
        newest = max(0, before - 10)
        parts = [signal(newest, end, seed, hole=(40, 57)) for seed in (0, 5)]
        from_ns = T0 + newest * COLUMN
        changes = [first_change(old, new, from_ns) for old, new in zip(held, parts, strict=True)]
        held = [spliced(old, new, from_ns, T0 - SECOND) for old, new in zip(held, parts, strict=True)]
        fresh = min((t_ns for t_ns in changes if t_ns is not None), default=None)
        seen = shown(rolling, end, held, rolls=True, fresh_ns=fresh)
        assert different(seen, shown(whole, end, held, rolls=False)) == 0, end
    assert end > WIDE


def test_what_came_late_is_painted_where_it_belongs() -> None:
    rolling, whole = made(), made()
    with_hole = [signal(0, 300, seed, hole=(250, 280)) for seed in (0, 5)]
    shown(rolling, 300, with_hole, rolls=True, fresh_ns=0)
    filled = [signal(0, 300, seed) for seed in (0, 5)]
    fresh = first_change(with_hole[0], filled[0], T0)
    assert fresh == T0 + 250 * COLUMN + COLUMN // 2
    seen = shown(rolling, 303, filled, rolls=True, fresh_ns=fresh)
    assert different(seen, shown(whole, 303, filled, rolls=False)) == 0


def test_another_scale_or_theme_paints_all_anew() -> None:
    rolling, whole = made(), made()
    curves = [signal(0, 320, seed) for seed in (0, 5)]
    shown(rolling, 310, curves, rolls=True, fresh_ns=0)
    theme.choose("dark")
    try:
        seen = shown(rolling, 311, curves, rolls=True)
        assert different(seen, shown(whole, 311, curves, rolls=False)) == 0
    finally:
        theme.choose("light")


def test_the_first_change_is_none_where_nothing_differs() -> None:
    held = signal(0, 100, 1, hole=(20, 30))
    assert first_change(held, signal(60, 100, 1), T0 + 60 * COLUMN) is None
    assert first_change(held, signal(60, 101, 1), T0 + 60 * COLUMN) == T0 + 100 * COLUMN + COLUMN // 2
    moved = Points(held.t_ns, np.where(np.arange(held.y.size) == 150, 9.0, held.y))
    assert first_change(held, moved, T0) == int(held.t_ns[150])


def test_a_strip_repaints_only_when_a_pixel_changes() -> None:
    strip = Overview()
    strip.resize(700, 52)
    day = Overview.SPAN_NS
    looks = []
    for end in (T0, T0 + SECOND, T0 + 300 * SECOND):
        strip.start_ns, strip.end_ns, strip.view = end - day, end, (end - 10 * SECOND, end)
        looks.append(strip.look())
    assert looks[0] == looks[1] != looks[2]
    bar = BookingBar()
    bar.resize(700, 18)
    bar.stretches = (Stretch(T0 - day, T0 + day, "B-1"),)
    bar.start_ns, bar.end_ns = T0, T0 + 60 * SECOND
    whole = bar.look()
    bar.start_ns, bar.end_ns = T0 + SECOND, T0 + 61 * SECOND
    assert bar.look() == whole
    bar.start_ns, bar.end_ns = T0 + day - SECOND, T0 + day + 59 * SECOND
    assert bar.look() != whole
