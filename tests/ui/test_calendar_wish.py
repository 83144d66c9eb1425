"""Read wished slots in three languages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.pages.calendar.wish import DEFAULT_LENGTH_S, read_wish

TODAY = date(2026, 6, 3)  # a Wednesday
SUNDAY = date(2026, 6, 7)


@pytest.mark.parametrize(
    ("text", "length_s", "words", "first", "last"),
    [
        ("2 h, 5-axis, this week", 7200, ("5-axis",), TODAY, SUNDAY),
        ("2 h, 5-Achs, diese Woche", 7200, ("5-Achs",), TODAY, SUNDAY),
        ("2小时，五轴，本周", 7200, ("五轴",), TODAY, SUNDAY),
        ("1 h 30 laser tomorrow", 5400, ("laser",), date(2026, 6, 4), date(2026, 6, 4)),
        ("1,5 Std Fräse morgen", 5400, ("Fräse",), date(2026, 6, 4), date(2026, 6, 4)),
        ("90分钟 激光 明天", 5400, ("激光",), date(2026, 6, 4), date(2026, 6, 4)),
        ("45 min CT scanner today", 2700, ("CT", "scanner"), TODAY, TODAY),
        ("3 Stunden, EMV, nächste Woche", 10800, ("EMV",), date(2026, 6, 8), date(2026, 6, 14)),
        ("半小时 打印机 下周", 1800, ("打印机",), date(2026, 6, 8), date(2026, 6, 14)),
        ("2 h Monday", 7200, (), date(2026, 6, 8), date(2026, 6, 8)),
        ("2 Tage Zelle, Freitag", 172800, ("Zelle",), date(2026, 6, 5), date(2026, 6, 5)),
        ("übermorgen 1 h", 3600, (), date(2026, 6, 5), date(2026, 6, 5)),
        ("", DEFAULT_LENGTH_S, (), TODAY, date(2026, 6, 17)),
    ],
)
def test_wishes_are_read(text: str, length_s: int, words: tuple[str, ...], first: date, last: date) -> None:
    wish = read_wish(text, TODAY)
    assert (wish.length_s, wish.words, wish.first, wish.last) == (length_s, words, first, last)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2 h after 14:00", (840, 1440)),
        ("2 h ab 14 Uhr", (840, 1440)),
        ("2小时 14点以后", (840, 1440)),
        ("2 h vormittags", (360, 720)),
        ("2小时 下午", (720, 1080)),
        ("2 h", (0, 1440)),
    ],
)
def test_the_time_of_day_is_read(text: str, minutes: tuple[int, int]) -> None:
    wish = read_wish(text, TODAY)
    assert (wish.from_minute, wish.to_minute) == minutes


def test_words_match_however_they_are_hyphenated() -> None:
    wish = read_wish("2 h, 5 axis", TODAY)
    assert wish.names("5-axis mill 01", "CNC machining")
    assert not wish.names("3-axis mill 02", "CNC machining")


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    wish = read_wish(text, TODAY)
    assert wish.length_s >= 0
    assert wish.first <= wish.last
