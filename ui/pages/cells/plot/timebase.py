"""The time that every plot of a page shares: live or held, how long, ending when; and its ticks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import floor
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from ui.kit.words import _, day_month

SECOND = 1_000_000_000
SHORTEST_NS = SECOND // 1000
LONGEST_NS = 400 * 86_400 * SECOND
_QUARTER_NS = 900 * SECOND
_STEPS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30)
_LONG_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000)


class TimeBase(QObject):
    """Hold the visible window [end - span, end) in ns UTC; live follows the clock."""

    changed = Signal()
    live_changed = Signal(bool)

    def __init__(self, now_ns: Callable[[], int], span_ns: int = 60 * SECOND) -> None:
        """Take the clock (ns UTC) and the first span."""
        super().__init__()
        self._now_ns = now_ns
        self._end_ns = now_ns()
        self.span_ns = span_ns
        self.is_live = True
        self.lag_ns = 0

    @property
    def end_ns(self) -> int:
        """Return the right edge; in live mode the present moment."""
        return self._now_ns() - self.lag_ns if self.is_live else self._end_ns

    @property
    def start_ns(self) -> int:
        """Return the left edge."""
        return self.end_ns - self.span_ns

    def window(self) -> tuple[int, int]:
        """Return both edges of one moment."""
        end = self.end_ns
        return end - self.span_ns, end

    def go_live(self) -> None:
        """Follow the present again."""
        self._set_live(True)
        self.changed.emit()

    def hold(self) -> None:
        """Stop where it is; recording goes on."""
        self._end_ns = self.end_ns
        self._set_live(False)
        self.changed.emit()

    def toggle(self) -> None:
        """Pause or follow."""
        self.hold() if self.is_live else self.go_live()

    def set_span(self, span_ns: int) -> None:
        """Show a longer or shorter window with the same right edge."""
        self.span_ns = max(SHORTEST_NS, min(LONGEST_NS, span_ns))
        self.changed.emit()

    def zoom(self, factor: float, at_ns: int) -> None:
        """Scale the span around an instant that stays where it is; in live mode around the present."""
        start, end = self.window()
        span = max(SHORTEST_NS, min(LONGEST_NS, round(self.span_ns * factor)))
        if not self.is_live:
            share = (at_ns - start) / max(1, end - start)
            self._end_ns = at_ns + round((1 - share) * span)
        self.span_ns = span
        self.changed.emit()

    def pan(self, delta_ns: int) -> None:
        """Move through time; moving past the present is live again."""
        end = self.end_ns + delta_ns
        now = self._now_ns() - self.lag_ns
        self._end_ns = min(end, now)
        self._set_live(end >= now)
        self.changed.emit()

    def show(self, start_ns: int, end_ns: int) -> None:
        """Show a stretch of the past."""
        self._end_ns = end_ns
        self.span_ns = max(SHORTEST_NS, end_ns - start_ns)
        self._set_live(False)
        self.changed.emit()

    def _set_live(self, live: bool) -> None:
        if live != self.is_live:
            self.is_live = live
            self.live_changed.emit(live)


@dataclass(frozen=True)
class Tick:
    """Mark an instant on the axis with its words."""

    t_ns: int
    text: str


def step_ns(span_ns: int, width_px: float, wish_px: float = 110) -> int:
    """Return a round tick distance that gives labels about `wish_px` apart."""
    want_s = span_ns / SECOND * wish_px / max(1.0, width_px)
    for step in (*_STEPS_S, *_LONG_S):
        if step >= want_s:
            return round(step * SECOND)
    return _LONG_S[-1] * SECOND


def ticks(start_ns: int, end_ns: int, width_px: float, zone: str, wish_px: float = 110) -> list[Tick]:
    """Return ticks at round local times, anchored to absolute time so that they do not wander."""
    step = step_ns(end_ns - start_ns, width_px, wish_px)
    offset = _offset_ns(start_ns, zone)
    first = -((-(start_ns + offset)) // step) * step - offset
    return [Tick(t, tick_text(t, step, zone)) for t in range(first, end_ns + 1, step)]


def _offset_ns(t_ns: int, zone: str) -> int:
    return _offset_of(t_ns // _QUARTER_NS, zone)


@lru_cache(maxsize=64)
def _offset_of(quarter: int, zone: str) -> int:
    """Return a zone's offset in a quarter of an hour: it changes at none shorter."""
    moment = datetime.fromtimestamp(quarter * _QUARTER_NS // SECOND, ZoneInfo(zone))
    delta = moment.utcoffset()
    return round(delta.total_seconds()) * SECOND if delta else 0


def tick_text(t_ns: int, step: int, zone: str) -> str:
    """Return a tick's words: dates for days, seconds and decimals only where the step needs them."""
    return _tick_text(t_ns, step, zone, _.language)


@lru_cache(maxsize=512)
def _tick_text(t_ns: int, step: int, zone: str, _language: str) -> str:
    """Return a tick's words; days are said in the current language, which is named so that it is kept apart."""
    moment = datetime.fromtimestamp(t_ns // SECOND, ZoneInfo(zone))
    if step >= 86_400 * SECOND:
        return day_month(moment.date())
    if step >= 60 * SECOND:
        return moment.strftime("%H:%M") if (moment.hour or moment.minute) else day_month(moment.date())
    if step >= SECOND:
        return moment.strftime("%H:%M:%S")
    digits = 3 if step < SECOND // 100 else 2 if step < SECOND // 10 else 1
    part = floor(t_ns % SECOND / 10 ** (9 - digits))
    return f"{moment:%H:%M:%S}.{part:0{digits}d}"


def clock_text(t_ns: int, zone: str, digits: int = 3) -> str:
    """Return the time of day with decimals, as a cursor shows it."""
    moment = datetime.fromtimestamp(t_ns // SECOND, ZoneInfo(zone))
    return f"{moment:%H:%M:%S}.{t_ns % SECOND // 10 ** (9 - digits):0{digits}d}"


def value_ticks(low: float, high: float, height_px: float, wish_px: float = 34) -> list[float]:
    """Return round values between two limits, 1-2-5 steps, about `wish_px` apart."""
    span = high - low
    if not span > 0:
        return []
    rough = span * wish_px / max(1.0, height_px)
    power = 10.0 ** floor(_log10(rough))
    step = next((power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough), power * 10)
    first = -(-low // step) * step
    count = int((high - first) / step + 1e-9) + 1
    return [round(first + n * step, 12) for n in range(max(0, count))]


def _log10(value: float) -> float:
    from math import log10

    return log10(value) if value > 0 else 0.0
