"""Add a device: load the ports and machines there are, then show the dialog "Connect a device"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from center_app.core.labels import Label
from devices.transport import PortInfo, list_ports
from ui.kit.page import Context
from ui.pages.cells.connect_dialog import ConnectDialog


def ask(context: Context, parent: QWidget, added: Callable[[], Any]) -> None:
    """Load what the dialog offers, then show it."""
    context.tasks.read(_load_choices, done=lambda choices: _show(context, parent, added, choices), owner=parent)


def _load_choices(read: Any) -> tuple[tuple[PortInfo, ...], dict[int, Label]]:
    from center_app.equipment.queries import machines

    return list_ports(), {machine.id: machine.names for machine in machines(read)}


def _show(
    context: Context, parent: QWidget, added: Callable[[], Any], choices: tuple[tuple[PortInfo, ...], dict[int, Label]]
) -> None:
    ConnectDialog(context, parent, *choices, added).open()
