"""Commands that take recordings out and foreign tables in: export, import."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from center_app.cli.shared import Store, opened, operator, show, words
from center_app.core.errors import PersonError, declare

if TYPE_CHECKING:
    from center_app.telemetry.store.reader import StoreReader

NO_RECORDING = declare(
    "export.no_recording",
    "There is no recording {recording} in this centre.",
    "Take a number from the page Cells, or write 'newest'.",
)

NO_TIME = declare(
    "export.no_time", "{text} is not a time.", "Write it as 2026-05-03T10:00:00, or with a zone as +08:00 behind it."
)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("export")(export_recording)
    app.command("import-recording")(import_recording)


def export_recording(
    recording: Annotated[str, typer.Argument(help="Number of the recording, or 'newest'")],
    target: Annotated[str, typer.Argument(help="File to write: .csv, .parquet, .mcap or .h5")],
    store: Store = "",
    stream: Annotated[str, typer.Option(help="Only this stream")] = "",
    decimal: Annotated[str, typer.Option(help="Decimal mark (CSV)")] = ".",
    separator: Annotated[str, typer.Option(help="Column separator (CSV)")] = ",",
    start: Annotated[str, typer.Option("--from", help="Only from this time on, as 2026-05-03T10:00:00")] = "",
    end: Annotated[str, typer.Option("--to", help="Only before this time")] = "",
    through: Annotated[bool, typer.Option("--through", help="With the recordings that continue each other")] = False,
) -> None:
    """Write a recording with units, time base, gaps, quality and byte account; prints rows and size as JSON."""
    from center_app.telemetry.exchange.export import export
    from center_app.telemetry.exchange.values import ExportOptions
    from center_app.telemetry.opening import open_reader

    center = opened(store)
    options = ExportOptions(
        stream or None, language=words().language, separator=separator, decimal=decimal, through=through
    )
    try:
        with open_reader(center) as reader:
            number = _recording(reader, recording)
            done = export(reader, number, Path(target), options)
    finally:
        center.close()
    show({"recording": number, "file": str(Path(target).absolute()), "rows": done.rows, "bytes": done.size_bytes})


def _recording(reader: StoreReader, asked: str) -> int:
    known = {view.id: view.started_ns for view in reader.recordings()}
    if asked == "newest" and known:
        return max(known, key=lambda number: known[number])
    if asked.isdigit() and int(asked) in known:
        return int(asked)
    raise PersonError(NO_RECORDING, recording=asked)


def _time_ns(text: str, zone: str) -> int | None:
    """Read an ISO 8601 time, local time of the centre unless it says otherwise, as ns UTC."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise PersonError(NO_TIME, text=text) from error
    local = time if time.tzinfo else time.replace(tzinfo=ZoneInfo(zone))
    return int(local.timestamp()) * 1_000_000_000 + local.microsecond * 1_000


def import_recording(
    file: Annotated[str, typer.Argument(help="CSV, Parquet or MCAP file of another program")],
    store: Store = "",
    name: Annotated[str, typer.Option(help="Name of the cell to make; the file's name without")] = "",
    look: Annotated[bool, typer.Option("--look", help="Only say what the file holds")] = False,
    zone: Annotated[str, typer.Option(help="Time zone of times that name none; the centre's without")] = "",
    time: Annotated[list[str] | None, typer.Option(help="Column of the time, or date and time; else found")] = None,
) -> None:
    """Take a foreign table in as a recording; the time column is found by itself. Prints JSON."""
    from center_app.telemetry.exchange import importing

    if look:
        show(asdict(importing.look(Path(file), zone or "UTC", tuple(time or ()))))
        return
    center = opened(store)
    try:
        wish = importing.ImportWish(Path(file), name=name, zone=zone or center.zone, time=tuple(time or ()))
        done = importing.take_in(center.database, center.folder, center.clock, operator(), wish)
    finally:
        center.close()
    show(asdict(done))
