"""A recording that a restart parted: its successor says what it continues, exports go through, only the gap is seen."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from center_app.cli.app import run
from center_app.telemetry.exchange.export import export
from center_app.telemetry.exchange.values import ExportOptions
from center_app.telemetry.store.reader import StoreReader
from tests.telemetry.store.rig import CELL, MS, T0, Feed, begin, open_writer, stream

ROWS = 3000
GAP_MS = 400
EDGES = [T0, T0 + (ROWS - 1) * MS, T0 + (ROWS + GAP_MS) * MS]


@pytest.fixture
def parted(tmp_path: Path) -> tuple[Path, list[int]]:
    """Record three parts of a cell: the second continues the first, the third comes from another device."""
    numbers = []
    at = ended = 0
    for part in range(2):
        writer = open_writer(tmp_path)
        start = T0 + at * MS
        recording = begin(writer, stream(), t_ns=start)
        if part:
            recording.add_gap(ended, start, "not_recording")
        feed = Feed(recording)
        rows = at + np.arange(ROWS)
        feed.send(T0 + rows * MS, np.stack([np.arange(ROWS) + part * ROWS] * 3).astype(np.int16))
        recording.end()
        writer.close()
        with StoreReader(tmp_path) as reader:
            view = reader.recordings(CELL)[-1]
        numbers.append(view.id)
        ended = view.ended_ns or 0
        at += ROWS + GAP_MS
    writer = open_writer(tmp_path)
    other = begin(writer, stream(channels=2), t_ns=T0 + at * MS)
    Feed(other).send(T0 + (at + np.arange(10)) * MS, np.zeros((2, 10), np.int16))
    other.end()
    writer.close()
    numbers.append(other.id)
    return tmp_path, numbers


def test_the_gap_links_a_recording_to_the_one_it_continues(parted: tuple[Path, list[int]]) -> None:
    folder, (first, second, other) = parted
    with StoreReader(folder) as reader:
        assert [reader.continues(number) for number in (first, second, other)] == [None, first, None]
        assert [reader.continued_by(number) for number in (first, second, other)] == [second, None, None]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_an_export_goes_through_with_one_gap(parted: tuple[Path, list[int]], tmp_path: Path, suffix: str) -> None:
    folder, (first, second, _) = parted
    with StoreReader(folder) as reader:
        alone = export(reader, second, tmp_path / f"alone{suffix}")
        whole = export(reader, second, tmp_path / f"whole{suffix}", ExportOptions(through=True))
        span = ExportOptions(t0_ns=T0 + 1000 * MS, t1_ns=T0 + (ROWS + GAP_MS + 500) * MS, through=True)
        part = export(reader, first, tmp_path / f"part{suffix}", span)
    assert (alone.rows, whole.rows, part.rows) == (ROWS, 2 * ROWS, ROWS - 1000 + 500)
    if suffix == ".csv":
        lines = (tmp_path / "whole.csv").read_text().splitlines()
        assert sum(line.startswith("# gap:") for line in lines) == 1
        assert f"bytes in: {2 * ROWS * 16}" in lines[-3]
        assert "balanced: yes" in lines[-1]
        table = list(csv.DictReader(line for line in lines if not line.startswith("#")))
        assert [float(row["c0 [A]"]) for row in table] == list(range(2 * ROWS))
        steps = np.diff([int(row["t_ns"]) for row in table])
        assert (steps > 0).all()
        assert (steps != MS).sum() == 1


def test_a_window_goes_through_both(parted: tuple[Path, list[int]]) -> None:
    folder, _ = parted
    with StoreReader(folder) as reader:
        samples = reader.samples(CELL, "drive", "c0", T0, T0 + 2 * (ROWS + GAP_MS) * MS)
        assert (samples.values == np.arange(2 * ROWS)).all()
        gaps = reader.gaps(CELL)
    assert [(gap.start_ns, gap.end_ns) for gap in gaps] == [(EDGES[1], EDGES[2])]


def test_the_command_lists_what_continues_what(
    parted: tuple[Path, list[int]], sqlite_template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, (first, second, _) = parted
    (folder / "center.db").write_bytes(sqlite_template.read_bytes())
    assert run(["recordings", "--store", str(folder)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["continues"] for one in told] == [None, first, None]
    assert told[0]["continued_by"] == second
    assert all(one["is_balanced"] and one["is_here"] for one in told)
    assert run(["export", str(second), str(folder / "all.csv"), "--through", "--store", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 2 * ROWS
