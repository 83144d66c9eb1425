"""Choose a port: those of this computer with what they are and who uses them, or one written by hand."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from center_app.telemetry import port_list
from center_app.telemetry.port_list import OfferedPort, PortUse
from ui.kit.layout import column
from ui.kit.page import Context
from ui.kit.text import label
from ui.kit.words import _

_WAIT_MS = 300


class PortChoice(QWidget):
    """Offer the ports in `box`, which lies where the dialog wants it; show who uses the chosen one, and their facts.

    The use is looked up anew whenever the choice changes.
    """

    def __init__(self, context: Context, ports: tuple[OfferedPort, ...]) -> None:
        """Offer these ports."""
        super().__init__()
        self._context = context
        self._ports = {port.url: port for port in ports}
        self.box = QComboBox()
        self.box.setEditable(True)
        self.box.setAccessibleName(_("Port"))
        for port in ports:
            self.box.addItem(port_text(port), port.url)
        self.box.setMinimumWidth(300)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if (edit := self.box.lineEdit()) is not None:
            edit.setPlaceholderText(_("Port"))
        self.note = label(facts(ports), "secondary", wrap=True)
        self.note.setVisible(bool(self.note.text()))
        self.used = label("", "secondary", "warn", wrap=True)
        self.used.hide()
        self._timer = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._timer.timeout.connect(self.look)
        self.box.currentTextChanged.connect(lambda _text: self._timer.start())
        self.setLayout(column(self.used, self.note, gap=8))
        self.look()

    def url(self) -> str:
        """Return the chosen port, a listed one or what was written."""
        at = self.box.findText(self.box.currentText())
        return str(self.box.itemData(at)) if at >= 0 else self.box.currentText().strip()

    def look(self) -> None:
        """Look who uses the chosen port now."""
        url = self.url()
        if not url:
            self._show(url, PortUse())
            return
        self._context.tasks.read(
            port_list.use_of, url, done=lambda use: self._show(url, use), owner=self, key="port-use"
        )  # fmt: skip

    def _show(self, url: str, use: PortUse) -> None:
        if url == self.url():
            self.used.setText(use_text(use))
            self.used.setVisible(not use.is_free)


def port_text(port: OfferedPort) -> str:
    """Say a port's path, what it is where the system knows that, and who uses it."""
    info = port.info
    parts = [info.path if info.description in ("", "n/a") else f"{info.path}  {info.description}", use_text(port.use)]
    return " • ".join(part for part in parts if part)


def use_text(use: PortUse) -> str:
    """Say who uses a port, "" for a free one."""
    if use.cell is not None:
        return str(_("recorded by {cell}", cell=use.cell.say(_.language)))
    return str(_("held by {holder}", holder=use.holder)) if use.holder else ""


def facts(ports: tuple[OfferedPort, ...]) -> str:
    """Say the identity and latency of the first ports, or what to do when there is none."""
    if not ports:
        return str(_("No serial port was found. Plug the device in, or write a path or socket://host:port."))
    lines = []
    for port in ports[:4]:
        told = [port.info.identity]
        if port.info.latency_ms is not None:
            told.append(_("adapter latency {ms} ms", ms=port.info.latency_ms))
        if any(told):
            lines.append(" • ".join(fact for fact in (port.info.path, *told) if fact))
    return "\n".join(lines)
