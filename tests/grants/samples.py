"""A small award for tests, through the verbs."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.grants import evidence, service
from center_app.grants.values import (
    AwardDraft,
    BudgetLineDraft,
    CostDraft,
    CostView,
    EvidenceDraft,
    InstalmentDraft,
    Share,
)
from center_app.wiring import Center

MANAGER = Actor(person_id=2, name="Lin Wei", role=Role.MANAGER, desk="test")
OTHER = Actor(person_id=3, name="Chen Jie", role=Role.MANAGER, desk="test")
STAFF = Actor(person_id=4, name="Zhou Kai", role=Role.STAFF, desk="test")


def yuan(text: str) -> Money:
    return Money.of(text, "CNY")


def award_draft(number: str = "GDC-TEST-1", amount: str = "1000.00", **changes: object) -> AwardDraft:
    total = yuan(amount)
    equipment = total.times(Fraction(3, 5))
    fields: dict[str, object] = {
        "number": number,
        "names": Label.of("Test award", zh="测试专项"),
        "programme": "GD-CENTRE",
        "funder": Label.of("Funder"),
        "grantee": Label.of("Centre"),
        "first_day": date(2025, 6, 1),
        "last_day": date(2027, 5, 31),
        "noticed_on": date(2025, 5, 26),
        "amount": total,
        "tier": "national",
        "budget": (
            BudgetLineDraft(code="equipment", names=Label.of("Equipment"), planned=equipment),
            BudgetLineDraft(code="materials", names=Label.of("Materials"), planned=total - equipment),
        ),
        "instalments": (
            InstalmentDraft(due_on=date(2025, 7, 1), planned=total, received=total, received_on=date(2025, 7, 1)),
        ),
        "plan": (("2025-06", yuan("100.00")), ("2025-07", yuan("400.00")), ("2025-08", total)),
    }
    return AwardDraft(**(fields | changes))  # type: ignore[arg-type]


def cost_draft(gross: str = "113.00", invoice: str = "INV-1", **changes: object) -> CostDraft:
    fields: dict[str, object] = {
        "supplier": "Foshan Ling Tools",
        "gross": yuan(gross),
        "shares": (Share("GDC-TEST-1", "materials"),),
        "invoice_on": date(2025, 6, 10),
        "paid_on": date(2025, 6, 20),
        "tax_number": "91440600MA00000001",
        "invoice_number": invoice,
        "text": "Milling cutters",
    }
    return CostDraft(**(fields | changes))  # type: ignore[arg-type]


def book_proved(center: Center, draft: CostDraft, text: bytes = b"") -> CostView:
    """Book a cost with a file of evidence of the same amount."""
    cost = center.write(MANAGER, service.add_cost, draft)
    stored = evidence.put_bytes(center.folder, text or cost.number.encode())
    center.write(
        MANAGER,
        service.add_evidence,
        EvidenceDraft(name="invoice.pdf", kind="invoice", stored=stored, amount=draft.gross, costs=(cost.number,)),
    )
    return cost
