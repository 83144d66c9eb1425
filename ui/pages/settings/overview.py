"""The overview: this desk, database and collector health, the centre."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from center_app.core.access import Right
from center_app.core.text import N_
from center_app.telemetry.values import PortState
from ui.kit.buttons import button
from ui.kit.controls import SegmentedControl
from ui.kit.layout import Card, column, holder, row, scrolling
from ui.kit.page import Context
from ui.kit.panels import KeyValues, heading
from ui.kit.pill import Pill
from ui.kit.text import Elided, label, rule
from ui.kit.words import LANGUAGES, _, today_or_day
from ui.pages.settings.data import Health, Settings

THEMES = (("light", N_("Light")), ("dark", N_("Dark")), ("system", N_("As the system")))
PORTS = {
    PortState.RECORDING: ("ok", "circle-dot", N_("Recording")),
    PortState.SILENT: ("warn", "hourglass", N_("Silent")),
    PortState.MISSING: ("warn", "unplug", N_("Port missing")),
    PortState.BUSY: ("warn", "lock", N_("In use by another program")),
    PortState.FORBIDDEN: ("crit", "lock", N_("No right to open")),
    PortState.RELEASED: ("info", "unlink", N_("Released")),
    PortState.STOPPED: ("off", "circle-x", N_("Stopped")),
}


def overview(context: Context, data: Settings, acts: dict[str, Callable[[], Any]], checks: QWidget) -> QWidget:
    """Build the cards; `acts` are language, theme, reset, centre and backup by name, `checks` the last card."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(12)
    grid.addWidget(_desk(context, acts), 0, 0)
    grid.addWidget(_database(data.health, context, acts), 0, 1)
    grid.addWidget(_centre(context, data, acts), 1, 0)
    grid.addWidget(_collectors(data), 1, 1)
    grid.addWidget(checks, 2, 0, 1, 2)
    for at in (0, 1):
        grid.setColumnStretch(at, 1)
    made = column(grid, None, gap=0, margins=(0, 0, 0, 0))
    return scrolling(holder(made))


def _card(title: str, *parts: Any, right: QWidget | None = None) -> Card:
    head = heading(title, "", right)
    return Card(column(head, rule(), *parts, None, gap=10, margins=(16, 12, 16, 14)))


def _desk(context: Context, acts: dict[str, Callable[..., Any]]) -> Card:
    languages = SegmentedControl(_("Language"))
    languages.set_segments([(key, word, "") for key, word in LANGUAGES.items()], _.language)
    languages.picked.connect(acts["language"])
    themes = SegmentedControl(_("Appearance"))
    themes.set_segments([(key, _(word), "") for key, word in THEMES], context.theme.choice)
    themes.picked.connect(acts["theme"])
    reset = button(_("Reset window layout"), acts["reset"], icon="layout-list")
    return _card(
        _("This workplace"),
        _line(_("Language"), languages),
        _line(_("Appearance"), themes),
        _line(_("Sizes and columns"), reset),
    )


def _line(key: str, widget: QWidget) -> Any:
    return row(label(key, "secondary"), None, widget, gap=12)


def _database(health: Health, context: Context, acts: dict[str, Callable[..., Any]]) -> Card:
    kind = _("SQLite, in a folder") if health.is_sqlite else _("PostgreSQL, on a server")
    facts = KeyValues(120)
    last = today_or_day(health.last_backup_at, health.at) if health.last_backup_at else _("never")
    facts.show_rows(
        [
            (_("Kind"), kind),
            (_("Place"), health.place),
            (_("Size"), _.bytes(health.size_bytes) if health.is_sqlite else "–"),
            (_("Free on the disk"), _.bytes(health.free_bytes)),
            (_("Last backup"), last),
        ]
    )
    tight = health.free_bytes < 5_000_000_000
    pill = Pill(_("Disk nearly full"), "warn", "triangle-alert") if tight else Pill(_("In order"), "ok", "circle-check")
    save = button(_("Back up now"), acts["backup"], icon="save", small=True)
    save.setEnabled(context.may(Right.ADMINISTER))
    return _card(_("Database"), facts, right=holder(row(pill, save)))


def _centre(context: Context, data: Settings, acts: dict[str, Callable[..., Any]]) -> Card:
    view = data.centre
    facts = KeyValues(120)
    if view is not None:
        backup = f"{view.backup_hour:02d}:00" if view.backup_hour is not None else _("none")
        facts.show_rows(
            [
                (_("Name"), view.name.say(_.language)),
                (_("Time zone"), view.zone),
                (_("Currency"), view.currency),
                (_("Language"), LANGUAGES[view.language]),
                (_("Nightly backup"), backup),
            ]
        )
    edit = button(_("Edit…"), acts["centre"], icon="pencil", small=True)
    edit.setEnabled(context.may(Right.ADMINISTER) and view is not None)
    return _card(_("Centre"), facts, right=edit)


def _collectors(data: Settings) -> Card:
    health = data.health
    alive = [lease for lease in health.leases if lease.lease_until > health.at]
    if not health.leases:
        pill = Pill(_("Not started"), "off", "circle-dashed")
    elif alive:
        pill = Pill(_("Running"), "ok", "circle-check")
    else:
        pill = Pill(_("Not running"), "crit", "circle-x")
    parts: list[Any] = []
    for lease in health.leases:
        beat = _("last sign of life {time}", time=today_or_day(lease.heartbeat_at, health.at))
        parts.append(
            _pair(
                _("{name} on {host}, process {pid}", name=lease.name, host=lease.host, pid=lease.pid),
                label(beat, "secondary"),
            )
        )
    for name, port in health.ports:
        token, icon, word = PORTS[port.state]
        note = _("{frames} frames, {size}", frames=_.number(port.frames), size=_.bytes(port.bytes_in))
        place = label(PurePath(port.port).name, "secondary", "text3")
        parts.append(_pair(name.say(_.language), place, label(note, "secondary"), Pill(_(word), token, icon)))
    if not parts:
        text = _("The collector starts with the first cell and goes on recording when the window is closed.")
        parts.append(label(text, "secondary", wrap=True))
    return _card(_("Recording"), *parts, right=pill)


def _pair(text: str, *right: QWidget) -> Any:
    made = row(Elided(text), *right, gap=10)
    made.setStretch(0, 1)
    return made
