"""Forms of the equipment page: a machine, out of order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from center_app.core.errors import CenterError
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.equipment.values import MachineDraft, MachineView, Origin
from center_app.registry.values import PersonView
from ui.kit.form import Field, Form
from ui.kit.words import LANGUAGES, _
from ui.pages.equipment.data import Equipment
from ui.pages.equipment.tabs import ORIGINS


def check_date(value: str) -> str:
    """Say what is wrong with an ISO date; empty is fine."""
    try:
        date.fromisoformat(value or "2026-01-01")
    except ValueError:
        return _("Write the date like 2026-06-01.")
    return ""


def check_money(value: str) -> str:
    """Say what is wrong with an amount; empty is fine."""
    try:
        Money.parse(value or "0", "CNY")
    except (CenterError, ValueError):
        return _("Write an amount such as 4,860,000.00.")
    return ""


def machine_form(data: Equipment, people: list[PersonView], view: MachineView | None, currency: str) -> Form:
    """Make the form of a machine; empty for a new one."""
    draft = view.draft() if view else None
    names = draft.names.texts if draft else {}
    code = draft.code if draft else _next_code(data)
    categories = [(held.id, held.names.say(_.language)) for held in data.categories]
    places: list[tuple[Any, str]] = [(None, "–"), *((held.id, held.names.say(_.language)) for held in data.places)]
    custodians: list[tuple[Any, str]] = [(None, "–"), *((held.id, held.name) for held in people)]

    def text(name: str) -> str:
        return str(getattr(draft, name) or "") if draft else ""

    return Form(
        [
            (Field("code", _.context("code", "Number"), value=code, required=True),
             Field("category_id", _("Category"), "choice", draft.category_id if draft else None, choices=categories)),
            *[Field(f"name_{key}", f"{_('Name')} ({word})", value=names.get(key, ""), required=key == _.language)
              for key, word in LANGUAGES.items()],
            (Field("maker", _("Maker"), value=text("maker")), Field("model", _("Model"), value=text("model"))),
            (Field("serial", _("Serial number"), value=text("serial")),
             Field("asset_number", _("Asset number"), value=text("asset_number"))),
            (Field("place_id", _("Place"), "choice", draft.place_id if draft else None, choices=places),
             Field("custodian_id", _("Custodian"), "choice", draft.custodian_id if draft else None,
                   choices=custodians)),
            (Field("acquired_on", _("Acquired on"), value=text("acquired_on"), hint="2026-06-01", check=check_date),
             Field("cost", f"{_('Cost')}, {currency}", value=_cost(draft), check=check_money)),
            (Field("next_service_on", _("Next service"), value=text("next_service_on"),
                   hint="2026-06-01", check=check_date),
             Field("origin", _("Origin"), "choice", draft.origin.value if draft else "unknown",
                   choices=[(key, _(word)) for key, word in ORIGINS.items()])),
            Field("is_shareable", _("Open to outside users"), "check", draft.is_shareable if draft else False),
        ]
    )  # fmt: skip


def _cost(draft: MachineDraft | None) -> str:
    return _.money(draft.cost) if draft and draft.cost else ""


def _next_code(data: Equipment) -> str:
    numbers = [int(row.machine.code[3:]) for row in data.rows if row.machine.code[3:].isdigit()]
    return f"EQ-{max(numbers, default=100) + 1:04d}"


def _date(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


def machine_draft(values: dict[str, Any], view: MachineView | None, currency: str) -> MachineDraft:
    """Return the draft that a form's values describe; what the form does not show stays."""
    base = view.draft() if view else MachineDraft(code="", names=Label.of(""), category_id=0)
    names = {key: values[f"name_{key}"] for key in LANGUAGES if values[f"name_{key}"]}
    return replace(
        base,
        code=values["code"],
        names=Label(names),
        category_id=values["category_id"],
        place_id=values["place_id"],
        custodian_id=values["custodian_id"],
        maker=values["maker"],
        model=values["model"],
        serial=values["serial"],
        asset_number=values["asset_number"],
        acquired_on=_date(values["acquired_on"]),
        next_service_on=_date(values["next_service_on"]),
        cost=Money.parse(values["cost"], currency) if values["cost"] else None,
        origin=Origin(values["origin"]),
        is_shareable=values["is_shareable"],
    )


def outage_form(now: datetime) -> Form:
    """Make the form of "out of order now"."""
    return Form(
        [
            Field("title", _("What is wrong"), required=True, hint=_("Oxygen sensor fault")),
            Field(
                "until", _("Until"), "date_time", None,
                note=_("Empty: until somebody says otherwise. Bookings in the way are displaced and get proposals."),
            ),
            Field("note", _("Note"), "lines"),
        ]
    )  # fmt: skip
