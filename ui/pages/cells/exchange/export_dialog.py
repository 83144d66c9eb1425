"""Ask what to export and as what, then write it with progress and Cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from center_app.core.errors import PersonError, declare
from center_app.telemetry.exchange.export import FORMATS, export
from center_app.telemetry.exchange.values import ExportOptions, ExportResult
from center_app.telemetry.opening import open_reader
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import RecordingView
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.page import Context
from ui.kit.recorded import to_datetime
from ui.kit.words import _

NOTHING_TO_EXPORT = declare(
    "cells.nothing_to_export",
    "Nothing was recorded in the time that is shown.",
    "Move to a time with data, then export again.",
)
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


@dataclass(frozen=True)
class ExportSubject:
    """Say what may be exported: the cell's name, the window in view, and a recording that was chosen (or None)."""

    name: str
    cell_id: int
    window: tuple[int, int]
    recording: RecordingView | None = None


Choose = Callable[[QWidget, str, str], str]


def choose_file(parent: QWidget, name: str, kind: str) -> str:
    """Ask for the file to write; "" when the person thought better of it."""
    return QFileDialog.getSaveFileName(parent, _("Export recording"), name, kind)[0]


def ask(context: Context, parent: QWidget, subject: ExportSubject, choose: Choose = choose_file) -> FormDialog:
    """Show the form; `choose(parent, suggested name, filter)` gives the file."""
    form = Form(_fields(subject))

    def save(values: dict[str, Any], done: Callable[[Any], None], _failed: Callable[[Exception], None]) -> None:
        suffix = values["format"]
        kind = next(each.name for each in FORMATS if each.suffix == suffix)
        chosen = choose(dialog, suggested(subject, suffix), f"{kind} (*{suffix})")
        if not chosen:
            dialog.main.setEnabled(True)
            return
        target = Path(chosen) if Path(chosen).suffix else Path(chosen + suffix)
        done(None)
        start(context, subject, _options(values, subject), target)

    dialog = FormDialog(parent, _("Export recording"), form, _("Export…"), save, note=subject.name)
    dialog.open()
    return dialog


def _fields(subject: ExportSubject) -> list[Field | list[Field]]:
    ranges = [("window", _("What is visible")), ("whole", _("The whole recording"))]
    formats = [(each.suffix, f"{each.name} – {_(each.purpose)}") for each in FORMATS]
    separators = [("comma", _("Comma")), ("semicolon", _("Semicolon")), ("tab", _("Tab"))]
    is_comma = _.number(1.5, 1) == "1,5"
    return [
        Field("range", _("Time"), "choice", "whole" if subject.recording else "window", choices=ranges),
        Field("format", _("File"), "choice", ".csv", choices=formats),
        [
            Field("separator", _("Column separator (CSV)"), "choice", "semicolon" if is_comma else "comma",
                  choices=separators),
            Field("decimal", _("Decimal mark (CSV)"), "choice", "," if is_comma else ".",
                  choices=[(".", _("Point")), (",", _("Comma"))]),
        ],
    ]  # fmt: skip


def suggested(subject: ExportSubject, suffix: str) -> str:
    """Return a file name: the cell and when the data begins."""
    start_ns = subject.recording.started_ns if subject.recording else subject.window[0]
    start = to_datetime(start_ns).astimezone(_.zone)
    return f"{subject.name.replace(' ', '-').replace('/', '-')}-{start:%Y%m%dT%H%M%S}{suffix}"


def _options(values: dict[str, Any], subject: ExportSubject) -> ExportOptions:
    t0, t1 = subject.window if values["range"] == "window" else (None, None)
    return ExportOptions(
        t0_ns=t0,
        t1_ns=t1,
        language=_.language,
        separator=SEPARATORS[values["separator"]],
        decimal=values["decimal"],
        through=t0 is not None,
    )


def start(context: Context, subject: ExportSubject, options: ExportOptions, target: Path) -> None:
    """Write on the work lane; the status bar shows progress and Cancel."""

    def done(result: ExportResult) -> None:
        if not result.is_cancelled:
            rows = _.plural("{n} row", "{n} rows", result.rows)
            context.notices.tell(_("Exported {rows} to {file}", rows=rows, file=target.name))

    context.tasks.work(_write, context.center, subject, options, target, done=done)


def _write(
    report: Any, center: Any, subject: ExportSubject, options: ExportOptions, target: Path
) -> ExportResult:  # fmt: skip
    def progress(share: float) -> bool:
        report(share, target.name)
        return True

    with open_reader(center) as reader:
        return export(reader, _recording(reader, subject, options), target, options, progress)


def _recording(reader: StoreReader, subject: ExportSubject, options: ExportOptions) -> int:
    """Return the chosen recording, else the newest that began before the window's end."""
    if subject.recording is not None:
        return subject.recording.id
    shown = [each for each in reader.recordings(subject.cell_id) if each.started_ns < subject.window[1]]
    if not shown:
        raise PersonError(NOTHING_TO_EXPORT)
    return max(shown, key=lambda recording: recording.started_ns).id
