"""Columns of the rows behind a figure: uses of machines, costs, anything else."""

from __future__ import annotations

from center_app.grants.reports.values import CostRow, UseRow
from ui.kit.table_model import Column
from ui.kit.words import _
from ui.pages.reports.origin import (
    Origin,
    hours_text,
    money_text,
    other_id,
    other_name,
    other_value,
    over_text,
    over_us,
    short_day,
)


def columns(origin: Origin, currency: str) -> list[Column]:
    """Return the columns that fit the kind of rows."""
    if origin.kind == "use":
        return _uses(len({row.machine for row in origin.rows}) > 1)
    return _costs(currency) if origin.kind == "cost" else _others(origin, currency)


def _uses(with_machine: bool) -> list[Column]:
    machine = [Column("machine", _("Machine"), lambda row: row.machine, width=70, drop=1)] if with_machine else []
    return [
        Column("day", _("Day"), lambda row: short_day(row.day), width=58, value=lambda row: row.day),
        *machine,
        Column(
            "booking", _("Booking"), lambda row: row.booking or _("unbooked"), width=76, stretch=1,
            token=lambda _row: "accent",
        ),
        _hours("measured", _("meas."), lambda row: row.measured_us),
        _hours("claimed", _("claim."), lambda row: row.claimed_us),
        Column(
            "over", _("excess"), lambda row: over_text(over_us(row)), width=44, right=True, value=over_us,
            token=lambda row: "crit" if over_us(row) > 0 else "text3", drop=2,
        ),
    ]  # fmt: skip


def _hours(key: str, title: str, value: object) -> Column:
    assert callable(value)
    return Column(
        key, title, lambda row: hours_text(value(row)), width=42, right=True, value=lambda row: value(row) or -1
    )


def _costs(currency: str) -> list[Column]:
    return [
        Column("day", _("Paid"), _paid, width=58, value=lambda row: row.paid_on or row.invoice_on),
        Column("id", _("Entry"), lambda row: row.id, width=70, token=lambda _row: "accent"),
        Column("supplier", _("Supplier"), lambda row: row.supplier, width=60, stretch=1, drop=1),
        Column(
            "amount", _("Amount"), lambda row: money_text(row.amount_minor, currency), width=96, right=True,
            value=lambda row: row.amount_minor,
        ),
    ]  # fmt: skip


def _paid(row: CostRow) -> str:
    day = row.paid_on or row.invoice_on
    return short_day(day) if day else "–"


def _others(origin: Origin, currency: str) -> list[Column]:
    return [
        Column("id", _("Row"), other_id, width=76),
        Column("name", _("Name"), other_name, width=90, stretch=1),
        Column("value", _("Value"), lambda row: other_value(row, origin, currency), width=96, right=True),
    ]


def total_text(origin: Origin, currency: str) -> str:
    """Say the sums under the rows."""
    if origin.kind == "use":
        rows: tuple[UseRow, ...] = origin.rows
        measured = sum(row.measured_us or 0 for row in rows)
        claimed = sum(row.claimed_us or 0 for row in rows)
        return str(
            _("measured {measured} h, claimed {claimed} h", measured=hours_text(measured), claimed=hours_text(claimed))
        )
    if origin.kind == "cost":
        amount = sum(row.amount_minor for row in origin.rows)
        return str(_("sum {amount}", amount=money_text(amount, currency)))
    return ""
