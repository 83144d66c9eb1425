"""Write a recording as Parquet (zstd) with its facts in the file's own metadata; DuckDB does the writing.

Columns: time (UTC), t_ns, stream where there are several, one double for each channel (null where nothing sound was
measured), quality. The rows gather in a DuckDB file beside the target, so that memory stays bounded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from center_app.telemetry.exchange.table import Table, quality_texts
from center_app.telemetry.exchange.values import Batch, Progress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FACTS_KEY = "center_desk"
MEMORY = "512MB"


def write_parquet(table: Table, part: Path, progress: Progress) -> int | None:
    """Write the table to `part`; return the number of rows, None when cancelled."""
    import duckdb

    part.mkdir()
    link = duckdb.connect(str(part / "rows.duckdb"), config={"memory_limit": MEMORY, "threads": 2})
    try:
        rows = _fill(link, table, progress)
        if rows is None:
            return None
        _copy(link, table, part / "whole.parquet")
    finally:
        link.close()
    return _settle(part, rows)


def _settle(part: Path, rows: int) -> int:
    """Put the whole file where the folder with the gathered rows was."""
    whole = part / "whole.parquet"
    beside = part.with_name(part.name + ".parquet")
    whole.replace(beside)
    (part / "rows.duckdb").unlink(missing_ok=True)
    for left in part.iterdir():
        left.unlink()
    part.rmdir()
    beside.replace(part)
    return rows


def _fill(link: DuckDBPyConnection, table: Table, progress: Progress) -> int | None:
    columns = ", ".join(f"{quoted(name)} DOUBLE" for name in table.names())
    link.execute(f"CREATE TABLE rows (t_ns BIGINT, stream VARCHAR, {columns}, quality VARCHAR)")
    rows = 0
    for batches in table.batches(progress):
        for batch in batches:
            _insert(link, table, batch)
            rows += batch.rows
    return None if table.is_cancelled else rows


def _insert(link: DuckDBPyConnection, table: Table, batch: Batch) -> None:
    place = table.channels.index(batch.stream.channels[0])
    mine = range(place, place + len(batch.stream.channels))
    frame: dict[str, Any] = {f"c{number}": values for number, values in zip(mine, batch.values, strict=True)}
    frame["t_ns"] = batch.t_ns
    quality = "'good'"
    if batch.quality.any():
        frame["quality"], quality = np.array(quality_texts(batch), dtype=object), "quality"
    link.register("frame", frame)
    cells = ", ".join(
        f"CASE WHEN isnan(c{n}) THEN NULL ELSE c{n} END" if n in mine else "NULL" for n in range(len(table.channels))
    )
    link.execute(f"INSERT INTO rows SELECT t_ns, ?, {cells}, {quality} FROM frame", [batch.stream.key])
    link.unregister("frame")


def _copy(link: DuckDBPyConnection, table: Table, whole: Path) -> None:
    names = ", ".join(quoted(name) for name in table.names())
    stream = "stream, " if len(table.streams) > 1 else ""
    facts = table.facts_text().replace("'", "''")
    target = str(whole).replace("'", "''")
    order = "ORDER BY t_ns" if len(table.streams) > 1 else ""
    link.execute(
        f"COPY (SELECT make_timestamp_ns(t_ns) AS time, t_ns, {stream}{names}, quality FROM rows {order})"
        f" TO '{target}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{FACTS_KEY}: '{facts}'}})"
    )


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
