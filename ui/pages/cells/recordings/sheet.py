"""The sheet of a cell's recordings, with their acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from center_app.core.access import Right
from center_app.telemetry import recordings
from center_app.telemetry.store.values import Damage, RecordingView
from ui.kit.buttons import button
from ui.kit.controls import SearchField
from ui.kit.layout import column, row
from ui.kit.page import Context
from ui.kit.panels import EmptyState
from ui.kit.recorded import Doors
from ui.kit.table_model import RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label
from ui.kit.words import _
from ui.pages.cells.facts_panel import recording_text
from ui.pages.cells.recordings import again, data, keep
from ui.pages.cells.recordings.columns import damage_text, recording_columns
from ui.pages.cells.recordings.data import RecordingRow, Sheet


@dataclass(frozen=True)
class Subject:
    """Say whose recordings are shown, and what the page does with one."""

    cell_id: int
    name: str
    export: Callable[[RecordingView], Any]
    open_in_plot: Callable[[RecordingView], Any]


class RecordingsSheet(QDialog):
    """List a cell's recordings; check, decode again, choose a version, export, open in the plot."""

    def __init__(self, context: Context, parent: QWidget, subject: Subject) -> None:
        """Load at once; the sheet stays beside the plots until it is closed."""
        super().__init__(parent)
        self._context, self._subject = context, subject
        self._doors = Doors(context.center.folder, database=context.center.database)
        self._checked: dict[int, Damage | None] = {}
        title = _("Recordings of {name}", name=subject.name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1240, 560)
        self.model = RowTableModel(recording_columns())
        self.table = TableView(self.model, _("Recordings"), memory=context.memory)
        self.table.same_row = lambda one, other: one.view.id == other.view.id
        self.search = SearchField(_("Filter recordings"))
        self.search.setFixedWidth(240)
        self.search.searched.connect(self.model.set_filter)
        self.said = label("", "secondary", wrap=True)
        self.said.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(EmptyState(
            "database", _("Nothing is recorded here yet"),
            _("As soon as the device sends, its recording stands here. Import opens a recording from elsewhere."),
        ))  # fmt: skip
        head = row(label(title, "title"), None, self.search)
        self.setLayout(column(head, self._stack, self.said, self._buttons(), gap=12, margins=(20, 18, 20, 16)))
        self.table.row_activated.connect(lambda _row: self._open())
        self.table.row_picked.connect(lambda _row: self._enable())
        self.refresh()

    def _buttons(self) -> Any:
        self.acts = {
            "check": button(_.context("recording", "Check"), self.check),
            "again": button(_("Decode again…"), self.decode_again),
            "compare": button(_("Compare"), self.compare),
            "use": button(_("Use other version"), self.use_next),
            "keep": button(_("Keep…"), self.keep, tip=_("How long the recordings of this cell are kept")),
            "export": button(_("Export…"), lambda: self._with_one(self._subject.export)),
            "open": button(_("Open in plot"), self._open, kind="primary"),
        }
        return row(*list(self.acts.values())[:5], None, *list(self.acts.values())[5:])

    # -- what is shown -----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Load the recordings again."""
        self._context.tasks.window(
            data.load_sheet, self._doors, self._subject.cell_id, done=self._show, owner=self, key="recordings"
        )

    def _show(self, sheet: Sheet) -> None:
        rows = [
            replace(one, checked=one.view.id in self._checked, damage=self._checked.get(one.view.id))
            for one in sheet.rows
        ]
        self.model.set_rows(rows)
        self._stack.setCurrentIndex(0 if rows else 1)
        self._store = sheet.store
        if rows and self.table.current_row() is None:
            self.table.pick(lambda _row: True)
        self._enable()

    def _enable(self) -> None:
        picked = self.picked()
        may = self._context.may(Right.RECORD)
        one_here = len(picked) == 1 and picked[0].is_here
        wanted = {
            "check": bool(picked), "again": one_here and may, "export": len(picked) == 1,
            "compare": len(picked) == 1 and len(picked[0].versions) > 1,
            "use": one_here and len(picked[0].versions) > 1 and may, "open": len(picked) == 1,
            "keep": self._context.may(Right.ADMINISTER),
        }  # fmt: skip
        for name, is_on in wanted.items():
            self.acts[name].setEnabled(is_on)
        said = (self._damage(picked), self._continued(picked), _elsewhere(picked), *self._store_text())
        told = " • ".join(part for part in said if part)
        self.said.setText(told)
        self.said.setVisible(bool(told))

    def _damage(self, picked: list[RecordingRow]) -> str:
        found = next((damage_text(one) for one in picked if one.damage is not None), "")
        return _("First bad place: {place}", place=found) if found else ""

    def _continued(self, picked: list[RecordingRow]) -> str:
        """Say which recording the picked one goes on with, and which one goes on with it."""
        if len(picked) != 1:
            return ""
        rows = {one.view.id: one.view for one in self.model.rows()}
        linked = [rows.get(number or 0) for number in (picked[0].continues, picked[0].continued_by)]
        before, behind = (recording_text(view) if view is not None else "" for view in linked)
        parts = [_("Continues recording {number}", number=before) if before else "",
                 _("Goes on as recording {number}", number=behind) if behind else ""]  # fmt: skip
        return " • ".join(part for part in parts if part)

    def _store_text(self) -> list[str]:
        said = []
        replication = self._store.get("replication")
        if replication is not None:
            behind = {"seconds": _.span(float(replication["behind_s"])), "size": _.bytes(replication["behind_bytes"])}
            text = _("Server: {seconds} and {size} behind", **behind)
            said.append(text if replication["is_connected"] else _("Server does not answer; ") + text)
        retention = self._store.get("retention")
        if retention is not None and retention.get("next_on"):
            said.append(_("Old files go next on {date}", date=_day(retention["next_on"])))
        return said

    _store: dict[str, dict[str, Any]] = {}

    def picked(self) -> list[RecordingRow]:
        """Return the picked recordings."""
        return list(self.table.selected_rows())

    def _with_one(self, run: Callable[[RecordingView], Any]) -> None:
        picked = self.picked()
        if len(picked) == 1:
            run(picked[0].view)

    def _open(self) -> None:
        self._with_one(self._subject.open_in_plot)

    def keep(self) -> None:
        """Ask how long this cell's recordings are kept."""
        keep.ask(self._context, self, self._subject.cell_id, self._subject.name)

    # -- acts --------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Recompute the chains of the picked recordings; the status bar shows progress and Cancel."""
        views = [one.view for one in self.picked()]
        if views:
            self._context.tasks.work(data.check, self._context.center, views, done=self._on_checked, owner=self)

    def _on_checked(self, found: dict[int, Damage | None]) -> None:
        self._checked.update(found)
        bad = sum(damage is not None for damage in found.values())
        text = _.plural("{n} recording checked", "{n} recordings checked", len(found))
        worse = _.plural("{n} is damaged", "{n} are damaged", bad)
        self._context.notices.tell(f"{text}: {worse}" if bad else text, token="crit" if bad else "ok")
        self.refresh()

    def decode_again(self) -> None:
        """Ask how to decode the picked recording again."""
        self._with_one(lambda view: again.ask(self._context, self, view, self._on_decoded))

    def _on_decoded(self, collector: str, done: Any) -> None:
        version, differences = done
        self.refresh()
        changed = sum(not one.is_equal for one in differences)
        text = _("Version {version} is ready: {changed} of {all} channels differ", version=version.version,
                 changed=changed, all=len(differences))  # fmt: skip
        before = version.version - 1
        self._context.notices.tell(text, undo=lambda: self._use(collector, version.recording_id, before))
        again.show_comparison(self, differences, before, version.version)

    def compare(self) -> None:
        """Compare the two newest versions of the picked recording."""
        (one,) = self.picked()
        old, new = one.versions[-2].version, one.versions[-1].version
        self._context.tasks.work(
            data.compare, self._context.center, one.view.id, old, new,
            done=lambda found: again.show_comparison(self, found, old, new), owner=self,
        )  # fmt: skip

    def use_next(self) -> None:
        """Serve the version after the one that is served, and after the last the first; can be undone."""
        (one,) = self.picked()
        numbers = [version.version for version in one.versions if version.is_whole or version.version == 1]
        wanted = numbers[(numbers.index(one.served) + 1) % len(numbers)] if one.served in numbers else numbers[0]
        self._use(one.view.collector, one.view.id, wanted)

    def _use(self, collector: str, recording_id: int, version: int | None) -> None:
        def done(before: int | None) -> None:
            self.refresh()
            text = _("Version {version} is used now", version=version) if version else _("The newest version is used")
            self._context.notices.tell(text, undo=lambda: self._use(collector, recording_id, before))

        folder = self._context.center.folder
        self._context.tasks.write(recordings.use_version, folder, collector, recording_id, version, done=done)


def _elsewhere(picked: list[RecordingRow]) -> str:
    """Say where the raw bytes of a picked recording lie when that is another machine."""
    names = sorted({one.view.collector for one in picked if not one.is_here})
    if not names:
        return ""
    return str(_("Raw bytes lie with the collector {name}; here the copy on the server is checked", name=names[0]))


def _day(told: Any) -> str:
    """Say a day that a collector wrote as text."""
    return str(_.date(date.fromisoformat(str(told)[:10])))
