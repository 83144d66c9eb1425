"""CSV: everything a stranger needs to read the numbers, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from center_app.telemetry.exchange.csv_file import safe_cell
from center_app.telemetry.exchange.export import export
from center_app.telemetry.exchange.values import ExportOptions
from center_app.telemetry.store.reader import StoreReader
from devices.values import ChannelSpec, Quality, StreamSpec
from tests.telemetry.store.rig import MS, T0, Feed, begin, channel, open_writer, stream


def rows_of(path: Path, separator: str = ",") -> tuple[list[str], list[dict[str, str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    return comments, list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter=separator))


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, int]:
    writer = open_writer(tmp_path / "store")
    evil = StreamSpec(
        "gps", (ChannelSpec("=1+1", {"en": "=cmd()", "de": "Breite"}, "°", "f8"), channel("n", "u1")), 1.0
    )
    recording = begin(writer, stream(scale=0.1), evil)
    feed = Feed(recording)
    quality = np.zeros((3, 30_000), np.uint8)
    quality[1, 5] = Quality.TIMEOUT
    values = np.arange(90_000).reshape(3, 30_000).astype(np.int16)
    feed.send(T0 + np.arange(30_000) * MS, values, quality)
    other = Feed(recording, "gps")
    other.offset = feed.offset
    other.send(T0 + 500_000 + np.arange(3) * 1000 * MS, np.array([[50.1, -0.25, 1e-7], [7, 8, 9]]))
    recording.add_gap(T0 + 10 * MS, T0 + 11 * MS, "unplugged", 3)
    recording.add_anchor(T0, T0 + 5, "start")
    writer.close()
    return tmp_path, recording.id


def test_csv_has_units_times_gaps_quality_and_account(recorded: tuple[Path, int]) -> None:
    folder, recording_id = recorded
    with StoreReader(folder / "store") as reader:
        result = export(reader, recording_id, folder / "out.csv")
    comments, rows = rows_of(folder / "out.csv")
    assert (result.rows, result.is_cancelled) == (30_003, False)
    assert len(rows) == 30_003
    assert [row["t_ns"] for row in rows] == sorted((row["t_ns"] for row in rows), key=int)
    assert rows[0]["time_utc"] == "2026-06-01T00:00:00.000000000Z"
    drive = [row for row in rows if row["stream"] == "drive"]
    assert [float(row["drive.c0 [A]"]) for row in drive[:3]] == [0.0, 0.1, 0.2]
    bad = drive[5]
    assert (bad["drive.c1 [A]"], bad["quality"]) == ("", "c1=timeout")
    gps = [row for row in rows if row["stream"] == "gps"]
    assert [row["gps.n [A]"] for row in gps] == ["7", "8", "9"]
    assert [float(row["gps.=1+1 [°]"]) for row in gps] == [50.1, -0.25, 1e-7]
    text = "\n".join(comments)
    for part in ("binary version 3", "UTC", "unplugged; bytes lost: 3", "anchor: 2026", "unit: A", "balanced: yes"):
        assert part in text


def test_csv_range_stream_separator_and_decimal_comma(recorded: tuple[Path, int]) -> None:
    folder, recording_id = recorded
    options = ExportOptions("drive", T0 + 10 * MS, T0 + 20 * MS, "de", ";", ",")
    with StoreReader(folder / "store") as reader:
        export(reader, recording_id, folder / "out.csv", options)
    comments, rows = rows_of(folder / "out.csv", ";")
    assert [row["c0 [A]"] for row in rows] == ["1", "1,1", "1,2", "1,3", "1,4", "1,5", "1,6", "1,7", "1,8", "1,9"]
    assert any("c0; unit: A; c0" in line for line in comments)


def test_cancelling_leaves_no_file(recorded: tuple[Path, int]) -> None:
    folder, recording_id = recorded
    told: list[float] = []

    def stop(part: float) -> bool:
        told.append(part)
        return len(told) < 2

    with StoreReader(folder / "store") as reader:
        assert export(reader, recording_id, folder / "out.csv", progress=stop).is_cancelled
    assert sorted(path.name for path in folder.iterdir()) == ["store"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "\nx"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert safe_cell("plain " + text) == "plain " + text
