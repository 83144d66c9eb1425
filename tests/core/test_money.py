"""Money is exact: parsing, capitals, splitting."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_app.core.errors import PersonError
from center_app.core.money import Money, allocate, parse_decimal, rmb_capitals


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1,234.56", 123456),
        ("1.234,56", 123456),
        ("1 234,50", 123450),
        ("¥1,000.00", 100000),
        ("0.05", 5),
        ("-5", -500),
        ("(12.00)", -1200),
        ("1.234.567,89", 123456789),
        ("1.234", 123400),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, minor: int) -> None:
    assert Money.parse(text).minor == minor


@pytest.mark.parametrize(
    "text", ["", "abc", "1,23,4", "12.345.6", "1e5", "NaN", "∞", "0,123", "1.2.3,4", "99999999999999999999"]
)
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(PersonError):
        Money.parse(text)


def test_a_known_decimal_mark_settles_the_ambiguous_case() -> None:
    assert parse_decimal("1.234", 3, mark=".") == Decimal("1.234")
    assert parse_decimal("1.234", 2, mark=",") == Decimal(1234)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("3000000", "人民币叁佰万元整"),
        ("2070300.05", "人民币贰佰零柒万零叁佰元零伍分"),
        ("50000000", "人民币伍仟万元整"),
        ("0.05", "人民币伍分"),
        ("10.10", "人民币壹拾元壹角整"),
        ("100000001", "人民币壹亿零壹元整"),
        ("8694958.86", "人民币捌佰陆拾玖万肆仟玖佰伍拾捌元捌角陆分"),
    ],
)
def test_rmb_capitals(amount: str, words: str) -> None:
    assert rmb_capitals(Money.of(amount)) == words


@given(
    st.integers(-(10**12), 10**12), st.lists(st.fractions(0, 100), min_size=1, max_size=9).filter(lambda s: sum(s) > 0)
)
def test_parts_sum_to_the_whole(total: int, shares: list[Fraction]) -> None:
    parts = allocate(Money(total), shares)
    assert sum(part.minor for part in parts) == total
    whole = sum(shares)
    assert all(abs(part.minor - total * share / whole) < 1 for part, share in zip(parts, shares, strict=True))


def test_ties_go_to_the_earlier_row() -> None:
    assert [part.minor for part in allocate(Money(100), [Fraction(1)] * 3)] == [34, 33, 33]


def test_a_share_is_rounded_half_up() -> None:
    assert Money(5).times(Fraction(1, 2)).minor == 3
    assert Money(-5).times(Fraction(1, 2)).minor == -3
