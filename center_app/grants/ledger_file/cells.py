"""Read single cells: days, amounts, shares; formula-like text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from center_app.core.errors import PersonError, declare
from center_app.core.money import Money, parse_decimal

NOT_A_DAY = declare(
    "ledger.not_a_day", "“{text}” is not a date.", "Write it like 2026-05-31, 31.05.2026 or 2026年5月31日."
)
NOT_A_SHARE = declare(
    "ledger.not_a_share",
    "“{text}” is not a share.",
    "Write it like 40 %, 0.4 or 2/5, above zero and at most the whole.",
)

_ORDERS = (
    (
        re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]+\d{1,2}:\d{2}(?::\d{2})?)?"),
        (1, 2, 3),
    ),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})\s*\.\s*(\d{1,2})\s*\.\s*(\d{4})"), (3, 2, 1)),
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，％－／", "0123456789.,%-/")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_day(text: str) -> date:
    """Read an ISO, German or Chinese date; raises PersonError. Orders that could be read two ways are refused."""
    plain = text.strip().translate(_FULL_WIDTH)
    for pattern, order in _ORDERS:
        match = pattern.fullmatch(plain)
        if match:
            year, month, day = (int(match.group(place)) for place in order)
            try:
                return date(year, month, day)
            except ValueError:
                break
    raise PersonError(NOT_A_DAY, text=text.strip()[:40])


def decimal_mark(cells: Iterable[str]) -> str | None:
    """Tell the decimal separator of a whole column; None where no cell decides it."""
    for cell in cells:
        plain = re.sub(r"[^\d.,，．]", "", cell).translate(_FULL_WIDTH)
        both = "." in plain and "," in plain
        tail = re.search(r"([.,])(\d{1,2})$", plain)
        if both:
            return plain[max(plain.rfind("."), plain.rfind(","))]
        if tail:
            return tail.group(1)
    return None


def read_money(text: str, currency: str, mark: str | None) -> Money:
    """Read an amount with the column's decimal separator; raises PersonError."""
    return Money.parse(text.translate(_FULL_WIDTH), currency, mark)


def read_share(text: str) -> Fraction:
    """Read a share as 40 %, 0.4 or 2/5; raises PersonError unless 0 < share ≤ 1."""
    plain = text.strip().translate(_FULL_WIDTH)
    share = _fraction(plain.removesuffix("%").strip())
    if share is not None and plain.endswith("%"):
        share /= 100
    if share is None or not 0 < share <= 1:
        raise PersonError(NOT_A_SHARE, text=text.strip()[:40])
    return share


def _fraction(plain: str) -> Fraction | None:
    if re.fullmatch(r"\d{1,6}/[1-9]\d{0,5}", plain):
        return Fraction(plain)
    try:
        value: Decimal = parse_decimal(plain, 6, "," if "," in plain else ".")
    except PersonError:
        return None
    return Fraction(value)


def is_formula_like(text: str) -> bool:
    """Tell whether a spreadsheet would run a cell; a plain negative number is none."""
    return text.startswith(_FORMULA) and not re.fullmatch(r"[+-]\d[\d., ]*", text)


def plain_cell(text: str) -> str:
    """Return a cell without outer blanks, and without the apostrophe that an export put before a formula."""
    plain = text.strip()
    return plain[1:] if plain.startswith("'") and is_formula_like(plain[1:]) else plain
