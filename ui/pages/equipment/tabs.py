"""The sheet's other tabs: bookings, hours, upkeep, money, files."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from center_app.core.text import N_
from center_app.equipment.values import OutageKind, OutageView
from ui.kit.layout import column, holder
from ui.kit.panels import EmptyState, KeyValues
from ui.kit.states import state
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label
from ui.kit.words import _, full_day, today_or_day
from ui.pages.equipment.data import Detail, booking_line
from ui.pages.equipment.hours import MonthRow

PAD = (0, 4, 0, 0)
ORIGINS = {"domestic": N_("Domestic"), "imported": N_("Imported"), "unknown": N_("Unknown")}


def bookings_tab(detail: Detail, open_booking: Any) -> QWidget:
    """List the machine's bookings around now, the coming first."""
    if not detail.bookings:
        return EmptyState("calendar-days", _("No bookings yet"), _("Book this machine, or drag in the calendar."))
    columns = [
        Column("state", _("State"), lambda v: _(state(v.state.value).word), pill=lambda v: v.state.value,
               pill_look="bare", width=104),
        Column("when", _("Time"), booking_line, value=lambda v: v.start_at, width=176, stretch=1),
        Column("who", _("Person"), lambda v: v.person, width=110, stretch=2),
        Column("project", _("Project"), lambda v: v.project_code, width=80, token=lambda _v: "text2"),
    ]  # fmt: skip
    model = RowTableModel(columns)
    table = TableView(model, _("Bookings"))
    model.set_rows(sorted(detail.bookings, key=lambda view: view.start_at, reverse=True))
    table.row_activated.connect(lambda view: open_booking(view))
    return holder(column(table, margins=PAD))


def hours_tab(detail: Detail) -> QWidget:
    """Show the hours by month as figures."""
    columns = [
        Column("month", _("Month"), lambda m: _.date(m[0], "month"), value=lambda m: m[0], width=90, stretch=1),
        Column("booked", _("Booked h"), lambda m: _.number(m[1], 1), value=lambda m: m[1], right=True, width=90),
        Column("checked", _("Checked-in h"), lambda m: _.number(m[2], 1), value=lambda m: m[2], right=True, width=104),
        Column(
            "measured", _("Measured h"), lambda m: _("not measured") if m[3] is None else _.number(m[3], 1),
            value=lambda m: m[3], right=True, width=112, token=lambda m: "text3" if m[3] is None else "",
        ),
    ]  # fmt: skip
    model = RowTableModel(columns)
    table = TableView(model, _("Hours by month"))
    rows: list[MonthRow] = list(reversed(detail.months))
    model.set_rows(rows)
    note = label(
        _("Measured hours come from a recording of the machine. A month without one reads “not measured”, never zero."),
        "secondary", wrap=True,
    )  # fmt: skip
    made = column(table, note, gap=8, margins=(0, 4, 16, 12))
    made.setStretch(0, 1)
    return holder(made)


def upkeep_tab(detail: Detail) -> QWidget:
    """List outages and services; the dates that matter on top."""
    machine = detail.row.machine
    facts = KeyValues(130)
    until = machine.calibrated_until
    facts.show_rows(
        [
            (_("Next service"), full_day(machine.next_service_on) if machine.next_service_on else "–"),
            (_("Calibrated until"), full_day(_.local(until).date()) if until else _("none")),
            (_("Qualification"), machine.qualification.say(_.language) or _("none needed")),
        ]
    )
    head = holder(column(facts, margins=(16, 12, 16, 4)))
    if not detail.outages:
        empty = EmptyState("wrench", _("No outages"), _("“Out of order” takes the machine out at once."))
        return holder(column(head, empty, gap=0))
    columns = [
        Column("kind", _("Kind"), _kind, pill=_kind_state, pill_look="bare", width=112),
        Column("title", _("What"), lambda v: v.title, second=lambda v: v.reported_by, width=160, stretch=1),
        Column("from", _("From"), lambda v: today_or_day(v.start_at, detail.row.at),
              value=lambda v: v.start_at, width=96),
        Column("to", _("Until"), lambda v: today_or_day(v.end_at, detail.row.at) if v.end_at else _("open"), width=96),
    ]  # fmt: skip
    model = RowTableModel(columns)
    table = TableView(model, _("Outages"), row_height=48)
    model.set_rows(sorted(detail.outages, key=lambda view: view.start_at, reverse=True))
    made = column(head, table, gap=4)
    made.setStretch(1, 1)
    return holder(made)


def _kind(view: OutageView) -> str:
    return _("Service") if view.kind is OutageKind.SERVICE else _("Breakdown")


def _kind_state(view: OutageView) -> str:
    return "service" if view.kind is OutageKind.SERVICE else "down"


def money_tab(detail: Detail) -> QWidget:
    """Show what the machine cost, when, and who paid."""
    machine = detail.row.machine
    facts = KeyValues(150)
    rows: list[tuple[str, str | QWidget]] = [
        (_("Cost"), _.money(machine.cost, True) if machine.cost else "–"),
        (_("Acquired on"), full_day(machine.acquired_on) if machine.acquired_on else "–"),
        (_("Origin"), _(ORIGINS[machine.origin.value])),
        (_("New purchase"), _("Yes") if machine.is_new_purchase else _("No")),
    ]
    rows += [
        (part.source.say(_.language), f"{_.percent(part.share, 0)}  {part.award_number}".strip())
        for part in machine.funding
    ]
    facts.show_rows(rows)
    return holder(column(facts, None, margins=(16, 14, 16, 12)))


def files_tab(go: Any) -> QWidget:
    """Say where files of a machine are kept."""
    return EmptyState(
        "folder-open",
        _("No files yet"),
        _("Invoices and certificates are kept as supporting documents of an award."),
        _("Open grants"),
        go,
    )
