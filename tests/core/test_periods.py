"""Sets of half-open periods."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_app.core.errors import PersonError
from center_app.core.periods import Period, intersect, local_day, month, subtract, total_s, union, week

_ZERO = datetime(2026, 6, 1, tzinfo=UTC)


def _at(minute: int) -> datetime:
    return _ZERO + timedelta(minutes=minute)


_periods = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 60)).map(lambda pair: Period(_at(pair[0]), _at(pair[0] + pair[1]))),
    max_size=12,
)


def _minutes(periods: tuple[Period, ...] | list[Period]) -> set[int]:
    return {minute for minute in range(400) for period in periods if period.contains(_at(minute))}


@given(_periods, _periods)
def test_set_arithmetic_agrees_with_minutes(first: list[Period], second: list[Period]) -> None:
    assert _minutes(union(first)) == _minutes(first)
    assert _minutes(intersect(first, second)) == _minutes(first) & _minutes(second)
    assert _minutes(subtract(first, second)) == _minutes(first) - _minutes(second)
    assert total_s(first) == len(_minutes(first)) * 60


@given(_periods)
def test_a_union_is_sorted_and_disjoint(periods: list[Period]) -> None:
    merged = union(periods)
    assert all(a.end < b.start for a, b in pairwise(merged))


def test_an_empty_or_naive_period_is_refused() -> None:
    with pytest.raises(PersonError):
        Period(_at(5), _at(5))
    with pytest.raises(PersonError):
        Period(datetime(2026, 6, 1), datetime(2026, 6, 2))


def test_days_follow_daylight_saving() -> None:
    assert local_day(date(2026, 3, 29), "Europe/Berlin").duration_s == 23 * 3600
    assert local_day(date(2026, 10, 25), "Europe/Berlin").duration_s == 25 * 3600
    assert local_day(date(2026, 6, 1), "Asia/Shanghai").start == datetime(2026, 5, 31, 16, tzinfo=UTC)


def test_a_month_and_a_week_end_where_the_next_begin() -> None:
    assert month(2026, 12, "Asia/Shanghai").end == month(2027, 1, "Asia/Shanghai").start
    assert week(date(2026, 6, 3), "Asia/Shanghai").start == local_day(date(2026, 6, 1), "Asia/Shanghai").start
