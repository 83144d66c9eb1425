"""Text tables as instruments, spreadsheets and loggers write them open with their times, units and numbers."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from center_app.core.errors import PersonError
from center_app.telemetry.exchange.foreign import csv_source, times
from center_app.telemetry.exchange.importing import look
from center_app.telemetry.exchange.values import ForeignStream

START = datetime(2026, 5, 3, 9, 59, 58, tzinfo=UTC)
START_NS = int(START.timestamp()) * 1_000_000_000
FILE_NS = START_NS + 3_600_000_000_000
MS = 1_000_000
Row = tuple[datetime, float, int]


def table(head: str, line: Callable[[Row], str], step: timedelta = timedelta(milliseconds=100)) -> str:
    rows = [(START + n * step, 20 + n / 10, n % 2) for n in range(30)]
    return head + "".join(line(row) + "\n" for row in rows)


def ms(time: datetime) -> str:
    return f"{time.microsecond // 1000:03d}"


def stamp(row: Row) -> str:
    return f"{row[0]:%Y-%m-%d %H:%M:%S}.{ms(row[0])}"


def elapsed(row: Row) -> float:
    return (row[0] - START).total_seconds()


# name: text, encoding, (time kind, time columns), step ns, columns as (name, unit), first values
CASES: dict[str, tuple[str, str, str, int, list[tuple[str, str]], list[float]]] = {
    "UTF-16 with tabs": (
        table("Time\tForce (N)\n", lambda r: f"{r[0]:%Y-%m-%dT%H:%M:%S}.{ms(r[0])}\t{r[1]}"),
        "utf-16", "iso", 100 * MS, [("Force", "N")], [20.0],
    ),
    "GB 18030": (
        table("时间,力(N),状态\n", lambda r: f"{stamp(r)},{r[1]},{'运行' if r[2] else '停止'}"),
        "gb18030", "iso", 100 * MS, [("力", "N"), ("状态", "")], [20.0, 0.0],
    ),
    "Windows western": (
        table("Zeit;Temperatur [°C]\n", lambda r: f"{r[0]:%d.%m.%Y %H:%M:%S},{ms(r[0])};{r[1]:.0f},5"),
        "cp1252", "iso", 100 * MS, [("Temperatur", "°C")], [20.5],
    ),
    "row of units": (
        table("time,force,speed\nms,N,rpm\n", lambda r: f"{elapsed(r) * 1000:.0f},{r[1]},{r[2]}"),
        "utf-8", "elapsed", 100 * MS, [("force", "N"), ("speed", "rpm")], [20.0, 0.0],
    ),
    "preamble of an instrument": (
        table(
            "Instrument: multimeter\nSerial: 123\nOperator, Bob\n\nTimestamp,Voltage (V)\n",
            lambda r: f"{r[0]:%Y-%m-%dT%H:%M:%S}.{ms(r[0])}+00:00,{r[1]}",
        ),
        "utf-8", "iso", 100 * MS, [("Voltage", "V")], [20.0],
    ),
    "no header": (
        table("", lambda r: f"{elapsed(r):.2f},{r[1]},{r[2]}"),
        "utf-8", "elapsed", 100 * MS, [("column 2", ""), ("column 3", "")], [20.0, 0.0],
    ),
    "equal and missing names": (
        table("time,x,X,,x\n", lambda r: f"{elapsed(r):.2f},{r[1]},{r[2]},7,{r[1] + 1}"),
        "utf-8", "elapsed", 100 * MS, [("x", ""), ("X 2", ""), ("column 4", ""), ("x 3", "")], [20.0, 0.0, 7.0, 21.0],
    ),
    "parted by blanks, names in a comment": (
        table("# gnuplot\n# t force speed\n", lambda r: f"{elapsed(r):.2f}   {r[1]}  {r[2]}"),
        "utf-8", "elapsed", 100 * MS, [("force", ""), ("speed", "")], [20.0, 0.0],
    ),
    "years of two digits": (
        table("Date,Time,P (bar)\n", lambda r: f"{r[0]:%d.%m.%y},{r[0]:%H:%M:%S}.{ms(r[0])},{r[1]}"),
        "utf-8", "iso", 100 * MS, [("P", "bar")], [20.0],
    ),
    "line breaks in quotes": (
        table("time,note,x\n", lambda r: f'{elapsed(r):.2f},"one\ntwo {r[1]}",{r[1]}'),
        "utf-8", "elapsed", 100 * MS, [("x", "")], [20.0],
    ),
    "marks between thousands": (
        table("time;x\n", lambda r: f"{elapsed(r):.2f}".replace(".", ",") + f";1.{100 + int(r[1])},5"),
        "utf-8", "elapsed", 100 * MS, [("x", "")], [1120.5],
    ),
    "decimal commas with three places": (
        table("time;x\n", lambda r: f"{elapsed(r):.3f};{r[1]:.3f}".replace(".", ",")),
        "utf-8", "elapsed", 100 * MS, [("x", "")], [20.0],
    ),
    "header of a measurement file": (
        table(
            "LabVIEW Measurement\nWriter_Version\t2\n***End_of_Header***\nX_Value\tVoltage\n",
            lambda r: f"{elapsed(r):.2f}\t{r[1]}",
        ),
        "utf-8", "elapsed", 100 * MS, [("Voltage", "")], [20.0],
    ),
    "separator stated": (
        table("sep=;\nTime;V\n", lambda r: f"{r[0]:%Y-%m-%d %H:%M:%S}.{ms(r[0])};{r[1]}"),
        "utf-8", "iso", 100 * MS, [("V", "")], [20.0],
    ),
    "lone carriage returns": (
        table("time,x\n", lambda r: f"{elapsed(r):.2f},{r[1]}").replace("\n", "\r"),
        "utf-8", "elapsed", 100 * MS, [("x", "")], [20.0],
    ),
    "time of day alone": (
        table("Time,x\n", lambda r: f"{r[0]:%H:%M:%S}.{ms(r[0])},{r[1]}"),
        "utf-8", "elapsed", 100 * MS, [("x", "")], [20.0],
    ),
    "names of months": (
        table("Time,x\n", lambda r: f"{r[0]:%d-%b-%Y %H:%M:%S}.{ms(r[0])},{r[1]}"),
        "utf-8", "iso", 100 * MS, [("x", "")], [20.0],
    ),
    "units behind numbers": (
        table("Time,T\n", lambda r: f"{r[0]:%Y-%m-%d %H:%M:%S}.{ms(r[0])},{r[1]} °C"),
        "utf-8", "iso", 100 * MS, [("T", "°C")], [20.0],
    ),
    "words among numbers": (
        table("time,x\n", lambda r: f"{elapsed(r):.2f},{'#DIV/0!' if r[1] == 20.1 else r[1]}"),
        "utf-8", "elapsed", 100 * MS, [("x", "")], [20.0],
    ),
}  # fmt: skip


def opened(path: Path, text: str, encoding: str = "utf-8") -> ForeignStream:
    path.write_bytes(text.encode(encoding))
    os.utime(path, ns=(FILE_NS, FILE_NS))
    return look(path).streams[0]


@pytest.mark.parametrize("name", CASES)
def test_a_table_opens_as_it_was_meant(tmp_path: Path, name: str) -> None:
    text, encoding, kind, step, columns, values = CASES[name]
    stream = opened(tmp_path / "table.csv", text, encoding)
    assert stream.time.kind == kind
    assert stream.rows == 30
    assert [(column.name, column.unit) for column in stream.columns] == columns
    assert [stream.first[0][column] for column, _unit in columns] == pytest.approx(values)
    assert stream.first[1]["t_ns"] - stream.first[0]["t_ns"] == step
    if kind == "iso" or name == "time of day alone":
        assert stream.first[0]["t_ns"] == START_NS


def test_of_two_readings_of_a_day_the_shorter_span_is_taken(tmp_path: Path) -> None:
    def line(row: Row) -> str:
        return f"{row[0]:%m/%d/%Y},{row[0]:%I:%M:%S %p},{row[1]}"

    stream = opened(tmp_path / "us.csv", table("Date,Time,x\n", line, timedelta(hours=1)))
    assert stream.first[0]["t_ns"] == START_NS
    both = table("Date,Time,x\n", lambda row: f"{row[0]:%d/%m/%Y},{row[0]:%H:%M:%S},{row[1]}", timedelta(hours=1))
    assert opened(tmp_path / "uk.csv", both).first[0]["t_ns"] == START_NS


def test_a_time_of_day_goes_on_over_midnight(tmp_path: Path) -> None:
    lines = [f"{(23 * 60 + 58 + n) // 60 % 24:02d}:{(58 + n) % 60:02d}:00,{n}" for n in range(5)]
    stream = opened(tmp_path / "night.csv", "Time,x\n" + "\n".join(lines) + "\n")
    times = [row["t_ns"] for row in stream.first]
    assert [later - times[0] for later in times] == [n * 60_000 * MS for n in range(len(times))]


def test_days_of_a_spreadsheet_are_local_times(tmp_path: Path) -> None:
    lines = [f"{46145.5 + n / 86400:.8f},{n}" for n in range(10)]
    path = tmp_path / "serial.csv"
    path.write_text("Date,x\n" + "\n".join(lines) + "\n", encoding="utf-8")
    first = look(path, "Asia/Shanghai").streams[0].first
    assert first[0]["t_ns"] == int(datetime(2026, 5, 3, 4, 0, tzinfo=UTC).timestamp()) * 1_000_000_000
    assert first[1]["t_ns"] - first[0]["t_ns"] == 1_000 * MS


def test_a_person_can_choose_another_time(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    text = table("sent,received,x\n", lambda r: f"{stamp(r)},{r[0] + timedelta(seconds=5):%Y-%m-%d %H:%M:%S},{r[1]}")
    assert opened(path, text).first[0]["t_ns"] == START_NS
    assert look(path, time=("received",)).streams[0].first[0]["t_ns"] == START_NS + 5_000 * MS
    assert look(path, time=times.ROW_NUMBER).streams[0].time.kind == "rows"
    with pytest.raises(PersonError) as caught:
        look(path, time=("x", "sent"))
    assert caught.value.code is times.NO_TIME


@pytest.mark.parametrize("content", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_text_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.dat"
    path.write_bytes(content)
    with pytest.raises(PersonError) as caught:
        look(path)
    assert caught.value.code is csv_source.NOT_TEXT
