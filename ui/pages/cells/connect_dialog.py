"""Connect a device: choose a port, listen, see what was found with its evidence and values, then record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QListWidget, QListWidgetItem, QWidget

from center_app.core.access import Right
from center_app.core.errors import describe
from center_app.core.labels import Label
from center_app.telemetry import service
from center_app.telemetry.port_list import OfferedPort
from center_app.telemetry.searches import SearchProgress
from center_app.telemetry.values import CellDraft
from devices import profiles
from devices.values import LineSettings
from ui.kit.buttons import button
from ui.kit.form import Field, Form
from ui.kit.layout import clear, column, holder, row, scrolling
from ui.kit.page import Context
from ui.kit.panels import Progress
from ui.kit.text import label
from ui.kit.words import _
from ui.pages.cells.connect_listening import Listening
from ui.pages.cells.connect_ports import PortChoice
from ui.pages.cells.connect_preview import preview
from ui.pages.cells.connect_writing import write_profile

_LINE = re.compile(r"\s*(\d{2,8})(?:\s+([5-9])([NEOMS])(1|1\.5|2))?\s*", re.IGNORECASE)


class ConnectDialog(QDialog):
    """Find what hangs at a port and record it; everything that was found can be changed by hand."""

    def __init__(
        self, context: Context, parent: QWidget, ports: tuple[OfferedPort, ...], machines: Mapping[int, Label],
        added: Callable[[], Any],
    ) -> None:  # fmt: skip
        """Offer these ports and machines; `added()` runs once the new cell is stored."""
        super().__init__(parent)
        self._context, self._added = context, added
        self._findings: list[Mapping[str, Any]] = []
        self._params: Mapping[str, Any] = {}
        self._heard = b""
        self.setWindowTitle(_("Connect a device"))
        self.setMinimumWidth(620)
        self._build(ports, machines)
        self.listening = Listening(context, self)
        self.listening.progressed.connect(self._on_progress)
        self.listening.answered.connect(self._on_answered)
        self.listening.failed.connect(self._on_failed)
        self._show_listening(False)

    def _build(self, ports: tuple[OfferedPort, ...], machines: Mapping[int, Label]) -> None:
        self.choice = PortChoice(self._context, ports)
        self.port = self.choice.box
        self.listen = button(_("Listen"), self.start, icon="activity", kind="accent")
        self.asks = QCheckBox(_("Also ask where nobody speaks (queries that only read)"))
        self.asks.setChecked(True)
        self._progress = Progress(_("Listening…"), self.stop)
        self.found = QListWidget()
        self.found.setAccessibleName(_("What was found"))
        self.found.setMaximumHeight(110)
        self.found.setSpacing(2)
        self.found.currentRowChanged.connect(self._on_chosen)
        self._preview = column(gap=4)
        self.form = Form([
            [Field("profile", _("What it sends"), "choice", None, choices=_profile_choices()),
             Field("line", _("Line settings"), hint="115200 8N1", check=_line_problem)],
            [Field("machine", _("Machine"), "choice", None, choices=[(None, _("none")), *_named(machines)]),
             Field("name", _("Name"), required=True, hint=_("As it stands on the device"))],
        ])  # fmt: skip
        self.problem = label("", "secondary", "crit", wrap=True)
        self.problem.hide()
        self.write = button(_("Write a profile…"), self.write_profile, icon="file-text")
        self.write.hide()
        self.main = button(_("Record"), self.save, kind="primary")
        self._values = scrolling(holder(self._preview), _("Values that were found"))
        self._values.setMinimumHeight(150)
        self._show_found(False)
        self.setLayout(column(
            label(_("Connect a device"), "title"),
            row(self.port, self.listen), self.choice, self.asks, self._progress, self.found, self._values,
            self.form, self.problem, row(self.write, None, button(_("Cancel"), self.reject), self.main),
            gap=12, margins=(22, 20, 22, 18),
        ))  # fmt: skip
        self.listen.setDefault(True)

    # -- listening -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Ask the collector to listen at the chosen port."""
        self._say("")
        if not self.url():
            self._say(_("Choose a port first."))
            return
        self._show_listening(True)
        self.listening.start(self.url(), self.asks.isChecked())

    def stop(self) -> None:
        """Give up listening."""
        self.listening.cancel()
        self._show_listening(False)

    def url(self) -> str:
        """Return the chosen port, a listed one or what was written."""
        return self.choice.url()

    def _on_progress(self, found: SearchProgress) -> None:
        told = _("Trial {n} of {all}: {what}", n=found.done, all=found.planned, what=found.text)
        self._progress.show_progress(found.share, told)

    def _show_listening(self, is_on: bool) -> None:
        self._progress.setVisible(is_on)
        self.listen.setEnabled(not is_on)
        self.port.setEnabled(not is_on)

    def _on_answered(self, outcome: Mapping[str, Any]) -> None:
        self._show_listening(False)
        self._findings = list(outcome.get("findings", ()))
        self._heard = bytes.fromhex(str(outcome.get("bytes", "")))
        self.write.setVisible(bool(self._heard) and self._context.may(Right.RECORD))
        self.found.clear()
        self._show_found(bool(self._findings))
        for finding in self._findings:
            self.found.addItem(QListWidgetItem(str(finding["evidence"])))
        if self._findings:
            self.found.setCurrentRow(0)
            self.found.setFocus()
        else:
            self._say(_nothing(outcome))

    def _show_found(self, is_some: bool) -> None:
        self.found.setVisible(is_some)
        self._values.setVisible(is_some)
        if not is_some:
            self.adjustSize()

    def _on_failed(self, error: Exception) -> None:
        self._show_listening(False)
        self._say(" ".join(describe(error, _.words)))

    def _on_chosen(self, at: int) -> None:
        """Take over a finding's profile and settings, and show its values."""
        clear(self._preview)
        if not 0 <= at < len(self._findings):
            return
        finding = self._findings[at]
        self._params = dict(finding["params"])
        if finding["profile"]:
            self._choose_profile(finding["profile"])
        if finding["line"]:
            self.form.field("line").set_value(finding["line"]["text"])
        if not self.form.values()["name"]:
            self.form.field("name").set_value(finding["name"])
        for shown in preview(finding["samples"]):
            self._preview.addWidget(shown)

    def _choose_profile(self, profile_id: str) -> None:
        """Choose a profile, also one that was written after this dialog opened."""
        box = self.form.field("profile").editor
        if isinstance(box, QComboBox) and box.findData(profile_id) < 0:
            box.addItem(_profile_text(profile_id), profile_id)
        self.form.field("profile").set_value(profile_id)

    def write_profile(self) -> None:
        """Begin a profile with what was found, and take it once it is saved."""
        at = self.found.currentRow()
        text = self._findings[at].get("toml") if 0 <= at < len(self._findings) else None
        write_profile(self._context, self, str(text or ""), self._heard, self._on_written)

    def _on_written(self, profile_id: str) -> None:
        self._choose_profile(profile_id)
        if not self.form.values()["name"]:
            self.form.field("name").set_value(_profile_text(profile_id))

    # -- recording -------------------------------------------------------------------------------------

    def draft(self) -> CellDraft:
        """Return the cell as it stands in the dialog; settings that are the profile's own are left out."""
        values = self.form.values()
        profile = profiles.get(values["profile"])
        line = line_from(values["line"])
        chosen = self._findings[self.found.currentRow()] if self.found.currentRow() >= 0 else None
        params = self._params if chosen and chosen["profile"] == profile.id else {}
        return CellDraft(
            values["machine"], Label.of(values["name"]), self.url(), profile.id, params,
            line=line if line is not None and line != profile.line else None,
        )  # fmt: skip

    def save(self) -> None:
        """Show every problem, or add the cell."""
        self._say("")
        if not self.form.check_all():
            return
        if not self.url() or not self.form.values()["profile"]:
            self._say(_("Choose a port and what it sends, or listen first."))
            return
        self.main.setEnabled(False)
        self._context.tasks.write(
            service.add_cell, self.draft(), done=self._on_saved, failed=self._on_not_saved, owner=self
        )

    def _on_saved(self, _cell: Any) -> None:
        self.accept()
        self._added()

    def _on_not_saved(self, error: Exception) -> None:
        self.main.setEnabled(True)
        self._say(" ".join(describe(error, _.words)))

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def done(self, result: int) -> None:
        """End a search that still runs when the dialog closes."""
        self.listening.cancel()
        super().done(result)
        self.deleteLater()


