"""Add a device: a port, a profile and the machine it belongs to; recording starts at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from center_app.core.labels import Label
from center_app.telemetry import service
from center_app.telemetry.values import CellDraft
from devices import profiles
from devices.transport import list_ports
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.page import Context
from ui.kit.words import _


def ask(context: Context, parent: QWidget, added: Callable[[], Any]) -> None:
    """Load what the form offers, then show it."""
    context.tasks.read(_load_choices, done=lambda choices: _show(context, parent, added, choices), owner=parent)


def _load_choices(read: Any) -> dict[int, Label]:
    from center_app.equipment.queries import machines

    return {machine.id: machine.names for machine in machines(read)}


def _show(context: Context, parent: QWidget, added: Callable[[], Any], machines: dict[int, Label]) -> None:
    ports = [(port.identity or port.path, port.description or port.path) for port in list_ports()]
    lines = [(profile.id, profile.label.get(_.language) or profile.label["en"]) for profile in profiles.all()]
    form = Form(
        [
            Field("port", _("Port"), value=ports[0][0] if ports else "", required=True, note=_ports_note(ports)),
            Field("profile", _("What it sends"), "choice", lines[0][0], choices=lines),
            Field("machine", _("Machine"), "choice", None, choices=[(None, _("none")), *_named(machines)]),
            Field("name", _("Name"), required=True, hint=_("As it stands on the device")),
        ]
    )

    def save(values: dict[str, Any], done: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        draft = CellDraft(values["machine"], Label.of(values["name"]), values["port"], values["profile"])

        def saved(cell: Any) -> None:
            done(cell)
            added()

        context.tasks.write(service.add_cell, draft, done=saved, failed=failed, owner=parent)

    FormDialog(parent, _("Add device"), form, _("Record"), save).open()


def _named(machines: dict[int, Label]) -> list[tuple[int, str]]:
    return sorted(((key, label.say(_.language)) for key, label in machines.items()), key=lambda pair: pair[1])


def _ports_note(ports: list[tuple[str, str]]) -> str:
    if not ports:
        return _("No serial port was found. Plug the device in, or write a path or socket://host:port.")
    return _("Found: {ports}", ports="; ".join(f"{url} ({text})" for url, text in ports[:4]))
