"""Foreign files open as recordings: time, units, decimal commas, states and several tables are found by looking."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from center_app.core.access import Actor
from center_app.core.errors import PersonError, SurroundingsError
from center_app.telemetry import queries
from center_app.telemetry.exchange import importing
from center_app.telemetry.exchange.importing import ImportWish, look, take_in
from center_app.telemetry.exchange.values import ImportResult
from center_app.telemetry.store.reader import StoreReader
from center_app.wiring import Center

NOON_NS = int(datetime(2026, 2, 1, 12, 0, tzinfo=UTC).timestamp()) * 1_000_000_000
S = 1_000_000_000


def rows(*lines: str) -> str:
    return "\n".join(lines) + "\n"


CASES = {
    "iso with Z": (rows("time,force [N]", *(f"2026-02-01T12:00:{n:02d}Z,{n}.5" for n in range(20))), "iso", S),
    "iso with nanoseconds": (
        rows("timestamp;a", *(f"2026-02-01T12:00:00.{n:09d}Z;{n}" for n in range(0, 2000, 100))), "iso", 100,
    ),
    "date and time apart, decimal comma": (
        rows("Datum;Uhrzeit;Kraft [N]", *(f"01.02.2026;12:00:{n:02d};{n},5" for n in range(20))), "split", S,
    ),
    "German date and time in one": (
        rows("Zeit;Kraft", *(f"01.02.2026 12:00:{n:02d};{n},25" for n in range(20))), "iso", S,
    ),
    "epoch seconds": (rows("t,a", *(f"{NOON_NS // S + n},{n}" for n in range(20))), "epoch", S),
    "epoch milliseconds": (rows("ts,a", *(f"{NOON_NS // 10**6 + n},{n}" for n in range(20))), "epoch", 10**6),
    "epoch nanoseconds": (rows("t_ns,a", *(f"{NOON_NS + n * 7},{n}" for n in range(20))), "epoch", 7),
    "comments before the header": (
        rows("# made by a logger", "# no 12", "time,a,b", *(f"2026-02-01 12:00:{n:02d},{n},{-n}" for n in range(20))),
        "iso", S,
    ),
    "tab and quoted": (
        rows('"Date"\t"Time"\t"x"', *(f'"2026-02-01"\t"12:00:{n:02d}"\t"{n}"' for n in range(20))), "split", S,
    ),
    "Chinese names": (rows("时间,温度 [°C]", *(f"2026-02-01 12:00:{n:02d},{n}.1" for n in range(20))), "iso", S),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_time_is_found(tmp_path: Path, name: str) -> None:
    text, kind, step = CASES[name]
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    stream = look(path).streams[0]
    assert stream.time.kind in (kind, "iso" if kind == "split" else kind)
    assert len(stream.time.columns) == (2 if kind == "split" else 1)
    times = [row["t_ns"] for row in stream.first]
    assert times[0] == NOON_NS
    assert times[1] - times[0] == step


@pytest.mark.parametrize(
    ("header", "scale"), [("time", S), ("Time [ms]", 10**6), ("t_us", 1000), ("elapsed (s)", S), ("zeit [min]", 60 * S)]
)
def test_elapsed_time_starts_at_the_files_own_date(tmp_path: Path, header: str, scale: int) -> None:
    path = tmp_path / "table.csv"
    path.write_text(rows(f"{header},a", *(f"{n},{n * n}" for n in range(20))), encoding="utf-8")
    stream = look(path).streams[0]
    assert (stream.time.kind, stream.time.is_guessed_start) == ("elapsed", True)
    assert [row["t_ns"] - path.stat().st_mtime_ns for row in stream.first[:3]] == [0, scale, 2 * scale]


def test_a_table_without_time_says_so_and_counts_rows(tmp_path: Path) -> None:
    path = tmp_path / "joints.csv"
    path.write_text(rows("a,b", *(f"{n % 3},{-n}" for n in range(10))), encoding="utf-8")
    assert look(path).streams[0].time.kind == "rows"


def test_local_times_follow_the_zone(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(rows("time,a", "2026-07-01 12:00:00,1", "2026-07-01 12:00:01,2"), encoding="utf-8")
    first = look(path, "Europe/Berlin").streams[0].first[0]["t_ns"]
    assert first == int(datetime(2026, 7, 1, 10, 0, tzinfo=UTC).timestamp()) * S


def test_units_states_and_blanks(sqlite_center: Center, admin: Actor, tmp_path: Path) -> None:
    path = tmp_path / "press.csv"
    path.write_text(
        rows("time,force [N],door,mode,note", *(
            f"2026-02-01T12:00:{n:02d}Z,{'' if n == 3 else n / 2},{'open' if n % 2 else 'shut'},"
            f"{'true' if n > 5 else 'false'},remark number {n}" for n in range(20)
        )), encoding="utf-8",
    )  # fmt: skip
    done = taken(sqlite_center, admin, path)
    with StoreReader(sqlite_center.folder) as reader:
        channels = {view.channel: view for view in reader.channels(done.cell_id)}
        force = reader.recorded(done.recording_id, "press", "force", NOON_NS, NOON_NS + 60 * S)
        door = reader.recorded(done.recording_id, "press", "door", NOON_NS, NOON_NS + 60 * S)
        assert reader.verify(done.recording_id) is None
        assert reader.account(done.recording_id).is_balanced
    assert channels["force"].unit == "N"
    assert channels["door"].states == {0: "open", 1: "shut"}
    assert channels["mode"].states == {0: "false", 1: "true"}
    assert "note" not in channels
    assert force.quality.tolist()[:5] == [0, 0, 0, 5, 0]
    assert force.values[4] == 2.0
    assert door.values[:3].tolist() == [1, 0, 1]


def test_rows_out_of_order_are_ordered_and_counted(sqlite_center: Center, admin: Actor, tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    order = [0, 2, 1, 3, 5, 4]
    path.write_text(rows("time,a", *(f"2026-02-01T12:00:{n:02d}Z,{n}" for n in order)), encoding="utf-8")
    done = taken(sqlite_center, admin, path)
    assert (done.rows, done.unordered) == (6, 2)
    with StoreReader(sqlite_center.folder) as reader:
        assert reader.samples(done.cell_id, "mixed", "a", 0, 1 << 62).values.tolist() == [0, 1, 2, 3, 4, 5]


def test_the_audit_names_the_file_by_its_hash(sqlite_center: Center, admin: Actor, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(rows("time,a", "2026-02-01T12:00:00Z,1", "2026-02-01T12:00:01Z,2"), encoding="utf-8")
    done = taken(sqlite_center, admin, path)
    cell = next(cell for cell in sqlite_center.read(queries.cells) if cell.id == done.cell_id)
    assert cell.params["file"] == "a.csv"
    assert len(str(cell.params["sha256"])) == 64


def test_cancelling_leaves_no_cell_and_no_file(sqlite_center: Center, admin: Actor, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(rows("time,a", *(f"{NOON_NS // S + n},{n}" for n in range(200_000))), encoding="utf-8")
    told: list[float] = []

    def stop(share: float) -> bool:
        told.append(share)
        return len(told) < 3

    wish = ImportWish(path)
    done = take_in(sqlite_center.database, sqlite_center.folder, sqlite_center.clock, admin, wish, stop)
    assert done.is_cancelled
    assert [cell for cell in sqlite_center.read(queries.cells) if cell.enabled] == []
    assert list((sqlite_center.folder / "telemetry").glob("import-*")) == []
    assert list(sqlite_center.folder.glob("import-*")) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.xyz", b"word"), ("a.parquet", b"PAR1 not really"), ("a.mcap", b"\x89MCAP0\r\nbroken"),
     ("a.csv", b"\x00\xff\x00\xfe" * 100), ("a.csv", b"only,words\nhere,really\n")],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(PersonError):
        look(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SurroundingsError) as caught:
        look(tmp_path / "gone.csv")
    assert caught.value.code is importing.FILE_UNREADABLE


def test_ragged_lines_are_counted_or_padded_never_shifted(tmp_path: Path) -> None:
    lines = [f"2026-02-01T12:00:{n:02d}Z,{n},{2 * n}" for n in range(30)]
    lines[7] = "2026-02-01T12:00:07Z,7"
    path = tmp_path / "ragged.csv"
    path.write_text(rows("time,a,b", *lines), encoding="utf-8")
    stream = look(path).streams[0]
    assert [column.name for column in stream.columns] == ["a", "b"]


def test_mcap_topics_become_streams(sqlite_center: Center, admin: Actor, tmp_path: Path) -> None:
    from mcap.writer import Writer

    path = tmp_path / "robot.mcap"
    with path.open("wb") as file:
        writer = Writer(file)
        writer.start()
        schema = writer.register_schema("pose", "jsonschema", b"{}")
        poses = writer.register_channel("/arm/pose", "json", schema)
        force = writer.register_channel("/force", "json", schema)
        for n in range(50):
            at = NOON_NS + n * 10_000_000
            writer.add_message(poses, at, json.dumps({"p": {"x": n, "y": -n}, "ok": True, "v": [1, 2]}).encode(), at)
            writer.add_message(force, at, json.dumps({"z": n / 10}).encode(), at)
        writer.finish()
    done = taken(sqlite_center, admin, path)
    assert (done.rows, done.streams) == (100, 2)
    with StoreReader(sqlite_center.folder) as reader:
        names = {f"{view.stream}:{view.channel}" for view in reader.channels(done.cell_id)}
        found = reader.samples(done.cell_id, "arm/pose", "p.y", 0, 1 << 62)
    assert names == {"arm/pose:p.x", "arm/pose:p.y", "arm/pose:ok", "arm/pose:v.0", "arm/pose:v.1", "force:z"}
    assert found.values.tolist() == [-n for n in range(50)]
    assert np.diff(found.t_ns).tolist() == [10_000_000] * 49


def taken(center: Center, actor: Actor, path: Path) -> ImportResult:
    return take_in(center.database, center.folder, center.clock, actor, ImportWish(path, zone="UTC"))
