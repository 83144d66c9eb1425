"""Damage of any kind is found, and its first place named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from center_app.core.clock import SystemClock
from center_app.core.errors import SurroundingsError
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.synthetic import BulkWriter
from tests.telemetry.store.rig import CELL, LINE, MS, T0, Feed, stream

ROWS = 60_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with BulkWriter(tmp_path, "local", SystemClock()) as writer:
        recording = writer.begin_recording(CELL, "binary", 3, {}, LINE, "", streams=[stream()], t_ns=T0)
        feed = Feed(recording)
        for start in range(0, ROWS, 4000):
            values = np.random.default_rng(start).integers(-99, 99, (3, 4000)).astype(np.int16)
            feed.send(T0 + (start + np.arange(4000)) * MS, values)
        recording.end()
    return tmp_path


@contextmanager
def attack(folder: Path) -> Iterator[sqlite3.Connection]:
    file = sqlite3.connect(collector_folder(folder, "local") / "2026-06-01.db")
    yield file
    file.commit()
    file.close()


def damage(folder: Path) -> tuple[str, int, str] | None:
    with StoreReader(folder) as reader:
        found = reader.verify(reader.recordings()[0].id)
    return None if found is None else (found.kind, found.ordinal, found.reason)


def test_a_whole_recording_verifies_and_tells_progress(folder: Path) -> None:
    told: list[float] = []
    with StoreReader(folder) as reader:
        recording_id = reader.recordings()[0].id
        assert reader.verify(recording_id, lambda part: told.append(part) or True) is None
    assert told
    assert damage(folder) is None


@pytest.mark.parametrize(
    ("statement", "kind", "ordinal", "reason"),
    [
        ("UPDATE raw_segment SET data = zeroblob(length(data)) WHERE ordinal = 2", "segment", 2, "CRC"),
        ("UPDATE raw_segment SET t_last = t_last + 1 WHERE ordinal = 1", "segment", 1, "changed"),
        ("DELETE FROM raw_segment WHERE ordinal = 1", "segment", 1, "missing"),
        ("DELETE FROM raw_segment WHERE ordinal = (SELECT max(ordinal) FROM raw_segment)", "head", 2, "the end"),
        ("UPDATE chunk SET raw_to = raw_to + 16 WHERE ordinal = 3", "chunk", 3, "changed"),
        ("UPDATE block SET high = 98.5 WHERE id = (4 << 10) | 2", "chunk", 3, "changed"),
        ("UPDATE block SET data = zeroblob(length(data)) WHERE id = (6 << 10) | 1", "chunk", 5, "changed"),
        ("DELETE FROM block WHERE id = (2 << 10) | 3", "chunk", 1, "changed"),
        ("DELETE FROM chunk WHERE ordinal = 4", "chunk", 4, "missing"),
        ("DELETE FROM chunk WHERE ordinal >= 7", "head", 7, "the end"),
        ("UPDATE pyramid_block SET low = high WHERE id = (1 << 10) | 1", "pyramid", 0, "changed"),
        ("UPDATE pyramid SET first_row = first_row + 16 WHERE id = 2", "pyramid", 1, "missing"),
        ("DELETE FROM pyramid_block WHERE id = (2 << 10) | 2", "pyramid", 1, "block"),
        (
            "UPDATE raw_segment SET ordinal = CASE ordinal WHEN 1 THEN -1 WHEN 2 THEN 1 END WHERE ordinal IN (1, 2);"
            "UPDATE raw_segment SET ordinal = 2 WHERE ordinal = -1",
            "segment",
            1,
            "changed",
        ),
    ],
)
def test_the_first_bad_place_is_named(folder: Path, statement: str, kind: str, ordinal: int, reason: str) -> None:
    with attack(folder) as file:
        file.executescript(statement)
    found = damage(folder)
    assert found is not None
    assert found[:2] == (kind, ordinal)
    assert found[2].startswith(reason)


def test_damage_tells_its_bytes_and_its_time(folder: Path) -> None:
    with attack(folder) as file:
        first, end, t_ns = file.execute(
            "SELECT first_offset, end_offset, t_first FROM raw_segment WHERE ordinal = 1"
        ).fetchone()
        file.execute("UPDATE raw_segment SET data = zeroblob(length(data)) WHERE ordinal = 1")
    with StoreReader(folder) as reader:
        found = reader.verify(reader.recordings()[0].id)
    assert found is not None
    assert (found.from_offset, found.to_offset, found.t_ns) == (first, end, t_ns)


def test_coarse_levels_are_checked_in_the_ledger(folder: Path) -> None:
    ledger = sqlite3.connect(collector_folder(folder, "local") / "collector.db")
    ledger.execute("UPDATE pyramid_block SET high = low WHERE id = (1 << 10) | 1")
    ledger.commit()
    ledger.close()
    assert damage(folder) == ("pyramid", 0, "changed")


def test_a_chain_built_anew_does_not_meet_the_ledgers_head(folder: Path) -> None:
    from center_app.telemetry.store.raw import GENESIS, pack_record, segment_digest

    with attack(folder) as file:
        rows = file.execute(
            "SELECT recording_id, ordinal, first_offset, end_offset, t_first, t_last, records, data, id"
            " FROM raw_segment ORDER BY ordinal"
        ).fetchall()
        digest = GENESIS
        for row in rows:
            data = pack_record(row[4], 0, 0, b"\0" * (row[3] - row[2])) if row[1] == 0 else row[7]
            head = (*row[:6], 1 if row[1] == 0 else row[6])
            digest = segment_digest(digest, head, data)
            file.execute(
                "UPDATE raw_segment SET records = ?, digest = ?, data = ? WHERE id = ?", (head[6], digest, data, row[8])
            )
    found = damage(folder)
    assert found is not None
    assert (found[0], found[2]) == ("segment", "chained anew")


def test_a_damaged_block_raises_the_surroundings_failure(folder: Path) -> None:
    with attack(folder) as file:
        file.execute("UPDATE block SET data = zeroblob(20) WHERE id = (1 << 10) | 1")
    with StoreReader(folder) as reader, pytest.raises(SurroundingsError, match=r"telemetry\.store_damaged"):
        reader.samples(CELL, "drive", "c0", T0, T0 + 100 * MS)
