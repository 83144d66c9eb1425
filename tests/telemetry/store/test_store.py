"""The store as its users see it: what was appended can be read, exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from center_app.core.clock import SystemClock
from center_app.core.errors import BugError, SurroundingsError
from center_app.telemetry.store.files import DAY_NS, collector_folder
from center_app.telemetry.store.keeping import KeepPolicy, KeepRule
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.synthetic import BulkWriter
from devices.values import Account, Quality, StreamSpec
from tests.telemetry.store.rig import CELL, FRAME, LINE, MS, T0, Feed, begin, channel, open_writer, oracle, stream


def random_rows(seed: int, channels: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-2000, 2000, (channels, count)).astype(np.int16)


def test_tail_chunks_and_pyramid_give_back_what_was_appended(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    feed = Feed(begin(writer, stream(scale=0.5)))
    for part in range(12):
        times = T0 + (np.arange(1000) + part * 1000) * MS
        feed.send(times, random_rows(part, 3, 1000))
        if part % 3 == 0:
            writer.flush()
    writer.flush()
    times, values, _ = feed.all()
    with StoreReader(tmp_path) as reader:
        found = reader.samples(CELL, "drive", "c1", int(times[0]), int(times[-1]) + 1)
        assert (found.t_ns == times).all()
        assert (found.values == values[1] * 0.5).all()
        assert not found.is_cut
        assert reader.samples(CELL, "drive", "c1", int(times[0]), int(times[-1]) + 1, limit=10).is_cut
        assert reader.cells() == [CELL]
        assert [view.channel for view in reader.channels(CELL)] == ["c0", "c1", "c2"]
        assert reader.span(CELL) == (times[0], times[-1])
        assert reader.recordings(CELL)[0].ended_ns is None
    writer.close()
    with StoreReader(tmp_path) as reader:
        found = reader.samples(CELL, "drive", "c2", int(times[0]), int(times[-1]) + 1)
        assert (found.values == values[2] * 0.5).all()
        recording = reader.recordings(CELL)[0]
        assert (recording.ended_ns, recording.ended_by) == (times[-1], "end")
        assert reader.verify(recording.id) is None


def test_mixed_types_keep_what_the_device_sent(tmp_path: Path) -> None:
    spec = StreamSpec("mixed", (channel("a", "u1"), channel("b", "f8"), channel("c", "i4"), channel("d", "f4")), 10.0)
    rows = np.array([[0, 1, 255, 256], [0.25, np.nan, 1e300, -3.5], [2**31 - 1, -(2**31), 5, np.nan], [1, 2, 3, 4.5]])
    with BulkWriter(tmp_path, "local", SystemClock()) as writer:
        recording = writer.begin_recording(CELL, "text", 1, {}, LINE, "", streams=[spec], t_ns=T0)
        Feed(recording, "mixed").send(T0 + np.arange(4) * MS, rows)
    with StoreReader(tmp_path) as reader:
        columns = {key: reader.samples(CELL, "mixed", key, T0, T0 + DAY_NS) for key in "abcd"}
    assert columns["a"].values.tolist() == [0, 1, 255, 0]
    assert columns["a"].quality.tolist() == [0, 0, 0, Quality.OUT_OF_RANGE]
    assert columns["b"].quality.tolist() == [0, Quality.NOT_MEASURED, 0, 0]
    assert columns["b"].values[2] == 1e300
    assert columns["c"].values.tolist()[:3] == [2**31 - 1, -(2**31), 5]
    assert columns["c"].quality.tolist() == [0, 0, 0, Quality.NOT_MEASURED]
    assert columns["d"].values.tolist() == [1, 2, 3, 4.5]


def test_bad_samples_are_counted_and_never_drawn(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    feed = Feed(begin(writer, stream(channels=1)))
    values = np.full((1, 40_000), 5, np.int16)
    marks = np.zeros((1, 40_000), np.uint8)
    values[0, 20_000:20_100], marks[0, 20_000:20_100] = 32_767, Quality.TIMEOUT
    times = T0 + np.arange(40_000) * MS
    feed.send(times, values, marks)
    writer.flush()
    with StoreReader(tmp_path) as reader:
        for columns in (4, 50, 4000):
            window = reader.window(CELL, "drive", "c0", T0, int(times[-1]) + 1, columns)
            assert np.nanmax(window.high) == 5
            assert window.bad.sum() == 100
            assert window.count.sum() == 39_900
        near = reader.window(CELL, "drive", "c0", int(times[19_990]), int(times[20_110]), 200)
        assert near.is_exact
        assert np.isnan(near.values).sum() == 100
    writer.close()


def test_gaps_break_exact_curves(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    recording = begin(writer, stream(channels=1))
    feed = Feed(recording)
    feed.send(T0 + np.arange(10) * MS, random_rows(1, 1, 10))
    recording.add_gap(T0 + 9 * MS + 1, T0 + 100 * MS, "unplugged", 12)
    feed.send(T0 + 100 * MS + np.arange(10) * MS, random_rows(2, 1, 10))
    writer.flush()
    with StoreReader(tmp_path) as reader:
        gap = reader.gaps(CELL, T0, T0 + DAY_NS)[0]
        assert (gap.reason, gap.bytes_lost, gap.end_ns) == ("unplugged", 12, T0 + 100 * MS)
        window = reader.window(CELL, "drive", "c0", T0, T0 + 120 * MS, 500)
        assert window.is_exact
        assert np.flatnonzero(np.isnan(window.values)).tolist() == [10]
        assert window.last == feed.all()[1][0, -1]
    writer.close()


def test_raw_bytes_come_back_with_times_and_directions(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    recording = begin(writer)
    for number in range(50):
        recording.append_raw(T0 + number * 100 * MS, T0 + 7, number % 2, bytes([number]) * (number + 1))
    writer.flush()
    with StoreReader(tmp_path) as reader:
        records = list(reader.raw(recording.id))
        assert [record.data for record in records] == [bytes([n]) * (n + 1) for n in range(50)]
        assert [record.direction for record in records] == [n % 2 for n in range(50)]
        received = [record for record in records if record.direction == 0]
        assert [record.offset for record in received] == [sum(range(1, n + 1, 2)) for n in range(0, 50, 2)]
        part = list(reader.raw(recording.id, 100, 120))
        assert part[0].offset <= 100 < part[-1].offset + len(part[-1].data)
        timed = list(reader.raw(recording.id, t0_ns=T0 + 1000 * MS, t1_ns=T0 + 2000 * MS))
        assert [record.data[0] for record in timed] == list(range(10, 20))
        account = reader.account(recording.id)
        assert (account.bytes_in, account.pending, account.is_balanced) == (625, 625, True)
    writer.close()
    with StoreReader(tmp_path) as reader:
        assert b"".join(record.data for record in reader.raw(recording.id)) == b"".join(r.data for r in records)
        segments = reader.segments(recording.id)
        assert [segment.ordinal for segment in segments] == list(range(len(segments)))
        assert reader.verify(recording.id) is None


def test_an_account_that_does_not_balance_is_our_fault(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    recording = begin(writer)
    with pytest.raises(BugError):
        recording.set_account(Account(bytes_in=10, bytes_good=3))
    writer.close()


def test_one_collector_name_has_one_writer(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    with pytest.raises(SurroundingsError, match=r"telemetry\.store_taken"):
        open_writer(tmp_path)
    writer.close()
    open_writer(tmp_path).close()


def test_days_turn_at_midnight_utc_and_old_days_are_sealed(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    feed = Feed(begin(writer, stream(), t_ns=T0 + DAY_NS - 10_000 * MS))
    for part in range(20):
        times = T0 + DAY_NS - 10_000 * MS + (np.arange(1000) + part * 1000) * MS
        feed.send(times, random_rows(part, 3, 1000))
        writer.flush()
    writer.close()
    names = sorted(path.name for path in collector_folder(tmp_path, "local").glob("2*.db"))
    assert names == ["2026-06-01.db", "2026-06-02.db"]
    times, values, _ = feed.all()
    with StoreReader(tmp_path) as reader:
        found = reader.samples(CELL, "drive", "c0", int(times[0]), int(times[-1]) + 1)
        assert (found.values == values[0]).all()
        window = reader.window(CELL, "drive", "c0", int(times[0]), int(times[-1]) + 1, 300, exact=True)
        low, high, count = oracle(times, values[0], np.ones(len(times), bool), window.edges_ns)
        np.testing.assert_array_equal(window.low, low)
        np.testing.assert_array_equal(window.high, high)
        np.testing.assert_array_equal(window.count, count)
        assert reader.verify(feed.recording.id) is None


def test_retention_deletes_whole_days_and_keeps_coarse_levels_and_pins(tmp_path: Path) -> None:
    days, rows = 3, 60_000
    with BulkWriter(tmp_path, "local", SystemClock()) as bulk:
        recording = bulk.begin_recording(CELL, "binary", 3, {}, LINE, "", streams=[stream()], t_ns=T0)
        feed = Feed(recording)
        for day in range(days):
            for part in range(0, rows, 5000):
                times = T0 + day * DAY_NS + (part + np.arange(5000)) * MS
                feed.send(times, random_rows(day * rows + part, 3, 5000))
        recording.end()
    times, values, _ = feed.all()
    writer = open_writer(tmp_path)
    pin = "CREATE TABLE pin (recording_id INTEGER, start_ns INTEGER, end_ns INTEGER, why TEXT)"
    writer.in_ledger(lambda ledger: ledger.execute(pin)).result(5)
    pinned = (recording.id, T0 + 10_000 * MS, T0 + 20_000 * MS, "report")
    writer.in_ledger(lambda ledger: ledger.execute("INSERT INTO pin VALUES (?,?,?,?)", pinned)).result(5)
    done = writer.retain(KeepPolicy(KeepRule(1, 1)), now_ns=T0 + 60 * DAY_NS, grace_s=0.0)
    assert [one.name for one in done] == ["2026-06-01.db", "2026-06-02.db", "2026-06-03.db"]
    with StoreReader(tmp_path) as reader:
        window = reader.window(CELL, "drive", "c0", T0, T0 + days * DAY_NS, 500)
        assert np.nanmin(window.low) == values[0].min()
        assert np.nanmax(window.high) == values[0].max()
        kept = reader.samples(CELL, "drive", "c0", pinned[1], pinned[2])
        inside = (times >= pinned[1]) & (times < pinned[2])
        assert (kept.values == values[0][inside]).all()
        assert list(reader.raw(recording.id, t0_ns=pinned[1], t1_ns=pinned[2])) != []
        assert reader.verify(recording.id) is None
    writer.close()


def test_streams_may_be_declared_while_recording(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    recording = begin(writer)
    feed = Feed(recording, "late")
    with pytest.raises(BugError):
        feed.send(T0 + np.arange(2) * MS, random_rows(0, 3, 2))
    recording.declare_stream(stream("late"))
    feed = Feed(recording, "late")
    feed.send(T0 + np.arange(5) * MS, random_rows(0, 3, 5))
    writer.flush()
    with StoreReader(tmp_path) as reader:
        assert len(reader.samples(CELL, "late", "c0", T0, T0 + DAY_NS).t_ns) == 5
        with pytest.raises(SurroundingsError, match=r"channel_unknown"):
            reader.window(CELL, "late", "nothing", T0, T0 + DAY_NS, 100)
        with pytest.raises(SurroundingsError, match=r"recording_unknown"):
            reader.recording(1)
    writer.close()


def test_chunks_name_the_bytes_they_came_from(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    feed = Feed(begin(writer, stream()))
    feed.send(T0 + np.arange(10_000) * MS, random_rows(3, 3, 10_000))
    writer.close()
    from center_app.core.db import open_sqlite

    file = open_sqlite(collector_folder(tmp_path, "local") / "2026-06-01.db", read_only=True)
    rows = file.execute(
        "SELECT first_row, rows, raw_from, raw_to, profile_version FROM chunk ORDER BY ordinal"
    ).fetchall()
    file.close()
    assert [(row[2], row[3]) for row in rows] == [(row[0] * FRAME, (row[0] + row[1]) * FRAME) for row in rows]
    assert {row[4] for row in rows} == {3}
    assert sum(row[1] for row in rows) == 10_000
