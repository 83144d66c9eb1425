"""The words of the current language; `_` translates, `words.language_changed` tells of a switch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from center_app.core.clock import SystemClock
from center_app.core.text import Words, catalogue

LANGUAGES: Final = {"en": "English", "de": "Deutsch", "zh": "中文"}


class CurrentWords(QObject):
    """Delegate to the catalogue of the language that a person chose."""

    language_changed = Signal()

    def __init__(self) -> None:
        """Start in English and UTC."""
        super().__init__()
        self._words: Words = catalogue("en")
        self.zone: tzinfo = ZoneInfo("UTC")
        self.clock: Callable[[], datetime] = SystemClock().now

    def __call__(self, message: str, /, **params: object) -> str:
        """Translate a message and fill its named fields."""
        return self._words(message, **params)

    @property
    def words(self) -> Words:
        """Return the catalogue itself, for Qt-free code that takes one."""
        return self._words

    @property
    def language(self) -> str:
        """Return the language code."""
        return self._words.language

    def choose(self, language: str) -> None:
        """Switch the language; listeners rebuild what they show."""
        self._words = catalogue(language)
        self.language_changed.emit()

    def plural(self, one: str, many: str, n: int, **params: object) -> str:
        """Translate a counted message; `{n}` is filled."""
        return self._words.plural(one, many, n, **params)

    def context(self, context: str, message: str, /, **params: object) -> str:
        """Translate a homonym in its context."""
        return self._words.context(context, message, **params)

    def local(self, instant: datetime) -> datetime:
        """Return an aware UTC instant in the centre's zone."""
        return instant.astimezone(self.zone)

    def now(self) -> datetime:
        """Return the present instant of the centre's clock in the centre's zone."""
        return self.clock().astimezone(self.zone)

    def __getattr__(self, name: str) -> Any:
        """Pass formats (date, number, money, hours, percent, bytes, span) to the catalogue."""
        return getattr(self._words, name)


_LOCALES: Final = {"en": "en_GB", "de": "de_DE", "zh": "zh_Hans_CN"}

_: Final = CurrentWords()
words: Final = _


def today_or_day(instant: datetime, now: datetime) -> str:
    """Say an instant briefly: time today, weekday within a week, else the date."""
    local, local_now = _.local(instant), _.local(now)
    days = (local.date() - local_now.date()).days
    clock = local.strftime("%H:%M")
    if days == 0:
        return clock
    if abs(days) < 7:
        return weekday(local.date()) + " " + clock
    return day_month(local.date())


def weekday(day: date) -> str:
    """Say the short weekday in the current language."""
    return _babel(day, "EEE")


def day_month(day: date) -> str:
    """Say day and month briefly, as in "18 Jun"."""
    return _babel(day, {"en": "d MMM", "de": "d. MMM", "zh": "M月d日"}[_.language])


def weekday_day_month(day: date) -> str:
    """Say weekday, day and month briefly, as in "Fri 29 May"."""
    return _babel(day, {"en": "EEE d MMM", "de": "EEE d. MMM", "zh": "M月d日 EEE"}[_.language])


def long_day(day: date) -> str:
    """Say a date in full with its weekday, as in "Monday, 1 June 2026"."""
    return _babel(day, {"en": "EEEE, d MMMM y", "de": "EEEE, d. MMMM y", "zh": "y年M月d日 EEEE"}[_.language])


def full_day(day: date) -> str:
    """Say a date with month and year, as in "2 Jun 2025"."""
    return _babel(day, {"en": "d MMM y", "de": "d. MMM y", "zh": "y年M月d日"}[_.language])


def month_name(day: date) -> str:
    """Say the short month in the current language."""
    return _babel(day, {"en": "MMM", "de": "MMM", "zh": "M月"}[_.language])


def _babel(day: date, pattern: str) -> str:
    return _formatted(day, pattern, _LOCALES[_.language])


@lru_cache(maxsize=512)
def _formatted(day: date, pattern: str, locale: str) -> str:
    """Format a day once: a live plot asks for the same one with every frame."""
    from babel.dates import format_date

    return format_date(day, pattern, locale=locale)


def span(delta: timedelta) -> str:
    """Say a duration briefly, as in "44 min", "1 h 30", "3 days"."""
    minutes = int(abs(delta.total_seconds()) // 60)
    if minutes < 60:
        return _("{n} min", n=minutes)
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return _("{h} h {m:02d}", h=hours, m=rest) if rest else _("{h} h", h=hours)
    return _.plural("{n} day", "{n} days", minutes // (24 * 60))
