"""Choose the columns of a foreign table that can be drawn: numbers, truth values, and text with few words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from center_app.telemetry.exchange.foreign.gathered import Gathered, GatheredTable, name_of
from center_app.telemetry.exchange.foreign.times import number_sql
from center_app.telemetry.exchange.values import Column

MOST_STATES = 64
LOOKED_AT_ROWS = 200_000
_UNIT = re.compile(r"^(?P<name>.*?)\s*[\[(](?P<unit>[^\[\]()]{1,16})[\])]$")
_MEASURED = r"^([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*([a-zA-Zµμ°Ω%][\w°/²³%]{0,7})$"
_TRUTH = {"true": 1, "false": 0, "yes": 1, "no": 0, "on": 1, "off": 0}
_OWN = frozenset({"time_utc", "t_ns", "stream", "quality", "time"})


@dataclass(frozen=True)
class ColumnFound:
    """Hold a column and the SQL that gives its numbers as DOUBLE, null where there is none."""

    column: Column
    sql: str


def decimal_mark(gathered: Gathered, table: GatheredTable) -> str:
    """Return "," when the table's text reads as numbers only with decimal commas, else "."."""
    text = [name for name, kind in table.columns if kind == "VARCHAR"]
    for grouped in (False, True):
        votes = {
            mark: sum(_share(gathered, table, name, number_sql(name, mark, grouped=grouped)) for name in text)
            for mark in ".,"
        }
        if votes[","] != votes["."]:
            return "," if votes[","] > votes["."] else "."
    return "."


def find_columns(
    gathered: Gathered, table: GatheredTable, taken: tuple[str, ...], mark: str
) -> tuple[list[ColumnFound], tuple[str, ...]]:
    """Return the drawable columns and the names of those left out; `taken` holds the columns of the time."""
    ours = _OWN if gathered.facts.get("units") else frozenset()
    found, skipped = [], []
    for name, kind in table.columns:
        if name in taken or name in ours:
            continue
        column = _number(gathered, table, name, kind, mark) or _states(gathered, table, name)
        if column is None:
            skipped.append(name)
        else:
            found.append(column)
    return found, tuple(skipped)


def _number(gathered: Gathered, table: GatheredTable, name: str, kind: str, mark: str) -> ColumnFound | None:
    if kind.startswith(("TIMESTAMP", "DATE", "TIME", "INTERVAL")):
        return None
    column = _described(gathered, name)
    if kind == "BOOLEAN":
        return ColumnFound(column, f"CAST({name_of(name)} AS DOUBLE)")
    sql = number_sql(name, mark)
    if _share(gathered, table, name, sql) > 0.5:
        return ColumnFound(column, sql)
    return _with_unit(gathered, table, column, name, mark)


def _with_unit(gathered: Gathered, table: GatheredTable, column: Column, name: str, mark: str) -> ColumnFound | None:
    """Read "23.5 °C": numbers with one and the same unit behind each."""
    text = f"trim(CAST({name_of(name)} AS VARCHAR))"
    number, unit = (f"regexp_extract({text}, '{_MEASURED}', {group})" for group in (1, 2))
    sql = f"TRY_CAST({f'replace({number}, chr(44), chr(46))' if mark == ',' else number} AS DOUBLE)"
    if _share(gathered, table, name, sql) <= 0.9:
        return None
    units = gathered.ask(f"SELECT DISTINCT {unit} FROM {table.sql_name} WHERE {sql} IS NOT NULL LIMIT 2")
    return ColumnFound(replace(column, unit=str(units[0][0])), sql) if len(units) == 1 else None


def _states(gathered: Gathered, table: GatheredTable, name: str) -> ColumnFound | None:
    """Read text with few different words as states, numbered in the order of the alphabet; truth words as 0 and 1."""
    text = f"trim(CAST({name_of(name)} AS VARCHAR))"
    sql = f"SELECT DISTINCT {text} AS v FROM {table.sql_name} WHERE {name_of(name)} IS NOT NULL LIMIT {MOST_STATES + 1}"
    words = sorted(str(row[0]) for row in gathered.ask(sql) if str(row[0]))
    if not words or len(words) > MOST_STATES or len(words) > max(2, table.rows // 2):
        return None
    if len(words) == 1 and words[0].lower() not in _TRUTH:
        return None
    truth = all(word.lower() in _TRUTH for word in words)
    numbers = {word: _TRUTH[word.lower()] if truth else number for number, word in enumerate(words)}
    cases = " ".join(f"WHEN {_literal(word)} THEN {number}" for word, number in numbers.items())
    described = _described(gathered, name)
    states = {number: word for word, number in numbers.items()}
    return ColumnFound(replace(described, unit="", states=states), f"CAST(CASE {text} {cases} END AS DOUBLE)")


def _described(gathered: Gathered, name: str) -> Column:
    """Split "Force [N]" into name and unit; our own files say both, and the label too."""
    cut = _UNIT.match(name)
    plain, unit = (cut["name"], cut["unit"]) if cut else (name, "")
    known = gathered.facts.get("units", {})
    told = known.get(plain) or next((facts for full, facts in known.items() if full.split(".", 1)[-1] == plain), None)
    if told:
        return Column(plain, told["unit"], None, {"en": told["label"] or plain}, name)
    return Column(plain, unit, None, {"en": plain}, name)


def _share(gathered: Gathered, table: GatheredTable, name: str, sql: str) -> float:
    """Return the share of the filled cells, among the first rows, that an expression reads."""
    filled = f"nullif(trim(CAST({name_of(name)} AS VARCHAR)), '')"
    source = f"SELECT {sql} AS v, {filled} AS filled FROM {table.sql_name} LIMIT {LOOKED_AT_ROWS}"
    row = gathered.ask(f"SELECT count(v), count(*) FROM ({source}) WHERE filled IS NOT NULL")[0]
    return float(row[0]) / max(1, int(row[1]))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
