"""Find the time of a foreign table: one column, a date and a time column, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from center_app.core.errors import PersonError, declare
from center_app.telemetry.exchange.foreign.dates import best_reading, clock_ns_sql, is_clock, is_date
from center_app.telemetry.exchange.foreign.gathered import Gathered, GatheredTable, name_of
from center_app.telemetry.exchange.values import TimeColumn

_NAMES = re.compile(
    r"^(__)?(t|time|times|timestamp|datetime|date[ _]?time|date|datum|zeit|uhrzeit|zeitstempel|时间|日期|时间戳"
    r"|时刻|秒|采样时间|zeitpunkt|sekunden|temps|x[_ ]?value|stamp|ts|epoch"
    r"|t[_ ]?(ns|us|µs|μs|ms|s|sec|min|h)|time[_ ]?utc|log[_ ]?time|elapsed|seconds?|sec|millis|ms)"
    r"([ _]?[\[(].*[\])])?$",
    re.IGNORECASE,
)
_UNITS = {"ns": 1.0, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "sec": 1e9, "min": 6e10, "h": 3.6e12}
_UNIT = re.compile(r"[\[(_ ](ns|us|µs|μs|ms|s|sec|min|h)[\])]?$")
_EPOCHS = ((1e17, 1.0), (1e14, 1e3), (1e11, 1e6), (1e8, 1e9))
"""An epoch number from 1973 on: at least so large, in steps of so many ns."""
_SERIAL_DAYS = (20_000.0, 80_000.0)
"""Days since 1899-12-30 by which spreadsheets keep dates, here of the years 1954 to 2119."""
_DAY_NS = 86_400_000_000_000
_DATED = re.compile(r"date|datum|time|zeit|stamp|日期|时间", re.IGNORECASE)
_DAYS = '"days since the first"'
NEEDED = 0.9
"""Share of the rows that must read as time."""


@dataclass(frozen=True)
class TimeFound:
    """Hold the time found and the SQL that gives it as BIGINT ns UTC."""

    time: TimeColumn
    sql: str
    is_day_only: bool = False


ROW_NUMBER = ("row number",)
"""Chosen as the time: row numbers, one a second."""
NO_TIME = declare(
    "import.no_time",
    "{columns} cannot be read as the time of {table}.",
    "Choose a column of dates, times or rising numbers, or a date column and a time column.",
)


def chosen_time(
    gathered: Gathered, table: GatheredTable, zone: str, file_ns: int, mark: str, chosen: tuple[str, ...]
) -> TimeFound:
    """Return the reading of the columns that a person chose; PersonError when they do not read as a time.

    A table without these columns is read as `find_time` does.
    """
    finder = _Finder(gathered, table, zone, file_ns, mark)
    if chosen == ROW_NUMBER:
        return finder.rows()
    if not chosen or not set(chosen) <= {name for name, _kind in table.columns}:
        return find_time(gathered, table, zone, file_ns, mark)
    found = finder.one(chosen[0], is_named=True) if len(chosen) == 1 else finder.pair(*chosen[:2])
    found = found or next(iter(finder.clock(chosen[:1])), None)
    if found is None:
        raise PersonError(NO_TIME, columns=" + ".join(chosen), table=table.key)
    return found


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
    if not gathered.facts.get("has_header", True):
        named = [table.columns[0][0]]
    others = [name for name, _kind in table.columns[:3] if name not in named]
    candidates = [found for name in (*named, *others) if (found := finder.one(name, is_named=name in named))]
    exact = [found for found in candidates if found.time.kind == "epoch" and found.time.scale_ns == 1.0]
    dated = exact or [each for each in candidates if each.time.kind in ("iso", "epoch") and not each.is_day_only]
    return (
        dated
        or [*finder.split(), *candidates]
        or finder.clock([name for name, _kind in table.columns[:3]])
        or [finder.rows()]
    )[0]


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

    def pair(self, date: str, clock: str) -> TimeFound | None:
        """Return the reading of a date column and a time column side by side."""
        both = f"concat(trim(CAST({name_of(date)} AS VARCHAR)), ' ', trim(CAST({name_of(clock)} AS VARCHAR)))"
        return self._text(both, (date, clock))

    def split(self) -> list[TimeFound]:
        """Return the reading of the first date column with a time column."""
        names = [name for name, _kind in self._table.columns]
        dates = [name for name in names if self._all(name, is_date)]
        clocks = [name for name in names if self._all(name, is_clock)] if dates else []
        pairs = (self.pair(date, clock) for date in dates for clock in clocks if date != clock)
        found = next((each for each in pairs if each), None)
        return [found] if found else []

    def clock(self, names: Sequence[str]) -> list[TimeFound]:
        """Return the reading of a time of day alone, on the file's own date; a step back over noon is a new day."""
        for name in names:
            if self._all(name, is_clock):
                return [self._on_file_date(name)]
        return []

    def _on_file_date(self, name: str) -> TimeFound:
        table, clock = self._table.sql_name, clock_ns_sql(f"trim(CAST({name_of(name)} AS VARCHAR))")
        link = self._gathered.link
        link.execute(f"ALTER TABLE {table} ADD COLUMN {_DAYS} BIGINT")
        steps = (
            f"SELECT rowid AS r, {clock} - lag({clock}) OVER (ORDER BY rowid) < {-_DAY_NS // 2} AS is_new FROM {table}"
        )
        days = f"SELECT r, count(*) FILTER (WHERE is_new) OVER (ORDER BY r) AS d FROM ({steps})"
        link.execute(f"UPDATE {table} SET {_DAYS} = days.d FROM ({days}) AS days WHERE {table}.rowid = days.r")
        day = datetime.fromtimestamp(self._file_ns / 1e9, ZoneInfo(self._zone)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        start = int(day.timestamp()) * 1_000_000_000
        time = TimeColumn("elapsed", (name,), 1.0, start, is_guessed_start=True, zone=self._zone)
        return TimeFound(time, f"({start} + {_DAYS} * {_DAY_NS} + {clock})")

    def rows(self) -> TimeFound:
        """Return row numbers, one a second from the file's own date."""
        sql = f"({self._file_ns} + rowid * 1000000000)::BIGINT"
        return TimeFound(TimeColumn("rows", (), 1e9, self._file_ns, is_guessed_start=True), sql)

    def _text(self, text: str, columns: tuple[str, ...]) -> TimeFound | None:
        """Read text as date and time: ISO forms with a zone first, then the usual ones."""
        shown = [str(each) for each in self._gathered.column(self._table, text, 20)]
        if not shown or not all(re.search(r"\d[-/.:年T]\d|[A-Za-z]{3}[-, ]+\d", each) for each in shown):
            return None
        marked = any(re.search(r"(Z| UTC| GMT)$", each) for each in shown)
        clean = f"regexp_replace({text}, '( ?Z| UTC| GMT)$', '+00:00')" if marked else text
        zoned = f"TRY_CAST({clean} AS TIMESTAMPTZ)"
        if (marked or self._has_zone(shown)) and self._share(zoned) >= NEEDED:
            return TimeFound(TimeColumn("iso", columns, zone="UTC"), self._nanos(text, clean))
        sql = best_reading(text, shown, self._share, self._span, NEEDED)
        if sql is None:
            return None
        is_day_only = not any(":" in each for each in shown)
        return TimeFound(TimeColumn("iso", columns, zone=self._zone), self._stamped(sql, "TIMESTAMP"), is_day_only)

    def _span(self, sql: str) -> float:
        """Return the span of a timestamp over the first rows, in seconds."""
        source = f"(SELECT {sql} AS v FROM {self._table.sql_name} LIMIT 20000)"
        return float(self._gathered.ask(f"SELECT epoch(max(v)) - epoch(min(v)) FROM {source}")[0][0] or 0.0)

    def _all(self, name: str, holds: Callable[[str], bool]) -> bool:
        """Tell whether the first values of a column all hold to a form."""
        shown = self._gathered.column(self._table, f"trim(CAST({name_of(name)} AS VARCHAR))", 20)
        return bool(shown) and all(holds(str(each)) for each in shown)

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
        if _SERIAL_DAYS[0] <= values[0] <= values[-1] <= _SERIAL_DAYS[1] and _DATED.search(name):
            return self._serial(name, sql)
        unit = _UNIT.search(name.strip())
        scale = _UNITS[unit[1]] if unit else 1e6 if name.strip().lower() in ("ms", "millis") else 1e9
        start = self._file_ns
        time = TimeColumn("elapsed", (name,), scale, start, is_guessed_start=True)
        return TimeFound(time, f"({start} + {exact_sql(name, self._mark, scale)})")

    def _serial(self, name: str, sql: str) -> TimeFound:
        """Read days since 1899-12-30, local time, to the millisecond that a spreadsheet keeps."""
        stamp = f"make_timestamp(CAST(round(({sql} - 25569.0) * 86400000.0) AS BIGINT) * 1000)"
        return TimeFound(TimeColumn("iso", (name,), zone=self._zone), self._stamped(stamp, "TIMESTAMP"))

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

    def _has_zone(self, shown: list[str]) -> bool:
        return all(re.search(r":\d\d([.,]\d+)? ?(Z|[+-]\d\d(:?\d\d)?)$", each.strip()) for each in shown)

    def _share(self, sql: str) -> float:
        table = self._table.sql_name
        row = self._gathered.ask(f"SELECT count(v), count(*) FROM (SELECT {sql} AS v FROM {table} LIMIT 2000)")[0]
        return float(row[0]) / max(1, int(row[1]))


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


def number_sql(name: str, mark: str, *, grouped: bool = True) -> str:
    """Return SQL that reads a column as a number with the table's decimal mark, null where it is none.

    `grouped` also takes marks between thousands.
    """
    text = f"replace(trim(CAST({name_of(name)} AS VARCHAR)), chr(8722), '-')"
    other = "." if mark == "," else ","
    if grouped:
        groups = rf"[+-]?\d{{1,3}}([{other}]\d{{3}})+([{mark}]\d+)?"
        text = f"CASE WHEN regexp_full_match({text}, '{groups}') THEN replace({text}, '{other}', '') ELSE {text} END"
    return f"TRY_CAST({f'replace({text}, chr(44), chr(46))' if mark == ',' else text} AS DOUBLE)"
