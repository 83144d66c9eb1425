"""Ask how a recording is to be decoded again, do it with progress, show what differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QDialog, QWidget

from center_app.telemetry import queries, recordings
from center_app.telemetry.comparing import Difference
from center_app.telemetry.decoding_again import AgainDraft
from center_app.telemetry.store.values import RecordingView
from devices import profiles
from devices.values import LineSettings
from ui.kit.buttons import button
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.layout import column, row
from ui.kit.page import Context
from ui.kit.table_model import RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label
from ui.kit.words import _
from ui.pages.cells.recordings import data
from ui.pages.cells.recordings.columns import difference_columns

Done = Callable[[str, Any], Any]


def ask(context: Context, parent: QWidget, view: RecordingView, done: Done) -> FormDialog:
    """Show the form; the recording itself is never changed, so that there is nothing to confirm."""
    known = [(profile.id, profile.label.get(_.language) or profile.label["en"]) for profile in profiles.all()]
    form = Form([
        Field("profile", _("Profile"), "choice", view.profile_id, choices=known),
        Field("params", _("Settings of the profile (JSON)"), "lines", json.dumps(dict(view.params), indent=1),
              check=_check_object),
        Field("baud", _("Speed of the line, baud"), "text", str(view.line.get("baud", "")), check=_check_baud),
    ])  # fmt: skip

    def save(values: dict[str, Any], close: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        def begin(rules: Any) -> None:
            close(None)
            start(context, view, replace(_draft(context, view, values), rules=tuple(rules)), done)

        def noted(_number: int) -> None:
            context.tasks.read(queries.run_rules, [view.cell_id], done=begin, failed=failed)

        params = json.loads(values["params"])
        context.tasks.write(recordings.begin_version, view.id, values["profile"], params, done=noted, failed=failed)

    note = _("The raw bytes are decoded into a new version beside the old one. Measured hours keep the old one.")
    dialog = FormDialog(parent, _("Decode again"), form, _("Decode again"), save, note=note)
    dialog.open()
    return dialog


def _draft(context: Context, view: RecordingView, values: dict[str, Any]) -> AgainDraft:
    line = replace(_line(view), baud=int(values["baud"])) if values["baud"].strip() else _line(view)
    profile = profiles.get(values["profile"])
    return AgainDraft(profile, json.loads(values["params"]), line, context.actor.name)


def _line(view: RecordingView) -> LineSettings:
    return LineSettings(**view.line)  # type: ignore[arg-type]


def start(context: Context, view: RecordingView, draft: AgainDraft, done: Done) -> None:
    """Decode on the work lane; the status bar shows progress and Cancel."""

    def finished(found: Any) -> None:
        context.tasks.write(recordings.note_version, found[0])
        done(view.collector, found)

    context.tasks.work(data.decode, context.center, view.id, draft, done=finished)


def show_comparison(parent: QWidget, found: Sequence[Difference], old: int, new: int) -> QDialog:
    """Show how two versions differ, channel by channel, those that differ first."""
    dialog = QDialog(parent)
    title = _("Version {old} and version {new}", old=old, new=new)
    dialog.setWindowTitle(title)
    dialog.resize(1080, 420)
    model = RowTableModel(difference_columns())
    model.set_rows(sorted(found, key=lambda one: one.is_equal))
    table = TableView(model, _("Comparison of versions"))
    differ = sum(not one.is_equal for one in found)
    text = _("{differ} of {all} channels differ.", differ=differ, all=len(found))
    close = button(_("Close"), dialog.accept, kind="primary")
    head = column(label(title, "title"), label(text, "secondary"), gap=2)
    dialog.setLayout(column(head, table, row(None, close), gap=12, margins=(20, 18, 20, 16)))
    dialog.show()
    return dialog


def _check_object(text: Any) -> str:
    try:
        is_fine = isinstance(json.loads(str(text)), dict)
    except ValueError:
        is_fine = False
    return "" if is_fine else _("Write a JSON object, like {example}.", example='{"unit": 1}')


def _check_baud(text: Any) -> str:
    given = str(text).strip()
    return "" if not given or (given.isdigit() and 50 <= int(given) <= 20_000_000) else _("Enter 50 to 20000000 baud.")
