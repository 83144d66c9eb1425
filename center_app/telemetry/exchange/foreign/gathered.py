"""Hold a foreign file's tables in a DuckDB file: bounded memory, whatever the size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from center_app.telemetry.exchange.parquet_file import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "512MB"
MOST_COLUMNS = 1024


@dataclass(frozen=True)
class GatheredTable:
    """Name one table in the DuckDB file, how the person knows it, and which columns it has (name, SQL type)."""

    sql_name: str
    key: str
    columns: tuple[tuple[str, str], ...]
    rows: int
    known_time: str = ""
    """Column that holds int64 ns UTC, where the format itself says so."""


class Gathered:
    """Own the DuckDB file of one foreign file; use as a context manager in a scratch folder."""

    def __init__(self, scratch: Path) -> None:
        """Make the DuckDB file in `scratch`."""
        import duckdb

        self.scratch = scratch
        self.link: DuckDBPyConnection = duckdb.connect(
            str(scratch / "foreign.duckdb"), config={"memory_limit": MEMORY, "threads": 2}
        )
        self.link.execute("SET TimeZone = 'UTC'")
        self.tables: list[GatheredTable] = []
        self.rejected_lines = 0
        self.facts: dict[str, Any] = {}

    def __enter__(self) -> Gathered:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file; the scratch folder goes with it."""
        self.link.close()

    def add(self, sql_name: str, key: str, known_time: str = "") -> None:
        """Take note of a table that was filled."""
        columns = tuple((str(row[0]), str(row[1])) for row in self.ask(f"DESCRIBE {sql_name}"))[:MOST_COLUMNS]
        rows = int(self.ask(f"SELECT count(*) FROM {sql_name}")[0][0])
        self.tables.append(GatheredTable(sql_name, key, columns, rows, known_time))

    def ask(self, sql: str, arguments: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        found: list[tuple[Any, ...]] = self.link.execute(sql, arguments or []).fetchall()
        return found

    def column(self, table: GatheredTable, expression: str, limit: int = 2000) -> list[Any]:
        """Return the first values of an expression over a table, nulls left out."""
        sql = f"SELECT v FROM (SELECT {expression} AS v FROM {table.sql_name}) WHERE v IS NOT NULL LIMIT {limit}"
        return [row[0] for row in self.ask(sql)]

    def slices(self, table: str, columns: str, rows: int, step: int) -> Iterator[dict[str, Any]]:
        """Yield numpy columns of successive row ranges of a table."""
        for start in range(0, rows, step):
            sql = f"SELECT {columns} FROM {table} WHERE rowid >= ? AND rowid < ? ORDER BY rowid"
            yield self.link.execute(sql, [start, start + step]).fetchnumpy()


def name_of(text: str) -> str:
    """Return an SQL identifier for a column's name."""
    return quoted(text)
