"""The ports a person may choose from: what each is, and who uses it now, a cell of the centre or another program."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from center_app.core.db import Read
from center_app.core.labels import Label
from center_app.telemetry import queries
from center_app.telemetry.values import CellView
from devices.errors import PortError
from devices.transport import PortInfo, holder_of, list_ports, resolve


@dataclass(frozen=True)
class PortUse:
    """Say who uses a port: the cell that records it, and the program that has it open, "name (pid 123)" or ""."""

    cell: Label | None = None
    holder: str = ""

    @property
    def is_free(self) -> bool:
        """Say whether nobody is known to use it."""
        return self.cell is None and not self.holder


@dataclass(frozen=True)
class OfferedPort:
    """Describe one port of this computer and its use."""

    info: PortInfo
    use: PortUse = PortUse()

    @property
    def url(self) -> str:
        """Return what a cell opens: the USB identity, else the path."""
        return self.info.identity or self.info.path


def offered(read: Read) -> tuple[OfferedPort, ...]:
    """Return the ports of this computer, free ones first."""
    cells = queries.cells(read)
    found = [OfferedPort(info, _use(info.identity or info.path, info.path, cells)) for info in list_ports()]
    return tuple(sorted(found, key=lambda port: (not port.use.is_free, port.info.path)))


def use_of(read: Read, url: str) -> PortUse:
    """Return who uses the port a person named; nobody for one that is not there."""
    try:
        path = resolve(url)
    except PortError:
        return PortUse()
    return _use(url, path, queries.cells(read))


def _use(url: str, path: str, cells: Iterable[CellView]) -> PortUse:
    real = os.path.realpath(path)
    mine = next((cell.label for cell in cells if cell.enabled and _is_port(cell.port, url, real)), None)
    return PortUse(mine, "" if "://" in path else holder_of(real))


def _is_port(port: str, url: str, real: str) -> bool:
    return port == url or ("://" not in port and not port.startswith("usb:") and os.path.realpath(port) == real)
