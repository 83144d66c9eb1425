"""Forms of the page Grants: record a cost, reverse one."""

from __future__ import annotations

from datetime import date
from typing import Any

from center_app.core.errors import PersonError, describe
from center_app.core.money import Money
from center_app.grants.values import AwardView, BudgetLineView, CostDraft, Share
from ui.kit.form import Field, Form
from ui.kit.words import _


def _day_problem(text: str) -> str:
    try:
        date.fromisoformat(text or "2026-01-01")
    except ValueError:
        return _("Write the date like 2026-06-01.")
    return ""


def cost_form(award: AwardView, budget: tuple[BudgetLineView, ...]) -> Form:
    """Return the form for one cost."""
    currency = award.amount.currency

    def amount_problem(text: str) -> str:
        try:
            Money.parse(text, currency)
        except PersonError as error:
            return " ".join(describe(error, _.words)) if text else ""
        return ""

    lines = [(line.code, line.names.say(_.language)) for line in budget]
    return Form(
        [
            Field("supplier", _("Supplier"), required=True),
            [Field("invoice_number", _("Invoice number")), Field("tax_number", _("Tax number of the supplier"))],
            [Field("invoice_on", _("Invoiced on"), hint="2026-06-01", check=_day_problem),
             Field("paid_on", _("Paid on"), hint="2026-06-01", check=_day_problem)],
            [Field("gross", _("Amount with VAT ({currency})", currency=currency), required=True, hint="1,234.56",
                   check=amount_problem),
             Field("vat", _("VAT ({currency})", currency=currency), hint="0.00", check=amount_problem)],
            Field("line", _("Budget line"), "choice", lines[0][0] if lines else "", choices=lines),
            Field("text", _("Purpose"), required=True),
        ]
    )  # fmt: skip


def cost_draft(award: AwardView, values: dict[str, Any]) -> CostDraft:
    """Return the draft that the form holds; raises PersonError."""
    currency = award.amount.currency
    return CostDraft(
        supplier=values["supplier"],
        gross=Money.parse(values["gross"], currency),
        vat=Money.parse(values["vat"], currency) if values["vat"] else None,
        shares=(Share(award.number, values["line"]),),
        invoice_on=date.fromisoformat(values["invoice_on"]) if values["invoice_on"] else None,
        paid_on=date.fromisoformat(values["paid_on"]) if values["paid_on"] else None,
        tax_number=values["tax_number"],
        invoice_number=values["invoice_number"],
        text=values["text"],
    )


def reason_form() -> Form:
    """Return the form that asks why."""
    return Form([Field("reason", _("Reason"), "lines", required=True)])
