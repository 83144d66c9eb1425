"""Plan the demo's costs: seeded, believable, exact to the cent; pure."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from xml.sax.saxutils import escape

from center_app.core.money import Money, allocate
from center_app.equipment.values import MachineView
from center_app.grants.demo.figures import LINES, PACE, PLAN, yuan
from center_app.grants.values import CommitmentDraft, CostDraft, Share

_VAT = Fraction(13, 113)
_RATE = Fraction(2, 5)
TWICE = "86,400.00"


def months_from(first: date, count: int) -> date:
    """Return the first day of the month so many months after a day's month."""
    month = first.year * 12 + first.month - 1 + count
    return date(month // 12, month % 12 + 1, 1)


def closed_months(first: date, today: date) -> int:
    """Return how many calendar months have closed since the start."""
    return (today.year - first.year) * 12 + today.month - first.month


def scale(first: date, today: date) -> Fraction:
    """Return spending so far against the amounts of LINES, which stand for the twelfth month."""
    planned = PLAN[min(max(closed_months(first, today), 1), len(PLAN)) - 1]
    whole = sum(yuan(spent).minor for _, _, _, _, spent, _, _ in LINES)
    wanted = Fraction(planned * 50_000_000_00, 1000) * Fraction(*PACE)
    return wanted / whole


def spent_on(text: str, factor: Fraction) -> Money:
    """Return a line's spending now, in steps of 5 fen, so that two fifths of a whole stay exact."""
    return Money(int(yuan(text).minor * factor) // 20 * 20)


def cost_drafts(
    award: str, first: date, today: date, machines: Sequence[MachineView], items: Sequence[dict[str, str]]
) -> list[CostDraft]:
    """Return the costs in the order in which they were paid, one invoice entered twice among them."""
    last = months_from(today, 0) - timedelta(days=1)
    factor = scale(first, today)
    drafts: list[CostDraft] = []
    for code, _, _, _, spent, _, count in LINES:
        total = spent_on(spent, factor)
        if code == "equipment":
            drafts += _purchases(award, first, last, machines, total)
        else:
            drafts += _items(award, code, first, last, total, count, [row for row in items if row["line"] == code])
    return sorted(drafts, key=lambda draft: (draft.paid_on or last, draft.invoice_number))


def _purchases(
    award: str, first: date, last: date, machines: Sequence[MachineView], total: Money
) -> list[CostDraft]:  # fmt: skip
    """Pay machines one after the other, the award's two fifths of each, until the line's spending is reached."""
    left = total.minor * 5 // 2
    drafts: list[CostDraft] = []
    known = [machine for machine in machines if machine.cost is not None]
    for place, machine in enumerate(known):
        price = min(left, machine.cost.minor if machine.cost else 0)
        if price <= 0:
            break
        left -= price
        paid = first + timedelta(days=24 + (last - first).days * place // (len(known) + 1))
        drafts.append(_purchase(award, machine, Money(price), min(paid, last)))
    return drafts


def _purchase(award: str, machine: MachineView, gross: Money, paid: date) -> CostDraft:
    dice = random.Random(machine.code)
    return CostDraft(
        supplier=machine.maker,
        gross=gross,
        vat=gross.times(_VAT),
        shares=(Share(award, "equipment", _RATE),),
        invoice_on=paid - timedelta(days=min(9, paid.day - 1)),
        paid_on=paid,
        tax_number=f"91440000MA{_digits_of(machine.maker):08d}",
        invoice_number=f"2644{dice.randrange(10**15, 10**16)}",
        text=f"{machine.names.say('zh')} {machine.model}",
        machine_code=machine.code,
    )


def _digits_of(text: str) -> int:
    """Return a stable number of eight digits for a text."""
    return zlib.crc32(text.encode()) % 10**8


def _items(
    award: str, code: str, first: date, last: date, total: Money, count: int, rows: Sequence[dict[str, str]]
) -> list[CostDraft]:  # fmt: skip
    """Split a line's spending over invoices of its suppliers."""
    dice = random.Random(code)
    chosen = [rows[n % len(rows)] for n in range(count)]
    has_twice = code == "materials"
    rest = total - yuan(TWICE) - yuan(TWICE) if has_twice else total
    weights = [Fraction(int(row["weight"]) * dice.randrange(60, 140), 100) for row in chosen]
    parts = allocate(rest, weights)
    days = (last - first).days - 20
    drafts = [
        _item(award, code, row, money, first + timedelta(days=15 + days * (n + 1) // (count + 1)), dice)
        for n, (row, money) in enumerate(zip(chosen, parts, strict=True))
    ]
    return drafts + (_booked_twice(award, rows[0], last, dice) if has_twice else [])


def _item(award: str, code: str, row: dict[str, str], gross: Money, paid: date, dice: random.Random) -> CostDraft:
    is_taxed = code not in ("labour", "indirect")
    return CostDraft(
        supplier=row["supplier"],
        gross=gross,
        vat=gross.times(_VAT) if is_taxed else Money(0),
        shares=(Share(award, code),),
        invoice_on=paid - timedelta(days=dice.randrange(2, 12)),
        paid_on=paid,
        tax_number=row["tax_number"],
        invoice_number=f"2644{dice.randrange(10**15, 10**16)}",
        text=row["text"],
    )


def _booked_twice(award: str, row: dict[str, str], last: date, dice: random.Random) -> list[CostDraft]:
    """Return one invoice and, two weeks later, the same again: the mistake that GEN-03 finds."""
    first = _item(award, "materials", row, yuan(TWICE), last - timedelta(days=74), dice)
    again = CostDraft(
        supplier=first.supplier,
        gross=first.gross,
        vat=first.vat,
        shares=first.shares,
        invoice_on=first.invoice_on,
        paid_on=last - timedelta(days=59),
        tax_number=first.tax_number,
        invoice_number=first.invoice_number,
        text=first.text,
        duplicate_reason="second delivery",
    )
    return [first, again]


def commitment_drafts(award: str, today: date, items: Sequence[dict[str, str]]) -> list[CommitmentDraft]:
    """Return the money promised by contract."""
    suppliers = {row["line"]: row["supplier"] for row in items} | {"equipment": "大族智能装备 Han's Intelligent"}
    return [
        CommitmentDraft(
            award=award,
            line=code,
            supplier=suppliers[code],
            agreed_on=months_from(today, 0) - timedelta(days=12 + 5 * place),
            amount=yuan(promised),
            text=names.say("zh"),
        )
        for place, (code, names, _, _, _, promised, _) in enumerate(LINES)
        if yuan(promised).minor
    ]


def invoice_bytes(draft: CostDraft) -> bytes:
    """Return the electronic invoice of a cost, as small XML; the kind that is kept in its original form."""
    fields = {
        "Number": draft.invoice_number,
        "Date": draft.invoice_on.isoformat() if draft.invoice_on else "",
        "Seller": draft.supplier,
        "SellerTaxNumber": draft.tax_number,
        "Buyer": "广东岭湾机器人制造业创新中心有限公司",
        "Item": draft.text,
        "Net": str(draft.net_or_rest.amount),
        "Vat": str(draft.vat_or_rest.amount),
        "Gross": str(draft.gross.amount),
        "Paid": draft.paid_on.isoformat() if draft.paid_on else "",
    }
    body = "".join(f"  <{name}>{escape(text)}</{name}>\n" for name, text in fields.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<EInvoice>\n{body}</EInvoice>\n'.encode()
