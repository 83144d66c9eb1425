"""Choose which machines are shown, and under which heading; pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from center_app.core.text import N_
from ui.kit.words import _
from ui.pages.calendar.adapt import Loaded
from ui.pages.calendar.data import BarState, TimelineData
from ui.pages.calendar.summary import ROW_WORDS

GROUPS = (
    ("category", N_("Category")),
    ("place", N_("Place")),
    ("state", N_("State")),
    ("none", N_("None")),
)


@dataclass(frozen=True)
class Filter:
    """Hold what narrows the rows; empty parts narrow nothing."""

    booked: bool = False
    mine: bool = False
    qualified: bool = False
    project_id: int | None = None
    state: str = ""


def shown_rows(data: TimelineData, loaded: Loaded, wanted: Filter, t0: int, t1: int) -> list[int]:
    """List the rows that pass, for the visible span [t0, t1) in UTC seconds."""
    bars = data.bars
    kept = np.ones(len(data.rows), dtype=bool)
    seen = (bars.start < t1) & (bars.end > t0)
    if wanted.booked:
        kept &= _rows_with(data, seen & (bars.state != BarState.UNBOOKED))
    if wanted.mine:
        kept &= _rows_with(data, seen & bars.own)
    if wanted.project_id is not None:
        ids = [bar[0] for bar in loaded.timeline.bars if bar[8] == wanted.project_id]
        kept &= _rows_with(data, seen & np.isin(bars.id, ids))
    return [n for n, row in enumerate(data.rows) if kept[n] and _passes(row.qualified, row.state, wanted)]


def _passes(qualified: bool, state: str, wanted: Filter) -> bool:
    return (qualified or not wanted.qualified) and (not wanted.state or state == wanted.state)


def _rows_with(data: TimelineData, chosen: np.ndarray) -> np.ndarray:
    kept = np.zeros(len(data.rows), dtype=bool)
    kept[data.bars.row[chosen]] = True
    return kept


def groups_of(data: TimelineData, by: str) -> list[str]:
    """Give the heading of each row."""
    if by == "place":
        return [row.place or _("No place") for row in data.rows]
    if by == "state":
        return [_(ROW_WORDS[row.state]) for row in data.rows]
    if by == "none":
        return [_("All machines")] * len(data.rows)
    return [row.group for row in data.rows]
