"""Fetch what the plots show, on the window lane: whole when the view moves, only the newest while live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from center_app.telemetry.store.values import GapView, Window
from ui.kit.tasks import Tasks
from ui.pages.cells.plot.timebase import SECOND, TimeBase
from ui.pages.cells.plot.trace import Points, first_change, points, spliced

OVERLAP_NS = SECOND // 2
DEEP_NS = 10 * SECOND
"""Once a second the newest ten seconds are read again: what a loaded collector brought late is not left out."""
MARGIN = 0.25


class Reader(Protocol):
    """What the plots need of the recorded data."""

    def window(self, cell_id: int, stream: str, channel: str, t0_ns: int, t1_ns: int, columns: int) -> Window:
        """Return one channel decimated to columns."""

    def gaps(self, cell_id: int, t0_ns: int, t1_ns: int) -> Sequence[GapView]:
        """Return the gaps of a cell."""


@dataclass(frozen=True)
class ChannelKey:
    """Name one channel of one cell."""

    cell_id: int
    stream: str
    channel: str


@dataclass(frozen=True)
class _Asked:
    """One fetch: channels, first and last instant, column width, and whether it replaces everything."""

    keys: tuple[ChannelKey, ...]
    from_ns: int
    to_ns: int
    width_ns: int
    is_whole: bool


@dataclass(frozen=True)
class _Answer:
    asked: _Asked
    curves: dict[ChannelKey, Points]
    gaps: tuple[tuple[int, int], ...]


class Feed(QObject):
    """Hold the points of the shown channels; one fetch runs at a time."""

    updated = Signal()

    def __init__(self, tasks: Tasks, reader: Callable[[], Reader], parent: QObject) -> None:
        """Take the lanes and what opens the reader; the window lane opens it once and keeps it."""
        super().__init__(parent)
        self._tasks, self._open = tasks, reader
        self._reader: Reader | None = None
        self._keys: tuple[ChannelKey, ...] = ()
        self._loaded: _Asked | None = None
        self._is_waiting = False
        self._looked_back_ns = 0
        self.curves: dict[ChannelKey, Points] = {}
        self.gaps: tuple[tuple[int, int], ...] = ()
        self._fresh_ns: int | None = 0

    def take_fresh(self) -> int | None:
        """Return since which instant points changed since the last call; None: nothing did."""
        fresh, self._fresh_ns = self._fresh_ns, None
        return fresh

    @property
    def is_waiting(self) -> bool:
        """Tell whether a fetch runs."""
        return self._is_waiting

    def show(self, keys: Sequence[ChannelKey]) -> None:
        """Choose the channels; the next tick fetches them."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self._loaded = None

    def tick(self, base: TimeBase, columns: int) -> None:
        """Fetch what is missing for the view; does nothing while a fetch runs."""
        if self._is_waiting or not self._keys:
            return
        asked = self._next(base, columns)
        if asked is None:
            return
        self._is_waiting = True
        self._tasks.window(
            self._fetch, asked, done=self._on_fetched, failed=self._on_failed, owner=self, is_steady=not asked.is_whole
        )

    def reload(self) -> None:
        """Forget what was fetched, as when the stored data changed."""
        self._loaded = None

    def _next(self, base: TimeBase, columns: int) -> _Asked | None:
        start, end = base.window()
        width = max(1, base.span_ns // max(1, columns))
        loaded = self._loaded
        fits = loaded is not None and loaded.width_ns == width and loaded.from_ns <= start and loaded.keys == self._keys
        if loaded is None or not fits:
            return self._whole(start, end, width, base.is_live)
        if not base.is_live:
            return None if loaded.to_ns >= end else self._whole(start, end, width, False)
        if end - loaded.from_ns > 3 * base.span_ns:
            return self._whole(start, end, width, True)
        return self._asked(max(loaded.from_ns, loaded.to_ns - self._back_ns(end)), end, width, False)

    def _back_ns(self, end_ns: int) -> int:
        if end_ns - self._looked_back_ns < SECOND:
            return OVERLAP_NS
        self._looked_back_ns = end_ns
        return DEEP_NS

    def _whole(self, start: int, end: int, width: int, is_live: bool) -> _Asked:
        room = round((end - start) * MARGIN)
        return self._asked(start - room, end if is_live else end + room, width, True)

    def _asked(self, from_ns: int, to_ns: int, width: int, is_whole: bool) -> _Asked:
        """Align to even columns, so that parts fit together."""
        pair = 2 * width
        return _Asked(self._keys, from_ns // pair * pair, -(-to_ns // pair) * pair, width, is_whole)

    def _fetch(self, asked: _Asked) -> _Answer:
        """Read every channel; runs on the window lane."""
        if self._reader is None:
            self._reader = self._open()
        reader = self._reader
        columns = (asked.to_ns - asked.from_ns) // asked.width_ns
        curves = {
            key: points(reader.window(key.cell_id, key.stream, key.channel, asked.from_ns, asked.to_ns, columns))
            for key in asked.keys
        }
        cells = {key.cell_id for key in asked.keys}
        found: list[Any] = [gap for cell in cells for gap in reader.gaps(cell, asked.from_ns, asked.to_ns)]
        return _Answer(asked, curves, tuple((gap.start_ns, gap.end_ns) for gap in found))

    def _on_fetched(self, answer: _Answer) -> None:
        self._is_waiting = False
        asked = answer.asked
        if asked.keys != self._keys or (self._loaded is None and not asked.is_whole):
            return
        if asked.is_whole or self._loaded is None:
            self.curves, self.gaps, self._loaded = dict(answer.curves), answer.gaps, asked
            self._fresh_ns = 0
        else:
            self._splice(answer, self._loaded)
        self.updated.emit()

    def _splice(self, answer: _Answer, loaded: _Asked) -> None:
        asked = answer.asked
        for key, part in answer.curves.items():
            held = self.curves.get(key, Points())
            self._note_fresh(first_change(held, part, asked.from_ns))
            self.curves[key] = spliced(held, part, asked.from_ns, loaded.from_ns)
        older = tuple(gap for gap in self.gaps if gap[1] <= asked.from_ns)
        self.gaps = older + tuple(gap for gap in answer.gaps if gap not in older)
        self._loaded = _Asked(asked.keys, loaded.from_ns, asked.to_ns, asked.width_ns, True)

    def _note_fresh(self, t_ns: int | None) -> None:
        if t_ns is not None:
            self._fresh_ns = t_ns if self._fresh_ns is None else min(self._fresh_ns, t_ns)

    def _on_failed(self, error: Exception) -> None:
        self._is_waiting = False
        self._loaded = None
        self._tasks.failed.emit(error)