def line_from(text: str) -> LineSettings | None:
    """Return line settings such as "9600 8E1" or "9600"; None when there are none."""
    found = _LINE.fullmatch(text or "")
    if found is None:
        return None
    return LineSettings(int(found[1]), int(found[2] or 8), (found[3] or "N").upper(), float(found[4] or 1))


def _line_problem(text: str) -> str:
    if not text or line_from(text):
        return ""
    return _("Write speed, bits, parity and stop bits, such as 115200 8N1.")


def _profile_choices() -> list[tuple[str | None, str]]:
    known = [(each.id, _profile_text(each.id)) for each in profiles.all()]
    return [(None, _("not known yet: listen")), *sorted(known, key=lambda pair: pair[1].casefold())]


def _profile_text(profile_id: str) -> str:
    if not profiles.current(profile_id):
        return profile_id
    label_of = profiles.get(profile_id).label
    return label_of.get(_.language) or label_of["en"]


def _named(machines: Mapping[int, Label]) -> list[tuple[int, str]]:
    return sorted(((key, each.say(_.language)) for key, each in machines.items()), key=lambda pair: pair[1])


def _nothing(outcome: Mapping[str, Any]) -> str:
    heard = [seen for seen in outcome.get("seen", ()) if seen["bytes"]]
    if not heard:
        return _("Nothing came from the device at any speed. Does it speak only when asked? Then tick “Also ask”.")
    most = max(heard, key=lambda seen: seen["bytes_per_s"])
    return _(
        "Bytes come ({rate} a second at {line}), but no profile explains them. Choose profile and settings by hand.",
        rate=round(most["bytes_per_s"]),
        line=most["line"],
    )
