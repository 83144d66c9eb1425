"""Find the time of a foreign table: one column, a date and a time column, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from center_app.telemetry.exchange.foreign.gathered import Gathered, GatheredTable, name_of
from center_app.telemetry.exchange.values import TimeColumn

_NAMES = re.compile(
    r"^(__)?(t|time|times|timestamp|datetime|date[ _]?time|date|datum|zeit|uhrzeit|zeitstempel|时间|日期|时间戳"
    r"|stamp|ts|epoch|t[_ ]?(ns|us|µs|μs|ms|s|sec|min|h)|time[_ ]?utc|log[_ ]?time|elapsed|seconds?|sec|millis|ms)"
    r"([ _]?[\[(].*[\])])?$",
    re.IGNORECASE,
)
_UNITS = {"ns": 1.0, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "sec": 1e9, "min": 6e10, "h": 3.6e12}
_UNIT = re.compile(r"[\[(_ ](ns|us|µs|μs|ms|s|sec|min|h)[\])]?$")
_EPOCHS = ((1e17, 1.0), (1e14, 1e3), (1e11, 1e6), (1e8, 1e9))
"""An epoch number from 1973 on: at least so large, in steps of so many ns."""
_FORMATS = (
    "%d.%m.%Y %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S.%f", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M",
    "%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d %H%M%S", "%Y年%m月%d日 %H:%M:%S",
    "%Y-%m-%d %H:%M:%S,%f", "%Y-%m-%d %H-%M-%S",
)  # fmt: skip
NEEDED = 0.9
"""Share of the rows that must read as time."""


@dataclass(frozen=True)
class TimeFound:
    """Hold the time found and the SQL that gives it as BIGINT ns UTC."""

    time: TimeColumn
    sql: str
    is_day_only: bool = False


def find_time(gathered: Gathered, table: GatheredTable, zone: str, file_ns: int, mark: str) -> TimeFound:
    """Return the most likely time of a table; row numbers at one a second when nothing reads as time.

    `zone` holds for times that name none; `file_ns` stands in for the start where the file names none; `mark` is the
    decimal mark of the table.
    """
    if table.known_time:
        column = name_of(table.known_time)
        return TimeFound(TimeColumn("epoch", (table.known_time,), 1.0, zone="UTC"), f"{column}::BIGINT")
    finder = _Finder(gathered, table, zone, file_ns, mark)
    named = [name for name, _kind in table.columns if _NAMES.match(name.strip())]
    others = [name for name, _kind in table.columns[:3] if name not in named]
    candidates = [found for name in (*named, *others) if (found := finder.one(name, is_named=name in named))]
    exact = [found for found in candidates if found.time.kind == "epoch" and found.time.scale_ns == 1.0]
    dated = exact or [each for each in candidates if each.time.kind in ("iso", "epoch") and not each.is_day_only]
    return (dated or [*finder.split(), *candidates] or [finder.rows()])[0]


class _Finder:
    """Try readings of columns on the first rows of one table."""

    def __init__(self, gathered: Gathered, table: GatheredTable, zone: str, file_ns: int, mark: str) -> None:
        self._gathered, self._table, self._zone, self._file_ns, self._mark = gathered, table, zone, file_ns, mark

    def one(self, name: str, *, is_named: bool) -> TimeFound | None:
        """Return the reading of one column, None when it is no time."""
        kind = dict(self._table.columns)[name]
        if kind.startswith(("TIMESTAMP", "DATE")):
            sql = self._stamped(f"{name_of(name)}::TIMESTAMP" if "TIME ZONE" not in kind else name_of(name), kind)
            return TimeFound(TimeColumn("iso", (name,), zone=self._zone), sql, kind == "DATE")
        return self._text(f"CAST({name_of(name)} AS VARCHAR)", (name,)) or self._number(name, is_named)

    def split(self) -> list[TimeFound]:
        """Return the reading of a date column and a time column side by side."""
        names = [name for name, _kind in self._table.columns]
        for date in names:
            for clock in names:
                if date != clock and self._is_date(date) and self._is_clock(clock):
                    both = (
                        f"concat(trim(CAST({name_of(date)} AS VARCHAR)), ' ', trim(CAST({name_of(clock)} AS VARCHAR)))"
                    )
                    found = self._text(both, (date, clock))
                    if found:
                        return [found]
        return []

    def rows(self) -> TimeFound:
        """Return row numbers, one a second from the file's own date."""
        sql = f"({self._file_ns} + rowid * 1000000000)::BIGINT"
        return TimeFound(TimeColumn("rows", (), 1e9, self._file_ns, is_guessed_start=True), sql)

    def _text(self, text: str, columns: tuple[str, ...]) -> TimeFound | None:
        """Read text as date and time: ISO forms first, then the usual ones, the day before the month."""
        shown = self._gathered.column(self._table, text, 5)
        if not shown or not all(re.search(r"\d[-/.:年T]\d", str(each)) for each in shown):
            return None
        clean = f"replace({text}, 'Z', '+00:00')" if any(str(each).endswith("Z") for each in shown) else text
        if self._share(f"TRY_CAST({clean} AS TIMESTAMPTZ)") >= NEEDED and self._has_zone(shown):
            return TimeFound(TimeColumn("iso", columns, zone="UTC"), self._nanos(text, clean))
        for sql in (
            f"TRY_CAST({text} AS TIMESTAMP)",
            *(f"TRY_STRPTIME({text}, '{form}')" for form in self._formats(text)),
        ):
            if self._share(sql) >= NEEDED:
                is_day_only = not any(":" in str(each) for each in shown)
                return TimeFound(
                    TimeColumn("iso", columns, zone=self._zone), self._stamped(sql, "TIMESTAMP"), is_day_only
                )
        return None

    def _formats(self, text: str) -> tuple[str, ...]:
        comma = any("," in str(each) for each in self._gathered.column(self._table, text, 5))
        return tuple(form.replace(".%f", ",%f") if comma else form for form in _FORMATS)

    def _number(self, name: str, is_named: bool) -> TimeFound | None:
        sql = number_sql(name, self._mark)
        if self._share(sql) < NEEDED:
            return None
        values = [float(each) for each in self._gathered.column(self._table, sql, 2000)]
        rising = all(later >= earlier for earlier, later in pairwise(values))
        for least, scale in _EPOCHS:
            if rising and values and least <= values[0] < least * 1e3 and least <= values[-1] < least * 1e3:
                return TimeFound(TimeColumn("epoch", (name,), scale), exact_sql(name, self._mark, scale))
        if not (is_named and rising and len(values) > 1 and values[-1] > values[0]):
            return None
        unit = _UNIT.search(name.strip())
        scale = _UNITS[unit[1]] if unit else 1e6 if name.strip().lower() in ("ms", "millis") else 1e9
        start = self._file_ns
        time = TimeColumn("elapsed", (name,), scale, start, is_guessed_start=True)
        return TimeFound(time, f"({start} + {exact_sql(name, self._mark, scale)})")

    def _stamped(self, sql: str, kind: str) -> str:
        """Return ns UTC of a timestamp; one without a zone is local time of the chosen zone."""
        if "TIME ZONE" in kind or self._zone == "UTC":
            return f"(epoch_ns({sql}))::BIGINT" if "NS" in kind else f"(epoch_us({sql}) * 1000)::BIGINT"
        zone = self._zone.replace("'", "")
        return f"(epoch_us(timezone('{zone}', {sql})) * 1000)::BIGINT"

    def _nanos(self, text: str, clean: str) -> str:
        """Keep nanoseconds that the text has and a timestamp in µs would cut."""
        beyond = f"regexp_extract({text}, '\\.\\d{{6}}(\\d{{1,3}})', 1)"
        rest = f"COALESCE(TRY_CAST(rpad({beyond}, 3, '0') AS BIGINT), 0)"
        return f"(epoch_us(TRY_CAST({clean} AS TIMESTAMPTZ)) * 1000 + {rest})::BIGINT"

    def _has_zone(self, shown: list[object]) -> bool:
        return all(re.search(r":\d\d([.,]\d+)? ?(Z|[+-]\d\d(:?\d\d)?)$", str(each).strip()) for each in shown)

    def _share(self, sql: str) -> float:
        table = self._table.sql_name
        row = self._gathered.ask(f"SELECT count(v), count(*) FROM (SELECT {sql} AS v FROM {table} LIMIT 2000)")[0]
        return float(row[0]) / max(1, int(row[1]))

    def _is_date(self, name: str) -> bool:
        shown = self._gathered.column(self._table, f"trim(CAST({name_of(name)} AS VARCHAR))", 5)
        return bool(shown) and all(
            re.fullmatch(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?|\d{8}", each) for each in shown
        )

    def _is_clock(self, name: str) -> bool:
        shown = self._gathered.column(self._table, f"trim(CAST({name_of(name)} AS VARCHAR))", 5)
        pattern = r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?"
        return bool(shown) and all(re.fullmatch(pattern, each) for each in shown)


def exact_sql(name: str, mark: str, scale_ns: float) -> str:
    """Return SQL that gives a column times `scale_ns` as BIGINT; whole and fraction apart, so that no ns is lost."""
    text = f"trim(CAST({name_of(name)} AS VARCHAR))"
    whole = f"TRY_CAST(split_part({text}, '{mark}', 1) AS BIGINT) * {scale_ns:.0f}"
    fraction = f"TRY_CAST('0.' || split_part({text}, '{mark}', 2) || '0' AS DOUBLE)"
    sign = f"CASE WHEN {text} LIKE '-%' THEN -1 ELSE 1 END"
    return (
        f"COALESCE({whole} + {sign} * CAST(round({fraction} * {scale_ns:.0f}) AS BIGINT), "
        f"CAST(round({number_sql(name, mark)} * {scale_ns:.0f}) AS BIGINT))"
    )


def number_sql(name: str, mark: str) -> str:
    """Return SQL that reads a column as a number with the table's decimal mark, null where it is none."""
    text = f"trim(CAST({name_of(name)} AS VARCHAR))"
    return f"TRY_CAST({f'replace({text}, chr(44), chr(46))' if mark == ',' else text} AS DOUBLE)"
