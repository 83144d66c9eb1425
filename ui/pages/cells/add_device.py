"""Add a device: load the ports and machines there are, then show the dialog "Connect a device"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from center_app.core.labels import Label
from center_app.telemetry import port_list, user_profiles
from center_app.telemetry.port_list import OfferedPort
from ui.kit.page import Context
from ui.pages.cells.connect_dialog import ConnectDialog


def ask(context: Context, parent: QWidget, added: Callable[[], Any], port: str = "") -> None:
    """Load what the dialog offers, then show it, with a port already chosen when its identity is given."""
    context.tasks.read(_load_choices, done=lambda choices: _show(context, parent, added, choices, port), owner=parent)


def _load_choices(read: Any) -> tuple[tuple[OfferedPort, ...], dict[int, Label]]:
    from center_app.equipment.queries import machines

    user_profiles.refresh(read)
    return port_list.offered(read), {machine.id: machine.names for machine in machines(read)}


def _show(
    context: Context, parent: QWidget, added: Callable[[], Any],
    choices: tuple[tuple[OfferedPort, ...], dict[int, Label]], port: str,
) -> None:  # fmt: skip
    dialog = ConnectDialog(context, parent, *choices, added)
    if port:
        dialog.port.setCurrentIndex(max(0, dialog.port.findData(port)))
    dialog.open()
