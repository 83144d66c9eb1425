"""Guess which column is which from header words in English, German and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from center_app.core.text import N_

FIELDS: Mapping[str, str] = {
    "number": N_("Entry number"),
    "invoice_on": N_("Invoice date"),
    "paid_on": N_("Payment date"),
    "supplier": N_("Supplier"),
    "tax_number": N_("Tax number"),
    "invoice_number": N_("Invoice number"),
    "text": N_("Purpose"),
    "net": N_("Net"),
    "vat": N_("VAT"),
    "gross": N_("Gross"),
    "line": N_("Budget line"),
    "share": N_("Share"),
    "machine": N_("Equipment number"),
}
REQUIRED = ("supplier", "gross", "line")

_WORDS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "entry number",
        "entry no",
        "voucher number",
        "belegnummer",
        "beleg-nr",
        "belegnr",
        "buchungsnummer",
        "凭证号",
        "凭证编号",
        "台账编号",
        "记账号",
    ),
    "invoice_on": ("invoice date", "date of invoice", "rechnungsdatum", "belegdatum", "开票日期", "发票日期"),
    "paid_on": (
        "payment date",
        "paid on",
        "date paid",
        "zahlungsdatum",
        "zahldatum",
        "bezahlt am",
        "付款日期",
        "支付日期",
    ),
    "supplier": (
        "supplier",
        "vendor",
        "payee",
        "lieferant",
        "empfänger",
        "zahlungsempfänger",
        "firma",
        "供应商",
        "收款单位",
        "收款人",
        "销售方",
    ),
    "tax_number": (
        "tax number",
        "tax no",
        "tax id",
        "steuernummer",
        "ust-id",
        "ustid",
        "税号",
        "纳税人识别号",
        "统一社会信用代码",
    ),
    "invoice_number": (
        "invoice number",
        "invoice no",
        "rechnungsnummer",
        "rechnungs-nr",
        "rechnungsnr",
        "发票号码",
        "发票号",
    ),
    "text": (
        "purpose",
        "description",
        "text",
        "item",
        "reason",
        "zweck",
        "verwendungszweck",
        "beschreibung",
        "grund",
        "buchungstext",
        "用途",
        "摘要",
        "内容",
        "说明",
        "事由",
    ),
    "net": ("net", "net amount", "netto", "nettobetrag", "不含税金额", "不含税", "净额"),
    "vat": ("vat", "tax", "tax amount", "mwst", "ust", "umsatzsteuer", "steuerbetrag", "税额"),
    "gross": (
        "gross",
        "gross amount",
        "amount",
        "total",
        "brutto",
        "bruttobetrag",
        "betrag",
        "summe",
        "价税合计",
        "金额",
        "含税金额",
        "总额",
    ),
    "line": (
        "budget line",
        "line",
        "category",
        "cost category",
        "position",
        "kostenart",
        "finanzierungsposition",
        "预算科目",
        "科目",
        "费用类别",
    ),
    "share": ("share", "percentage", "anteil", "分摊比例", "比例", "分摊"),
    "machine": (
        "equipment",
        "equipment number",
        "machine",
        "gerät",
        "gerätenummer",
        "inventarnummer",
        "设备编号",
        "设备号",
    ),
}


def guess_columns(header: Sequence[str]) -> dict[str, int]:
    """Return the column of each field that the header names; exact words first, then words inside longer ones."""
    plain = [_plain(cell) for cell in header]
    found: dict[str, int] = {}
    for is_exact in (True, False):
        for field, words in _WORDS.items():
            if field in found:
                continue
            index = _best(plain, words, set(found.values()), is_exact)
            if index is not None:
                found[field] = index
    return found


def _plain(cell: str) -> str:
    text = re.sub(r"[(（\[].*?[)）\]]", "", cell.strip().lower())
    return re.sub(r"[\s_./:：#*]+", " ", text).strip()


def _best(plain: Sequence[str], words: Sequence[str], taken: set[int], is_exact: bool) -> int | None:
    for word in sorted(words, key=len, reverse=True):
        for index, cell in enumerate(plain):
            if index not in taken and (cell == word if is_exact else word in cell and len(word) > 1):
                return index
    return None
