"""Recordings reach the server once, survive its loss, and a desk elsewhere reads them with the same reader."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest

from center_app.core.clock import SystemClock
from center_app.telemetry.collector import ledger
from center_app.telemetry.replica.replicator import ReplicaState, Replicator
from center_app.telemetry.replica.server import CentreReader
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from center_app.wiring import Center
from tests.campaign import server_loss
from tests.support import wait_until
from tests.telemetry.store.rig import CELL, MS, T0, Feed, begin, open_writer, stream


def feed_some(feed: Feed, start: int, rows: int) -> None:
    for at in range(start, start + rows, 500):
        row = at + np.arange(500)
        feed.send(T0 + row * MS, np.stack([row % 30_000, row % 7, row % 11]).astype(np.int16))


def tables_of(center: Center) -> dict[str, int]:
    names = ("recording", "stream", "channel", "segment", "chunk", "block", "pyramid", "tail", "gap", "account")
    with center.database.engine.connect() as link:
        return {name: link.exec_driver_sql(f"SELECT count(*) FROM replica_{name}").scalar_one() for name in names}


@contextmanager
def replicator(folder: Path, center: Center, tell=lambda _state: None) -> Iterator[Replicator]:
    sender = Replicator(collector_folder(folder, "local"), "local", center.database, SystemClock(), tell)
    yield sender
    sender.stop()


@pytest.mark.parametrize("center", ["postgresql"], indirect=True)
def test_windows_samples_and_accounts_are_the_same_on_the_server(tmp_path: Path, center: Center) -> None:
    parts = ExitStack()
    writer = open_writer(tmp_path / "gateway")
    recording = begin(writer, stream())
    writer.in_ledger(ledger.create).result(5)
    feed = Feed(recording)
    feed_some(feed, 0, 30_000)
    recording.add_gap(T0 + 5_000 * MS, T0 + 5_100 * MS, "unplugged", 3, 1)
    writer.flush()
    sender = parts.enter_context(replicator(tmp_path / "gateway", center))
    sender.catch_up()
    feed_some(feed, 30_000, 1000)
    writer.flush()
    sender.catch_up()
    span = (T0, T0 + 31_000 * MS)
    with StoreReader(tmp_path / "gateway") as here, CentreReader(tmp_path / "desk", center.database) as there:
        for step in (100, 2000):
            one, other = (reader.window(CELL, "drive", "c0", *span, step, exact=True) for reader in (here, there))
            assert np.array_equal(one.low, other.low, equal_nan=True)
            assert np.array_equal(one.high, other.high, equal_nan=True)
            assert one.count.sum() == other.count.sum() == 31_000
            assert one.last == other.last
        ours, theirs = (reader.samples(CELL, "drive", "c1", *span) for reader in (here, there))
        assert (ours.t_ns == theirs.t_ns).all()
        assert (ours.values == theirs.values).all()
        assert here.account(recording.id) == there.account(recording.id)
        assert here.gaps(CELL) == there.gaps(CELL)
        assert here.channels(CELL) == there.channels(CELL)
        assert [view.id for view in there.recordings(CELL)] == [recording.id]
        assert list(there.raw(recording.id)) == []
        assert len(there.segments(recording.id)) == len(here.segments(recording.id))
    parts.close()
    writer.close()


@pytest.mark.parametrize("center", ["postgresql"], indirect=True)
def test_nothing_is_lost_or_doubled_when_sends_break_off(tmp_path: Path, center: Center) -> None:
    parts = ExitStack()
    writer = open_writer(tmp_path)
    feed = Feed(begin(writer, stream()))
    sender = parts.enter_context(replicator(tmp_path, center))
    for part in range(8):
        feed_some(feed, part * 5000, 5000)
        writer.flush()
        if part % 2:
            sender._connect()
            sender._link.driver_connection.close()
            sender._round()
        elif part:
            parts.enter_context(replicator(tmp_path, center)).catch_up()
    feed.recording.end()
    writer.flush()
    again = parts.enter_context(replicator(tmp_path, center))
    again.catch_up()
    before = tables_of(center)
    assert parts.enter_context(replicator(tmp_path, center)).catch_up() >= 0
    assert tables_of(center) == before
    assert before["tail"] == 0
    with CentreReader(tmp_path / "desk", center.database) as there:
        found = there.samples(CELL, "drive", "c0", T0, T0 + 40_000 * MS)
        assert (found.values == np.arange(40_000) % 30_000).all()
    parts.close()
    writer.close()


@pytest.mark.parametrize("center", ["postgresql"], indirect=True)
def test_pinned_bytes_reach_the_server_whenever_they_are_pinned(tmp_path: Path, center: Center) -> None:
    parts = ExitStack()
    writer = open_writer(tmp_path)
    writer.in_ledger(ledger.create).result(5)
    recording = begin(writer, stream())
    feed = Feed(recording)
    for start in range(0, 10_000, 1000):
        feed_some(feed, start, 1000)
        writer.flush()
    sender = parts.enter_context(replicator(tmp_path, center))
    sender.catch_up()
    writer.in_ledger(lambda link: ledger.put_pin(link, recording.id, T0, T0 + 2_000 * MS, "report")).result(5)
    sender.catch_up()
    with StoreReader(tmp_path) as here, CentreReader(tmp_path / "desk", center.database) as there:
        sent = b"".join(record.data for record in there.raw(recording.id))
        kept = b"".join(record.data for record in here.raw(recording.id))
        assert 0 < len(sent) < len(kept)
        assert kept.startswith(sent)
    parts.close()
    writer.close()


@pytest.mark.parametrize("center", ["postgresql"], indirect=True)
def test_the_thread_tells_how_far_the_server_is_behind_and_never_blocks(tmp_path: Path, center: Center) -> None:
    told: list[ReplicaState] = []
    parts = ExitStack()
    writer = open_writer(tmp_path)
    feed = Feed(begin(writer, stream()))
    feed_some(feed, 0, 9000)
    writer.flush()
    sender = parts.enter_context(replicator(tmp_path, center, told.append))
    sender.start()
    wait_until(lambda: any(state.is_connected and not state.behind_bytes for state in told))
    sender.stop()
    assert not any(thread.name == "replication" for thread in threading.enumerate())
    assert tables_of(center)["chunk"] >= 2
    parts.close()
    writer.close()


def test_a_frozen_server_loses_and_doubles_nothing_and_the_rest_drains_fast() -> None:
    told = server_loss.campaign(5.0)
    assert (told["lost"], told["doubled"]) == (0, 0)
    assert told["times_real_time"] >= 10 or told["drain_s"] < 30
    assert told["state_shown_s"] <= 30
    assert told["slowest_append_s"] < 3
