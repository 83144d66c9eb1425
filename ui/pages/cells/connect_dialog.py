"""Connect a device: choose a port, listen, see what was found with its evidence and values, then record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QListWidget, QListWidgetItem, QSizePolicy, QWidget

from center_app.core.errors import describe
from center_app.core.labels import Label
from center_app.telemetry import service
from center_app.telemetry.values import CellDraft
from devices import profiles
from devices.transport import PortInfo
from devices.values import LineSettings
from ui.kit.buttons import button
from ui.kit.form import Field, Form
from ui.kit.layout import clear, column, holder, row, scrolling
from ui.kit.page import Context
from ui.kit.panels import Progress
from ui.kit.text import label
from ui.kit.words import _
from ui.pages.cells.connect_listening import Listening
from ui.pages.cells.connect_preview import preview

_LINE = re.compile(r"\s*(\d{2,8})(?:\s+([5-9])([NEOMS])(1|1\.5|2))?\s*", re.IGNORECASE)


class ConnectDialog(QDialog):
    """Find what hangs at a port and record it; everything that was found can be changed by hand."""

    def __init__(
        self, context: Context, parent: QWidget, ports: tuple[PortInfo, ...], machines: Mapping[int, Label],
        added: Callable[[], Any],
    ) -> None:  # fmt: skip
        """Offer these ports and machines; `added()` runs once the new cell is stored."""
        super().__init__(parent)
        self._context, self._added = context, added
        self._findings: list[Mapping[str, Any]] = []
        self._params: Mapping[str, Any] = {}
        self.setWindowTitle(_("Connect a device"))
        self.setMinimumWidth(620)
        self._build(ports, machines)
        self.listening = Listening(context, self)
        self.listening.progressed.connect(lambda share: self._progress.show_progress(share))
        self.listening.answered.connect(self._on_answered)
        self.listening.failed.connect(self._on_failed)
        self._show_listening(False)

    def _build(self, ports: tuple[PortInfo, ...], machines: Mapping[int, Label]) -> None:
        self.port = _port_box(ports)
        self.listen = button(_("Listen"), self.start, icon="activity", kind="accent")
        self.asks = QCheckBox(_("Also ask (queries that only read)"))
        self._progress = Progress(_("Listening…"), self.stop)
        self.found = QListWidget()
        self.found.setAccessibleName(_("What was found"))
        self.found.setMaximumHeight(110)
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
        self.note = label(_ports_note(ports), "secondary", wrap=True)
        self.main = button(_("Record"), self.save, kind="primary")
        values = scrolling(holder(self._preview))
        values.setMinimumHeight(150)
        self.setLayout(column(
            label(_("Connect a device"), "title"),
            row(self.port, self.listen), self.asks, self.note, self._progress, self.found, values,
            self.form, self.problem, row(None, button(_("Cancel"), self.reject), self.main),
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
        at = self.port.findText(self.port.currentText())
        return str(self.port.itemData(at)) if at >= 0 else self.port.currentText().strip()

    def _show_listening(self, is_on: bool) -> None:
        self._progress.setVisible(is_on)
        self.listen.setEnabled(not is_on)
        self.port.setEnabled(not is_on)

    def _on_answered(self, outcome: Mapping[str, Any]) -> None:
        self._show_listening(False)
        self._findings = list(outcome.get("findings", ()))
        self.found.clear()
        for finding in self._findings:
            self.found.addItem(QListWidgetItem(str(finding["evidence"])))
        if self._findings:
            self.found.setCurrentRow(0)
            self.found.setFocus()
        else:
            self._say(_nothing(outcome))

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
            self.form.field("profile").set_value(finding["profile"])
        if finding["line"]:
            self.form.field("line").set_value(finding["line"]["text"])
        if not self.form.values()["name"]:
            self.form.field("name").set_value(finding["name"])
        for shown in preview(finding["samples"]):
            self._preview.addWidget(shown)

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
        QTimer.singleShot(0, self.deleteLater)


def _port_box(ports: tuple[PortInfo, ...]) -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.setAccessibleName(_("Port"))
    for port in ports:
        box.addItem(_port_text(port), port.identity or port.path)
    box.setMinimumWidth(300)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    edit = box.lineEdit()
    if edit is not None:
        edit.setPlaceholderText(_("Port"))
    return box


def _port_text(port: PortInfo) -> str:
    """Say a port's path and what it is, where the system knows that."""
    return port.path if port.description in ("", "n/a") else f"{port.path}  {port.description}"


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
    known = [(each.id, each.label.get(_.language) or each.label["en"]) for each in profiles.all()]
    return [(None, _("not known yet: listen")), *sorted(known, key=lambda pair: pair[1].casefold())]


def _named(machines: Mapping[int, Label]) -> list[tuple[int, str]]:
    return sorted(((key, each.say(_.language)) for key, each in machines.items()), key=lambda pair: pair[1])


def _ports_note(ports: tuple[PortInfo, ...]) -> str:
    if not ports:
        return _("No serial port was found. Plug the device in, or write a path or socket://host:port.")
    lines = []
    for port in ports[:4]:
        facts = [port.path, port.identity]
        if port.latency_ms is not None:
            facts.append(_("adapter latency {ms} ms", ms=port.latency_ms))
        if getattr(port, "holder", ""):
            facts.append(_("held by {holder}", holder=getattr(port, "holder", "")))
        lines.append(" · ".join(fact for fact in facts if fact))
    return "\n".join(lines)


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
