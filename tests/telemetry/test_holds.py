"""Limits and run rules against an independent, sample-by-sample reference model, cut anywhere."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from center_app.telemetry.holds import Holder
from center_app.telemetry.runs.rule import Origin, RunWatch, Samples
from center_app.telemetry.values import RunInterval, RunRuleView

STEPS = st.lists(
    st.tuples(st.sampled_from([1, 3, 10, 25, 60]), st.sampled_from([0.0, 4.0, 5.0, 9.0, float("nan")])),
    min_size=0, max_size=120,
)  # fmt: skip
CUTS = st.lists(st.integers(1, 17), min_size=1, max_size=12)
PAUSE = 50


class ReferenceHolder:
    """The rule in words, one sample at a time, sharing nothing with the code under test."""

    def __init__(self, hold_on: int, hold_off: int) -> None:
        self.hold = {False: hold_on, True: hold_off}
        self.is_on = False
        self.since: dict[str, int | None] = {"up": None, "down": None}
        self.last: int | None = None

    def sample(self, t: int, up: bool, down: bool) -> tuple[bool, int, int] | None:
        if self.last is not None and t - self.last > PAUSE:
            self.since = {"up": None, "down": None}
        self.last = t
        for name, holds in (("up", up), ("down", down)):
            self.since[name] = (t if self.since[name] is None else self.since[name]) if holds else None
        since = self.since["down" if self.is_on else "up"]
        if since is None or t - since < self.hold[self.is_on]:
            return None
        self.is_on = not self.is_on
        return (self.is_on, t, since)


def blocks(count: int, cuts: list[int]) -> list[slice]:
    """Cut a range into blocks whose lengths repeat."""
    bounds, at = [0], 0
    while at < count:
        at += cuts[len(bounds) % len(cuts)]
        bounds.append(min(at, count))
    return [slice(a, b) for a, b in pairwise(bounds)]


@given(STEPS, CUTS, st.sampled_from([0, 5, 20, 40]), st.sampled_from([0, 5, 30]), st.sampled_from([0.0, 2.0]))
@settings(max_examples=400, deadline=None)
def test_holder_turns_exactly_as_the_reference(steps, cuts, hold_on, hold_off, deadband):
    t = np.cumsum([dt for dt, _ in steps], dtype=np.int64) if steps else np.empty(0, np.int64)
    v = np.array([value for _, value in steps])
    t, v = (t[np.isfinite(v)], v[np.isfinite(v)]) if steps else (t, v)
    reference = ReferenceHolder(hold_on, hold_off)
    expected = [turn for ti, vi in zip(t.tolist(), v.tolist(), strict=True)
                if (turn := reference.sample(ti, vi >= 5, vi < 5 - deadband))]  # fmt: skip
    holder = Holder(hold_on, hold_off, PAUSE)
    turns = []
    for part in blocks(len(t), cuts):
        turns += [(x.is_on, x.t_ns, x.since_ns) for x in holder.feed(t[part], v[part] >= 5, v[part] < 5 - deadband)]
    assert turns == expected


def reference_runs(t, v, q, hold_on: int, hold_off: int) -> list[tuple[int, int, str]]:
    """Derive the runs from the definition alone: [start, end, why]."""
    rows = [(ti, vi >= 5) for ti, vi, qi in zip(t, v, q, strict=True) if qi == 0 and np.isfinite(vi)]
    pieces: list[list[tuple[int, bool]]] = []
    for row in rows:
        if pieces and row[0] - pieces[-1][-1][0] <= PAUSE:
            pieces[-1].append(row)
        else:
            pieces.append([row])
    runs = []
    for number, piece in enumerate(pieces):
        why = "pause" if number + 1 < len(pieces) else "end"
        runs += _runs_of_piece(piece, hold_on, hold_off, why)
    return runs


def _runs_of_piece(piece, hold_on, hold_off, why):
    runs, start, up_since, down_since = [], None, None, None
    for t, up in piece:
        up_since = (t if up_since is None else up_since) if up else None
        down_since = (t if down_since is None else down_since) if not up else None
        if start is None and up_since is not None and t - up_since >= hold_on:
            start = up_since
        elif start is not None and down_since is not None and t - down_since >= hold_off:
            runs.append((start, down_since, "below"))
            start = None
    if start is not None:
        runs.append((start, down_since if down_since is not None else piece[-1][0], why))
    return [run for run in runs if run[1] > run[0]]


def samples_of(steps) -> Samples:
    """Make samples with frames of 7 bytes, every ninth of them bad."""
    t = np.cumsum([dt for dt, _ in steps], dtype=np.int64) if steps else np.empty(0, np.int64)
    v = np.array([value for _, value in steps], dtype=np.float64)
    q = np.array([2 if i % 9 == 8 else 0 for i in range(len(steps))], dtype=np.uint8)
    ends = np.arange(1, len(steps) + 1, dtype=np.int64) * 7
    return Samples(t, v, q, ends - 7, ends)


def rule(hold_on: int, hold_off: int) -> RunRuleView:
    return RunRuleView(3, 1, 7, 11, "current", 5.0, hold_on / 1e9, hold_off / 1e9)


ORIGIN = Origin("local", 42, "robot_cell", 1, "drive", "current")


def run_all(samples: Samples, cuts: list[int], hold_on: int, hold_off: int) -> list[RunInterval]:
    watch = RunWatch(rule(hold_on, hold_off), ORIGIN, PAUSE)
    found: list[RunInterval] = []
    for part in blocks(len(samples.t_ns), cuts):
        found += watch.feed(samples.between(part.start, part.stop))
    return found + watch.finish()


@given(STEPS, CUTS, st.sampled_from([0, 5, 20, 40]), st.sampled_from([0, 5, 30]))
@settings(max_examples=400, deadline=None)
def test_runs_equal_the_reference_and_do_not_depend_on_blocks(steps, cuts, hold_on, hold_off):
    samples = samples_of(steps)
    found = run_all(samples, cuts, hold_on, hold_off)
    expected = reference_runs(samples.t_ns.tolist(), samples.values.tolist(), samples.quality.tolist(),
                              hold_on, hold_off)  # fmt: skip
    assert [(run.start_ns, run.end_ns, run.ended_by) for run in found] == expected
    assert found == run_all(samples, [10**6], hold_on, hold_off)


@given(STEPS, CUTS)
@settings(max_examples=200, deadline=None)
def test_edges_point_at_the_frames_that_made_them(steps, cuts):
    samples = samples_of(steps)
    where = {(int(a), int(b)): int(t)
             for t, a, b in zip(samples.t_ns, samples.from_offset, samples.end_offset, strict=True)}  # fmt: skip
    for run in run_all(samples, cuts, 5, 5):
        assert where[run.start_bytes] == run.start_ns
        assert where[run.end_bytes] == run.end_ns


@given(STEPS, CUTS)
@settings(max_examples=200, deadline=None)
def test_the_open_interval_is_what_an_end_right_now_would_give(steps, cuts):
    samples = samples_of(steps)
    watch = RunWatch(rule(5, 20), ORIGIN, PAUSE)
    for part in blocks(len(samples.t_ns), cuts):
        watch.feed(samples.between(part.start, part.stop))
    live = watch.open_interval()
    last = watch.finish()
    if live is not None and live.end_ns > live.start_ns:
        assert [(live.start_ns, live.end_ns)] == [(run.start_ns, run.end_ns) for run in last]
    else:
        assert last == []
