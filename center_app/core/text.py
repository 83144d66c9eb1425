"""Words in English, German and Chinese through one gettext catalogue, without Qt.

Each part of the program keeps its own fragment `resources/i18n/<language>/<part>.po`; here they
are merged. Screens, reports and the command line share it. Formats come from Babel.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from center_app.core.errors import fill
from center_app.core.labels import LANGUAGES, Label
from center_app.core.money import Money, minor_digits, rounded
from center_app.core.paths import RESOURCES

if TYPE_CHECKING:
    from babel import Locale

_LOCALES = {"en": "en_GB", "de": "de_DE", "zh": "zh_CN"}
_FOLDER = RESOURCES / "i18n"


def N_(msgid: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a text for translation and return it unchanged."""
    return msgid


class Words:
    """Translate and format for one language; immutable and safe in every thread."""

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        self.language = language
        self.locale = _LOCALES[language]
        self._translations = translations

    @cached_property
    def formats(self) -> Locale:
        """Return the formats of the language, parsed once: parsing costs more than a number's formatting."""
        from babel import Locale

        return Locale.parse(self.locale)

    def __call__(self, msgid: str, /, **params: object) -> str:
        """Translate a text and fill in its named parameters."""
        return _filled(self.text(msgid), params, self.value)

    def text(self, msgid: str) -> str:
        """Translate a text as it is."""
        return self._translations.gettext(msgid) if msgid else ""

    def plural(self, one: str, many: str, n: int, **params: object) -> str:
        """Translate a text that counts; `{n}` is the number."""
        return _filled(self._translations.ngettext(one, many, n), {"n": n, **params}, self.value)

    def context(self, context: str, msgid: str, /, **params: object) -> str:
        """Translate a homonym by its context."""
        return _filled(self._translations.pgettext(context, msgid), params, self.value)

    def value(self, value: object) -> object:
        """Format a parameter: labels, money, dates and numbers in the language's own way."""
        for kind, form in _FORMATS:
            if isinstance(value, kind):
                return form(self, value)
        return value

    def date(self, day: date, form: str = "medium") -> str:
        """Format a calendar date (form: short, medium, long, full, or a CLDR pattern)."""
        from babel.dates import format_date

        return format_date(day, _DATE_FORMS.get((self.language, form), form), locale=self.formats)

    def time(self, moment: datetime | time, zone: str | None = None, seconds: bool = False) -> str:
        """Format a time of day, in a zone when the moment is aware."""
        if isinstance(moment, datetime) and zone:
            moment = moment.astimezone(ZoneInfo(zone))
        return moment.strftime("%H:%M:%S" if seconds else "%H:%M")

    def datetime(self, moment: datetime, zone: str = "UTC", form: str = "medium", seconds: bool = False) -> str:
        """Format an instant in a zone."""
        local = moment.astimezone(ZoneInfo(zone))
        gap = " " if self.language != "de" else ", "
        return self.date(local.date(), form) + gap + self.time(local, seconds=seconds)

    def number(self, number: int | float | Decimal | Fraction, digits: int = 0) -> str:
        """Format a number with constant decimals, rounded half up, grouped by thousands; zero has no sign."""
        exact = Decimal(str(number)) if isinstance(number, float) else _as_decimal(number)
        return f"{rounded(exact, digits) + 0:,f}".translate(self._figure_marks)

    @cached_property
    def _figure_marks(self) -> dict[int, str]:
        """Return Python's marks in a number to those of the language, asked of Babel once."""
        from babel.numbers import get_decimal_symbol, get_group_symbol

        marks = {",": get_group_symbol(self.formats), ".": get_decimal_symbol(self.formats), "-": "−"}
        return str.maketrans(marks)

    def hours(self, seconds: float, digits: int = 1) -> str:
        """Format seconds as hours without the unit."""
        return self.number(Fraction(seconds).limit_denominator(1_000_000) / 3600, digits)

    def money(self, money: Money, code: bool = False) -> str:
        """Format an amount with the currency's decimals; with its ISO code on request."""
        text = self.number(money.amount, minor_digits(money.currency))
        return f"{text} {money.currency}" if code else text

    def percent(self, share: Fraction | float | Decimal, digits: int = 1) -> str:
        """Format a share of one as per cent."""
        gap = "" if self.language == "zh" else " "
        exact = _as_decimal(share) if not isinstance(share, float) else Decimal(str(share))
        return self.number(exact * 100, digits) + gap + "%"

    def bytes(self, count: int) -> str:
        """Format a number of bytes with decimal prefixes."""
        for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
            if count >= size:
                return f"{self.number(Fraction(count, size), 1)} {unit}"
        return f"{self.number(count)} B"

    def span(self, seconds: float) -> str:
        """Format a duration in the unit that suits it."""
        whole = int(abs(seconds))
        if whole < 60:
            return self(N_("{n} s"), n=whole)
        if whole < 3600:
            return self(N_("{n} min"), n=whole // 60)
        if whole < 86_400:
            hours, minutes = divmod(whole // 60, 60)
            return self(N_("{h} h {m} min"), h=hours, m=f"{minutes:02d}") if minutes else self(N_("{n} h"), n=hours)
        return self.plural("{n} day", "{n} days", whole // 86_400)


_DATE_FORMS = {
    ("en", "medium"): "d MMM y",
    ("en", "day"): "EEE d MMM",
    ("de", "day"): "EEE d. MMM",
    ("zh", "day"): "M月d日EEE",
    ("zh", "medium"): "y年M月d日",
    ("de", "medium"): "dd.MM.y",
    ("en", "full"): "EEEE, d MMMM y",
    ("en", "month"): "MMM y",
    ("de", "month"): "MMM y",
    ("zh", "month"): "y年M月",
    ("en", "iso"): "y-MM-dd",
    ("de", "iso"): "y-MM-dd",
    ("zh", "iso"): "y-MM-dd",
}


def _as_decimal(number: int | float | Decimal | Fraction) -> Decimal:
    if isinstance(number, Fraction):
        return Decimal(number.numerator) / Decimal(number.denominator)
    return Decimal(number)


def _filled(text: str, params: dict[str, object], form: Callable[[object], object]) -> str:
    return fill(text, {name: form(value) for name, value in params.items()}) if params else text


def _span_of(words: Words, value: timedelta) -> str:
    return words.span(value.total_seconds())


_FORMATS: tuple[tuple[type, Callable[..., str]], ...] = (
    (Label, lambda words, value: value.say(words.language)),
    (Money, lambda words, value: words.money(value, code=True)),
    (datetime, lambda words, value: words.datetime(value, str(getattr(value.tzinfo, "key", "UTC")))),
    (date, lambda words, value: words.date(value)),
    (timedelta, _span_of),
)


def _fragments(language: str) -> list[Path]:
    return sorted((_FOLDER / language).glob("*.po"))


def _compiled(language: str) -> bytes:
    """Merge the fragments of a language into one compiled catalogue."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale=_LOCALES[language])
    for path in _fragments(language):
        with path.open("rb") as file:
            for message in read_po(file, locale=_LOCALES[language], charset="utf-8"):
                if message.id and message.string:
                    whole.add(message.id, message.string, context=message.context)
    buffer = io.BytesIO()
    write_mo(buffer, whole)
    return buffer.getvalue()


def _fresh_cache(language: str) -> bytes:
    """Return the compiled catalogue, rebuilt when a fragment is newer."""
    cache = _FOLDER / f"{language}.mo"
    newest = max((path.stat().st_mtime_ns for path in _fragments(language)), default=0)
    if cache.exists() and cache.stat().st_mtime_ns >= newest:
        return cache.read_bytes()
    data = _compiled(language)
    try:
        part = cache.with_suffix(".part")
        part.write_bytes(data)
        part.replace(cache)
    except OSError:
        return data
    return data


@cache
def catalogue(language: str) -> Words:
    """Return the words of a language (en, de, zh); an unknown one is English."""
    known = language if language in LANGUAGES else "en"
    if known == "en":
        return Words("en", gettext.NullTranslations())
    return Words(known, gettext.GNUTranslations(io.BytesIO(_fresh_cache(known))))
