"""Facts for rules, small and complete, to be bent one value at a time."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from center_app.core.labels import Label
from center_app.core.money import Money, rmb_capitals
from center_app.grants.programmes import programme
from center_app.grants.reports.rows import (
    AccountPart,
    AwardPart,
    BudgetRow,
    CostRow,
    EquipmentRow,
    InstalmentRow,
    ReportPeriod,
    UseRow,
)
from center_app.grants.rules import CostFact, Facts, ProofFact

HOUR = 3_600_000_000
NONE = Label()


def fen(text: str) -> int:
    return Money.of(text, "CNY").minor


def cost(number: str = "JZ-0001", amount: str = "5000.00", **changes: object) -> CostFact:
    row: dict[str, object] = {
        "id": number, "line": "materials", "month": "2025-06", "in_period": True,
        "invoice_on": date(2025, 6, 10), "paid_on": date(2025, 6, 20), "supplier": "Ling", "tax_number": "9144",
        "invoice_number": number, "text": "", "net_minor": fen(amount), "vat_minor": 0, "gross_minor": fen(amount),
        "share": Fraction(1), "amount_minor": fen(amount), "machine": "", "evidence": ("E-1",),
    }  # fmt: skip
    shares = changes.pop("shares", (("A", Fraction(1)),))
    proofs = changes.pop("proofs", (ProofFact("E-1", fen(amount), True),))
    return CostFact(CostRow(**(row | changes)), shares, proofs)  # type: ignore[arg-type]


def machine(code: str = "EQ-0101", price: str | None = "900000.00", **changes: object) -> EquipmentRow:
    whole = None if price is None else fen(price)
    row: dict[str, object] = {
        "code": code, "names": NONE, "category": NONE, "maker": "", "model": "", "serial": "1", "asset_number": "",
        "place": NONE, "custodian": "", "acquired_on": None, "in_service_on": None, "cost_minor": whole,
        "share": Fraction(2, 5), "funded_minor": None if whole is None else whole * 2 // 5, "origin": "domestic",
        "is_new_purchase": True, "is_shareable": True, "condition": "in_service", "measured_by": "",
    }  # fmt: skip
    return EquipmentRow(**(row | changes))  # type: ignore[arg-type]


def use(
    id: str = "EQ-0101/B-1", effective: float | None = 1600, claimed: float | None = None, **changes: object
) -> UseRow:
    proved = None if effective is None else int(effective * HOUR)
    row: dict[str, object] = {
        "id": id, "machine": id.split("/")[0], "month": "2026-05", "day": date(2026, 5, 6), "booking": "B-1",
        "booking_id": 1, "session_id": 1, "person": "Chen Jie", "organisation": NONE, "is_external": False,
        "booked_us": 0, "checked_in_us": 0, "setup_us": 0, "postprocess_us": 0, "measured_us": proved,
        "effective_us": proved, "claimed_us": proved if claimed is None else int(claimed * HOUR), "covered_us": 0,
        "state": "done",
    }  # fmt: skip
    return UseRow(**(row | changes))  # type: ignore[arg-type]


def award(**changes: object) -> AwardPart:
    part: dict[str, object] = {
        "number": "A", "names": NONE, "programme": "GD-CENTRE", "programme_names": NONE, "funder": NONE,
        "grantee": NONE, "notice": "", "noticed_on": date(2025, 5, 26), "first_day": date(2025, 6, 1),
        "last_day": date(2027, 5, 31), "amount_minor": fen("50000000.00"), "tier": "national", "financing": "",
        "account": "", "budget_version": 1,
    }  # fmt: skip
    return AwardPart(**(part | changes))  # type: ignore[arg-type]


def facts(**changes: object) -> Facts:
    period = ReportPeriod(NONE, date(2025, 6, 1), date(2026, 5, 31))
    whole: dict[str, object] = {
        "award": award(),
        "programme": programme("GD-CENTRE"),
        "period": period,
        "costs": (cost(),),
        "budget": (BudgetRow("materials", NONE, fen("5000.00"), fen("5000.00")),),
        "instalments": (InstalmentRow("1", date(2025, 7, 1), fen("100.00"), fen("100.00"), date(2025, 7, 1), NONE),),
        "account": AccountPart(fen("0.50"), fen("40.00"), date(2026, 5, 31), fen("60.50")),
        "equipment": (machine(),),
        "uses": (use(),),
        "made_by": "Lin Wei",
        "reviewer": "Chen Jie",
        "made_on": date(2026, 6, 18),
        "audit_rows": 10,
        "capitals": ((fen("3000000.00"), rmb_capitals(Money(fen("3000000.00")))),),
    }
    return Facts(**(whole | changes))  # type: ignore[arg-type]


EMPTY = Facts(
    award=award(noticed_on=None, tier="provincial"),
    programme=programme("GD-CENTRE"),
    period=ReportPeriod(NONE, date(2025, 6, 1), date(2026, 5, 31)),
)
