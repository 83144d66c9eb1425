"""Read text as date and time in the forms that programs write; where two readings fit, the shorter span is right.

A file that runs over the 3rd and 4th of May spans a month when its day is taken for its month.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import product

_DATES = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y.%m.%d", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d", "%Y年%m月%d日",
    "%d-%b-%Y", "%d %b %Y", "%d. %b %Y", "%b %d %Y", "%b %d, %Y", "%Y-%m-%d", "%d %B %Y", "%B %d, %Y",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d-%b-%y",
)  # fmt: skip
_CLOCKS = (
    "%H:%M:%S.%f", "%H:%M:%S,%f", "%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M:%S.%f %p", "%I:%M %p", "%I:%M:%S%p",
    "%H-%M-%S", "%H%M%S", "%H:%M:%S:%f", "",
)  # fmt: skip
_JOINTS = (" ", "T", ", ", "_", " - ")
OLDEST_YEAR, LATEST_YEAR = 1900, 2200
Share = Callable[[str], float]
"""Tells the share of the rows that an SQL expression reads."""
Span = Callable[[str], float]
"""Tells the span of an SQL timestamp over the rows, in seconds."""


def best_reading(text: str, shown: Sequence[str], share: Share, span: Span, needed: float) -> str | None:
    """Return the SQL that reads `text` (an SQL expression of VARCHAR) as TIMESTAMP; None when nothing fits.

    `shown` are a few of its values; ISO 8601 is tried first.
    """
    iso = sane(f"TRY_CAST({text} AS TIMESTAMP)")
    if share(iso) >= needed:
        return iso
    short = f"regexp_replace({text}, '(\\.\\d{{6}})\\d+', '\\1')"
    fitting = [sql for form in forms_of(shown) if share(sql := sane(f"TRY_STRPTIME({short}, '{form}')")) >= needed]
    return min(fitting, key=span, default=None)


def forms_of(shown: Sequence[str]) -> Iterator[str]:
    """Yield the forms in which all the values shown read, most usual first."""
    values = [re.sub(r"(\.\d{6})\d+", r"\1", value.strip()) for value in shown]
    for date, clock in product(_DATES, _CLOCKS):
        for joint in _JOINTS if clock else ("",):
            form = f"{date}{joint}{clock}"
            if all(_reads(value, form) for value in values):
                yield form


def _reads(value: str, form: str) -> bool:
    try:
        return OLDEST_YEAR <= datetime.strptime(value, form).year <= LATEST_YEAR
    except ValueError:
        return False


def sane(sql: str) -> str:
    """Return the SQL of a timestamp, null in years that no measurement has."""
    return f"(CASE WHEN year({sql}) BETWEEN {OLDEST_YEAR} AND {LATEST_YEAR} THEN {sql} END)"


def is_date(value: str) -> bool:
    """Tell whether a cell holds a date alone."""
    return any(_reads(value.strip(), form) for form in _DATES)


def is_clock(value: str) -> bool:
    """Tell whether a cell holds a time of day alone."""
    return re.fullmatch(r"\d{1,2}:\d{2}(:\d{2}([.,:]\d+)?)?( ?[AaPp][Mm])?", value.strip()) is not None


def clock_ns_sql(text: str) -> str:
    """Return SQL of a time of day in ns since midnight, BIGINT; null where it is none."""
    parts = f"regexp_extract_all({text}, '\\d+')"
    fraction = f"TRY_CAST(rpad(left({parts}[4], 9), 9, '0') AS BIGINT)"
    hour = f"TRY_CAST({parts}[1] AS BIGINT)"
    half = (
        f"CASE WHEN {text} ILIKE '%pm' THEN {hour} % 12 + 12 WHEN {text} ILIKE '%am' THEN {hour} % 12 ELSE {hour} END"
    )
    seconds = f"({half}) * 3600 + TRY_CAST({parts}[2] AS BIGINT) * 60 + COALESCE(TRY_CAST({parts}[3] AS BIGINT), 0)"
    return f"(({seconds}) * 1000000000 + COALESCE({fraction}, 0))"
