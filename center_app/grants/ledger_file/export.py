"""Write cost items as a CSV file that this program reads back, and that no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from center_app.core.labels import Label
from center_app.core.text import Words
from center_app.documents.tables import csv_bytes
from center_app.grants.ledger_file.columns import FIELDS
from center_app.grants.values import CostView


def costs_csv(costs: Sequence[CostView], lines: Mapping[str, Label], words: Words) -> bytes:
    """Return cost items with a translated header; amounts with a point, dates in ISO form, line names as said."""
    return csv_bytes([words.text(name) for name in FIELDS.values()], [_row(cost, lines, words) for cost in costs])


def _row(cost: CostView, lines: Mapping[str, Label], words: Words) -> list[str]:
    line = lines.get(cost.line)
    cells = {
        "number": cost.number,
        "invoice_on": cost.invoice_on.isoformat() if cost.invoice_on else "",
        "paid_on": cost.paid_on.isoformat() if cost.paid_on else "",
        "supplier": cost.supplier,
        "tax_number": cost.tax_number,
        "invoice_number": cost.invoice_number,
        "text": cost.text,
        "net": str(cost.net.amount),
        "vat": str(cost.vat.amount),
        "gross": str(cost.gross.amount),
        "line": line.say(words.language) if line else cost.line,
        "share": f"{cost.share.numerator}/{cost.share.denominator}",
        "machine": cost.machine_code,
    }
    return [cells[name] for name in FIELDS]
