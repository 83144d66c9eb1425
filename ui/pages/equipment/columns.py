"""Columns of the equipment table."""

from __future__ import annotations

from ui.kit.states import state
from ui.kit.table_model import Column
from ui.kit.words import _
from ui.pages.equipment.data import (
    MachineRow,
    calibration_days,
    calibration_text,
    calibration_token,
    free_text,
    free_value,
    service_days,
    service_text,
    service_token,
    state_key,
    warning_icon,
)

STATE_ORDER = ("out_of_order", "locked", "late", "service", "in_use", "setup", "booked", "free")


def columns() -> list[Column]:
    """Declare the columns in the current language."""
    return [
        Column(
            "state", _("State"), _state_text, value=lambda row: STATE_ORDER.index(state_key(row)), width=114,
            icon=lambda row: state(state_key(row)).icon, token=lambda row: state(state_key(row)).token,
            bold=lambda row: state(state_key(row)).token == "crit",
        ),
        Column(
            "name", _("Machine"), lambda row: row.machine.names.say(_.language), width=236, stretch=4,
            icon=lambda row: row.machine.category_icon or "wrench", boxed_icon=True,
            note=lambda row: row.machine.code, bold_selected=True,
        ),
        Column(
            "category", _("Category"), lambda row: row.machine.category.say(_.language), width=112, stretch=1, drop=1,
            value=lambda row: (row.machine.category_position, row.machine.code), token=lambda _row: "text2",
        ),
        Column(
            "place", _("Place"), lambda row: row.machine.place.say(_.language), width=80, stretch=1, drop=2,
            token=lambda _row: "text2",
        ),
        Column(
            "free", _("Free until"), free_text, value=free_value, width=102,
            token=lambda row: "" if state_key(row) == "free" else "text2",
        ),
        Column(
            "service", _("Next service"), service_text, value=service_days, width=92, token=service_token,
            icon=lambda row: warning_icon(service_token(row), "clock"),
            bold=lambda row: service_token(row) in ("crit", "warn"),
        ),
        Column(
            "calibration", _("Calibration"), calibration_text, value=calibration_days, width=86, right=True,
            token=calibration_token, icon=lambda row: warning_icon(calibration_token(row), "hourglass"),
            bold=lambda row: calibration_token(row) in ("crit", "warn"),
        ),
        *_more(),
    ]  # fmt: skip


def _more() -> list[Column]:
    """Declare columns that are hidden until chosen."""
    return [
        Column("custodian", _("Custodian"), lambda row: row.machine.custodian, width=110, shown=False),
        Column("maker", _("Maker, model"), maker_model, width=150, shown=False),
        Column("serial", _("Serial number"), lambda row: row.machine.serial, width=110, shown=False),
        Column("asset", _("Asset number"), lambda row: row.machine.asset_number, width=110, shown=False),
        Column(
            "cost", _("Cost"), lambda row: _.money(row.machine.cost) if row.machine.cost else "–", right=True,
            value=lambda row: row.machine.cost.minor if row.machine.cost else None, width=120, shown=False,
        ),
    ]  # fmt: skip


def maker_model(row: MachineRow) -> str:
    """Say maker and model."""
    return " ".join(part for part in (row.machine.maker, row.machine.model) if part)


def _state_text(row: MachineRow) -> str:
    return _(state(state_key(row)).word)
