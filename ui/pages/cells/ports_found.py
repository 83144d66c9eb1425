"""Ports that hang at this computer and belong to no cell yet, each one click away from being listened to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout

from devices.transport import PortInfo, holder_of, list_ports
from ui.kit.buttons import button
from ui.kit.layout import Card, clear, column
from ui.kit.panels import heading
from ui.kit.pill import Pill
from ui.kit.text import Elided, label
from ui.kit.words import _


@dataclass(frozen=True)
class FreePort:
    """A port without a cell, and which program has it open ("" when none does)."""

    info: PortInfo
    holder: str = ""


def free_ports(taken: Iterable[str], listed: Callable[[], Sequence[PortInfo]] = list_ports) -> tuple[FreePort, ...]:
    """Return the USB ports that no cell uses; `taken` are the cells' ports as paths or identities."""
    used = {name for port in taken for name in (port, _real(port))}
    found = [info for info in listed() if info.identity and not {info.identity, info.path, _real(info.path)} & used]
    return tuple(FreePort(info, holder_of(info.path)) for info in found)


def _real(port: str) -> str:
    return str(Path(port).resolve()) if port.startswith("/") else port


class PortsFound(Card):
    """Show free ports as rows; hidden while there is none."""

    wanted = Signal(str)

    def __init__(self) -> None:
        """Start empty and hidden."""
        super().__init__()
        self._ports: tuple[FreePort, ...] | None = None
        self._head, self._grid = column(gap=0), QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.setLayout(column(self._head, self._grid, gap=8, margins=(14, 10, 14, 12)))
        self.hide()

    def show_ports(self, ports: tuple[FreePort, ...], may_connect: bool) -> None:
        """Replace the rows; only a real change rebuilds them."""
        if ports == self._ports:
            return
        self._ports = ports
        clear(self._head)
        clear(self._grid)
        self._head.addLayout(heading(_("Ports found, not assigned to a cell"), str(len(ports))))
        for n, title in enumerate((_("Port"), _("Adapter"), _("Found"))):
            self._grid.addWidget(label(title, "small"), 0, n)
        for n, port in enumerate(ports, 1):
            self._add(n, port, may_connect)
        self.setVisible(bool(ports))

    def _add(self, n: int, port: FreePort, may_connect: bool) -> None:
        info = port.info
        told = " • ".join(part for part in (info.description.replace("n/a", ""), info.identity) if part)
        self._grid.addWidget(label(info.path.rsplit("/", 1)[-1], "bold"), n, 0)
        self._grid.addWidget(Elided(told, "secondary"), n, 1)
        held = _("In use by {holder}", holder=port.holder) if port.holder else _("not recognised yet")
        pill = Pill(held, "warn" if port.holder else "off", "triangle-alert" if port.holder else "circle-dot")
        self._grid.addWidget(pill, n, 2, Qt.AlignmentFlag.AlignLeft)
        act = button(_("Connect…"), lambda: self.wanted.emit(info.identity), icon="plus", small=True)
        act.setAccessibleName(_("Connect {port}", port=info.path))
        act.setEnabled(may_connect)
        self._grid.addWidget(act, n, 3)


def load(taken: Sequence[str]) -> tuple[FreePort, ...]:
    """Look for free ports; runs on the window lane and opens none of them."""
    return free_ports(taken)
