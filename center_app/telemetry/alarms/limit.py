"""Evaluate one limit with deadband and delays on sample time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.holds import Holder
from center_app.telemetry.values import AlarmRuleView, Direction


@dataclass(frozen=True)
class Crossing:
    """Report that the condition became true or false at a sample; value in the channel's unit."""

    is_true: bool
    t_ns: int
    value: float


class LimitWatch:
    """Follow one channel against one limit.

    High: true from `value >= limit`, false again only below `limit - deadband`; low mirrors it. Bad samples and
    NaN are left out: they neither raise nor clear, the condition is frozen.
    """

    def __init__(self, rule: AlarmRuleView, is_true: bool = False) -> None:
        """Start from a restored condition."""
        self._sign = -1.0 if rule.direction is Direction.LOW else 1.0
        self._limit = rule.limit * self._sign
        self._clear = self._limit - rule.deadband
        self._holder = Holder(round(rule.on_delay_s * 1e9), round(rule.off_delay_s * 1e9), is_on=is_true)
        self.peak: float | None = None

    @property
    def is_true(self) -> bool:
        """Tell whether the condition holds now."""
        return self._holder.is_on

    def feed(self, t_ns: NDArray[np.int64], values: NDArray[np.float64], quality: NDArray[np.uint8]) -> list[Crossing]:
        """Take samples (n,) in time order; return the crossings."""
        good = (quality == 0) & np.isfinite(values)
        if not good.all():
            t_ns, values = t_ns[good], values[good]
        signed = values * self._sign
        turns = self._holder.feed(t_ns, signed >= self._limit, signed < self._clear)
        crossings = [Crossing(turn.is_on, turn.t_ns, float(values[turn.index])) for turn in turns]
        self._note_peak(signed, bool(crossings) and crossings[-1].is_true)
        return crossings

    def _note_peak(self, signed: NDArray[np.float64], is_fresh: bool) -> None:
        if not self.is_true or not len(signed):
            return
        worst = float(signed.max())
        known = None if is_fresh or self.peak is None else self.peak * self._sign
        self.peak = (worst if known is None else max(known, worst)) * self._sign


class SilenceWatch:
    """Follow how long a port has given no good frame; `limit` of the rule in s."""

    def __init__(self, rule: AlarmRuleView, is_true: bool = False) -> None:
        """Start from a restored condition; the wait begins at the first call of `look`."""
        self._limit_ns = round(rule.limit * 1e9)
        self.is_true = is_true
        self.peak: float | None = None

    def look(self, now_ns: int, last_frame_ns: int) -> list[Crossing]:
        """Compare the time since the last good frame (ns) with the limit."""
        silent_ns = now_ns - last_frame_ns
        is_true = silent_ns > self._limit_ns
        self.peak = silent_ns / 1e9 if is_true else self.peak
        if is_true == self.is_true:
            return []
        self.is_true = is_true
        return [Crossing(is_true, now_ns, silent_ns / 1e9)]
