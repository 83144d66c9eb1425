"""Exact money: integer minor units, exact fractions, Decimal only at the edge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

from center_app.core.errors import PersonError, declare

NOT_AN_AMOUNT = declare(
    "money.not_an_amount",
    "“{text}” is not an amount of money.",
    "Write it like 1,234.56 or 1.234,56, with at most {digits} decimals.",
)
CURRENCY_MIX = declare(
    "money.currency_mix",
    "{first} and {second} cannot be added.",
    "Convert one of them with a dated rate first.",
)

_DIGITS = {"JPY": 0, "KRW": 0}
_CAPITAL = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_LIMIT = 10**18


def minor_digits(currency: str) -> int:
    """Return the decimals of a currency (ISO 4217; two unless listed)."""
    return _DIGITS.get(currency, 2)


@dataclass(frozen=True, order=True)
class Money:
    """Hold an amount as integer minor units of one currency (ISO code)."""

    minor: int
    currency: str = "CNY"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise PersonError(CURRENCY_MIX, first=self.currency, second=other.currency)
        return other.minor

    @property
    def amount(self) -> Decimal:
        """Return the amount in major units."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def times(self, share: Fraction) -> Money:
        """Return a share of the amount, rounded half up (away from zero) to the minor unit."""
        exact = self.minor * share
        sign = -1 if exact < 0 else 1
        return Money(sign * int(abs(exact) + Fraction(1, 2)), self.currency)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str = "CNY") -> Money:
        """Make money from an exact decimal in major units; more decimals than the currency has are refused."""
        digits = minor_digits(currency)
        minor = Decimal(amount).scaleb(digits)
        if minor != minor.to_integral_value() or abs(minor) >= _LIMIT:
            raise PersonError(NOT_AN_AMOUNT, text=str(amount), digits=digits)
        return cls(int(minor), currency)

    @classmethod
    def parse(cls, text: str, currency: str = "CNY", mark: str | None = None) -> Money:
        """Read an amount as people write it; `mark` fixes the decimal separator; raises PersonError."""
        return cls.of(parse_decimal(text, minor_digits(currency), mark), currency)


def parse_decimal(text: str, digits: int = 2, mark: str | None = None) -> Decimal:
    """Read a decimal, grouping allowed.

    `mark` is the decimal separator where it is known (a column of a file, a language); without it
    a single separator before exactly three digits is taken for grouping.
    """
    plain = re.sub(r"[\s\u00a0\u202f'’]|CNY|RMB|EUR|USD|[¥¥€$元]", "", text.strip())
    plain = plain.replace("−", "-").replace(",", ",").replace(".", ".")
    if re.fullmatch(r"\((.+)\)", plain):
        plain = "-" + plain[1:-1]
    try:
        value = Decimal(_plain_point(plain) if mark is None else _with_mark(plain, mark))
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or -int(value.as_tuple().exponent) > digits:
        raise PersonError(NOT_AN_AMOUNT, text=text[:40], digits=digits)
    return value


def _plain_point(text: str) -> str:
    """Return the number with a point and no grouping, or something Decimal refuses."""
    if not re.fullmatch(r"[+-]?\d[\d.,]*|[+-]?[.,]\d+", text):
        return "refused"
    marks = [mark for mark in text if mark in ".,"]
    if not marks:
        return text
    last = marks[-1]
    head, tail = text.rsplit(last, 1)
    grouped = marks.count(last) > 1 or (len(tail) == 3 and len(marks) == 1 and head.lstrip("+-") not in ("", "0"))
    if grouped:
        return text.replace(last, "") if _is_grouped(text, last) and len(set(marks)) == 1 else "refused"
    other = "," if last == "." else "."
    if other in head and not _is_grouped(head, other):
        return "refused"
    return head.replace(other, "") + "." + tail


def _with_mark(text: str, mark: str) -> str:
    """Return the number with a point, reading the other separator as grouping."""
    head, _, tail = text.partition(mark)
    other = "," if mark == "." else "."
    if other in tail or (other in head and not _is_grouped(head, other)):
        return "refused"
    return head.replace(other, "") + ("." + tail if tail else "")


def _is_grouped(text: str, mark: str) -> bool:
    first, *groups = text.lstrip("+-").split(mark)
    return 1 <= len(first) <= 3 and all(len(group) == 3 and group.isdigit() for group in groups)


def allocate(total: Money, shares: Sequence[Fraction]) -> tuple[Money, ...]:
    """Split money by shares so that the parts sum to the whole: largest remainder, ties to the earlier."""
    whole = sum(shares, Fraction(0))
    if whole <= 0 or any(share < 0 for share in shares):
        raise ValueError("shares must not be negative and must sum above zero")
    exact = [total.minor * share / whole for share in shares]
    parts = [part.numerator // part.denominator for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total.minor - sum(parts)]:
        parts[i] += 1
    return tuple(Money(part, total.currency) for part in parts)


def rounded(value: Decimal, digits: int) -> Decimal:
    """Round half up to a number of decimals."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def rmb_capitals(money: Money) -> str:
    """Write an amount in RMB capitals (payment rules, People's Bank 银发〔1997〕393号, annex 1).

    3,000,000.00 is 人民币叁佰万元整; 2,070,300.05 is 人民币贰佰零柒万零叁佰元零伍分.
    """
    if money.currency != "CNY":
        raise ValueError("RMB capitals exist for CNY only")
    yuan, cents = divmod(abs(money.minor), 100)
    sign = "负" if money.minor < 0 else ""
    if yuan == 0 and cents == 0:
        return "人民币零元整"
    return "人民币" + sign + (_yuan_words(yuan) + "元" if yuan else "") + _cent_words(cents, bool(yuan))


def _cent_words(cents: int, after_yuan: bool) -> str:
    jiao, fen = divmod(cents, 10)
    if cents == 0:
        return "整"
    text = _CAPITAL[jiao] + "角" if jiao else ("零" if after_yuan else "")
    return text + (_CAPITAL[fen] + "分" if fen else "整")


def _yuan_words(yuan: int) -> str:
    groups: list[int] = []
    while yuan:
        yuan, low = divmod(yuan, 10_000)
        groups.append(low)
    text, gap = "", False
    for place in reversed(range(len(groups))):
        value = groups[place]
        if value == 0:
            gap = bool(text)
            continue
        if text and (gap or value < 1000):
            text += "零"
        text += _group_words(value) + _GROUPS[place]
        gap = False
    return text


def _group_words(value: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _CAPITAL[digit] + _PLACES[place]
        gap = False
    return text
