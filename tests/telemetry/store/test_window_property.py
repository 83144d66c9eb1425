"""Pyramid, chunks and tail merged give exactly the oracle's minima, maxima and counts.

The engine is driven by hand (no thread, frozen time), so that every mixture of sealed and open parts occurs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from center_app.core.clock import SystemClock
from center_app.telemetry.store import pyramid, recovery, rows_sql
from center_app.telemetry.store.engine import Engine
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from devices.values import Block
from tests.telemetry.store.rig import CELL, FRAME, MS, T0, oracle, stream

PARTS = st.lists(
    st.tuples(
        st.sampled_from([1, 3, 15, 16, 17, 100, 4095, 4096, 5000, 40_000]),  # rows
        st.sampled_from(["none", "flush", "sync", "old", "day", "crash"]),  # what happens after them
        st.sampled_from([0, 0, 0, 3_000, 7_200_000]),  # pause in ms before them
        st.booleans(),  # some samples bad
    ),
    min_size=1,
    max_size=8,
)


class Driver:
    """Drive an engine with a clock of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = collector_folder(folder, "local")
        self.folder.mkdir(parents=True)
        self.random = np.random.default_rng(seed)
        self.now, self.t_ns, self.offset = 0.0, T0, 0
        self.times: list[np.ndarray] = []
        self.values: list[np.ndarray] = []
        self.good: list[np.ndarray] = []
        self.recording = 0
        self.start()

    def start(self) -> None:
        self.engine = Engine(self.folder, threads=1)
        recovery.recover(self.engine)
        insert = partial(
            rows_sql.insert_recording, collector="local", run_id=self.engine.shelf.in_ledger([self._run])[0],
            fields={"cell_id": CELL, "profile_id": "b", "profile_version": 1, "params": {}, "line": {}, "port": "",
                    "started_ns": self.t_ns},
        )  # fmt: skip
        self.recording, self.offset = self.engine.begin(insert, CELL, 1), 0
        self.engine.declare(self.recording, stream(channels=2))

    @staticmethod
    def _run(connection: object) -> int:
        return rows_sql.insert_run(connection, SystemClock())  # type: ignore[arg-type]

    def append(self, rows: int, pause_ms: int, *, some_bad: bool) -> None:
        steps = self.random.integers(1, 3, rows) * MS // 2
        times = self.t_ns + pause_ms * MS + np.cumsum(steps)
        values = self.random.integers(-3000, 3000, (2, rows)).astype(np.int16)
        quality = np.zeros((2, rows), np.uint8)
        if some_bad:
            quality[self.random.random((2, rows)) < 0.2] = 2
        ends = self.offset + FRAME * np.arange(1, rows + 1, dtype=np.int64)
        self.engine.append_raw(self.recording, int(times[-1]), int(times[-1]), 0, bytes(rows * FRAME))
        self.engine.append_block(self.recording, Block("drive", values, quality, ends), times)
        self.t_ns, self.offset = int(times[-1]), int(ends[-1])
        self.times.append(times)
        self.values.append(values)
        self.good.append(quality == 0)

    def act(self, what: str) -> None:
        self.now += 0.033
        if what == "old":
            self.now += 61
        if what == "day":
            self.t_ns += 86_400_000 * MS
        if what != "none":
            self.engine.tick(self.now, sync=what == "sync")
        if what == "crash":
            self.drop()
            self.start()

    def drop(self) -> None:
        """Lose everything that is only in memory, as a kill does."""
        self.engine.encoder.close()
        for file in (self.engine.shelf.day, self.engine.shelf.ledger):
            if file is not None:
                file.close()


def check(reader: StoreReader, driver: Driver, t0: int, t1: int, columns: int) -> None:
    times, values, good = np.concatenate(driver.times), np.concatenate(driver.values, 1), np.concatenate(driver.good, 1)
    for channel in (0, 1):
        window = reader.window(CELL, "drive", f"c{channel}", t0, t1, columns, exact=True)
        low, high, count = oracle(times, values[channel], good[channel], window.edges_ns)
        np.testing.assert_array_equal(window.count, count)
        np.testing.assert_array_equal(window.low, low)
        np.testing.assert_array_equal(window.high, high)
        _, _, total = oracle(times, values[channel], np.ones(len(times), bool), window.edges_ns)
        np.testing.assert_array_equal(window.count + window.bad, total)
        quick = reader.window(CELL, "drive", f"c{channel}", t0, t1, columns)
        assert quick.edges_ns.tolist() == window.edges_ns.tolist()
        _near(quick, window)


def _near(quick: object, exact: object) -> None:
    """An extreme may lie one column beside its own, never be missing, and nothing may be invented.

    The last column's bucket may end in the column after the window, which the exact answer does not hold.
    """
    columns = len(quick.low)  # type: ignore[attr-defined]
    for column in range(columns):
        around = slice(max(0, column - 1), column + 2)
        if column < columns - 1 and not np.isnan(quick.low[column]):  # type: ignore[attr-defined]
            assert quick.low[column] >= np.nanmin(exact.low[around])  # type: ignore[attr-defined]
            assert quick.high[column] <= np.nanmax(exact.high[around])  # type: ignore[attr-defined]
        if 0 < column < columns - 1 and not np.isnan(exact.low[column]):  # type: ignore[attr-defined]
            assert np.nanmin(quick.low[around]) <= exact.low[column]  # type: ignore[attr-defined]
            assert np.nanmax(quick.high[around]) >= exact.high[column]  # type: ignore[attr-defined]


