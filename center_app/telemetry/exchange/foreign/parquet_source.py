"""Gather a Parquet file."""

from __future__ import annotations

from pathlib import Path

from center_app.core.errors import PersonError
from center_app.telemetry.exchange.foreign.csv_source import NOT_A_TABLE, facts_of
from center_app.telemetry.exchange.foreign.gathered import Gathered
from center_app.telemetry.exchange.parquet_file import FACTS_KEY


def gather_parquet(gathered: Gathered, path: Path) -> None:
    """Read the file into the table `data`; PersonError when it is damaged."""
    import duckdb

    try:
        gathered.link.execute("CREATE TABLE data AS SELECT * FROM read_parquet(?)", [str(path)])
        facts = gathered.ask("SELECT key::VARCHAR, value FROM parquet_kv_metadata(?)", [str(path)])
    except duckdb.Error as error:
        raise PersonError(NOT_A_TABLE, file=path.name, detail=str(error).splitlines()[0][:200]) from error
    ours = next((bytes(value).decode("utf-8", "replace") for key, value in facts if key == FACTS_KEY), "")
    gathered.facts = {"units": facts_of(ours) if ours else {}}
    gathered.add("data", path.stem)