def drive(folder: Path, seed: int, steps: Sequence[tuple[int, str, int]]) -> Driver:
    """Append (rows, what happens after them, pause in ms before them)."""
    driver = Driver(folder, seed)
    for rows, what, pause in steps:
        driver.append(rows, pause, some_bad=False)
        driver.act(what)
    return driver


def check_whole(folder: Path, driver: Driver, columns: int) -> None:
    with StoreReader(folder) as reader:
        check(reader, driver, int(driver.times[0][0]), int(driver.times[-1][-1]) + 1, columns)


def test_a_block_that_recovery_wrote_into_a_later_day_is_found(tmp_path: Path) -> None:
    steps = (
        (5000, "day", 0), (1, "crash", 7_200_000), (40_000, "old", 3_000), (1, "crash", 7_200_000),
        (15, "day", 0), (40_000, "old", 3_000),
    )  # fmt: skip
    driver = drive(tmp_path, 90770, steps)
    check_whole(tmp_path, driver, 136)
    driver.engine.close()


@pytest.mark.parametrize("last", ["flush", "crash"])
def test_a_summary_of_many_days_in_the_last_file_hides_no_sample_of_the_days_between(tmp_path: Path, last: str) -> None:
    driver = drive(tmp_path, 0, ((1, "day", 0), (1, "day", 0), (1, "flush", 0), (1, last, 0)))
    driver.engine.close()
    check_whole(tmp_path, driver, 2)
    with StoreReader(tmp_path) as reader:
        found = reader.samples(CELL, "drive", "c0", int(driver.times[0][0]), int(driver.times[-1][-1]) + 1)
        np.testing.assert_array_equal(found.t_ns, np.concatenate(driver.times))


def test_a_day_that_a_crash_left_behind_is_known_whole_when_it_is_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyramid, "BLOCK_BUCKETS", 4)
    steps = ((1, "day", 0), (1, "flush", 0), (40_000, "crash", 0), (1, "day", 0), (1, "old", 0))
    driver = drive(tmp_path, 0, steps)
    check_whole(tmp_path, driver, 2)
    with StoreReader(tmp_path) as reader:
        first = next(view for view in reader.recordings() if view.ended_by == "crash")
        held = sum(len(record.data) for record in reader.raw(first.id, t0_ns=T0, t1_ns=first.last_ns + 1))
        assert held >= 40_000 * FRAME
    driver.engine.close()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts=PARTS, seed=st.integers(0, 10**6), data=st.data(), block=st.sampled_from([4, 64, 2048]))
def test_window_equals_the_oracle(parts: list, seed: int, data: st.DataObject, block: int) -> None:
    kept = pyramid.BLOCK_BUCKETS
    pyramid.BLOCK_BUCKETS = block  # small blocks make many levels out of few rows
    try:
        with tempfile.TemporaryDirectory() as folder:
            driver = Driver(Path(folder), seed)
            for rows, what, pause, some_bad in parts:
                driver.append(rows, pause, some_bad=some_bad)
                driver.act("flush" if what == "none" and (rows, what, pause, some_bad) == parts[-1] else what)
                if what in {"none"}:
                    driver.act("flush")
            with StoreReader(folder) as reader:
                first, last = int(driver.times[0][0]), int(driver.times[-1][-1])
                check(reader, driver, first, last + 1, data.draw(st.integers(2, 700)))
                start = data.draw(st.integers(first - 10 * MS, last))
                stop = data.draw(st.integers(start + 1, last + 10 * MS))
                check(reader, driver, start, stop, data.draw(st.integers(2, 700)))
            driver.engine.close()
            with StoreReader(folder) as reader:
                check(reader, driver, first, last + 1, 300)
                assert all(reader.verify(view.id) is None for view in reader.recordings())
    finally:
        pyramid.BLOCK_BUCKETS = kept


@pytest.mark.parametrize("columns", [100, 800])
def test_scrolling_never_moves_an_extreme(tmp_path: Path, columns: int) -> None:
    driver = Driver(tmp_path, 5)
    for _ in range(10):
        driver.append(20_000, 0, some_bad=False)
        driver.act("flush")
    with StoreReader(tmp_path) as reader:
        span = 60_000 * MS
        first = reader.window(CELL, "drive", "c0", T0, T0 + span, columns)
        seen = dict(
            zip(first.edges_ns[:-1].tolist(), zip(first.low.tolist(), first.high.tolist(), strict=True), strict=True)
        )
        for shift in range(1, 200, 7):
            moved = reader.window(CELL, "drive", "c0", T0 + shift * 17 * MS, T0 + shift * 17 * MS + span, columns)
            for column, edge in enumerate(moved.edges_ns[1:-2].tolist(), start=1):
                if edge in seen and edge != first.edges_ns[0] and edge < first.edges_ns[-2]:
                    assert seen[edge] == (moved.low[column], moved.high[column])
    driver.engine.close()
