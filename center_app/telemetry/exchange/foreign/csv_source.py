"""Gather a CSV or text table: separator, header, comments and decimal mark are found by looking."""

from __future__ import annotations

import json
import re
from pathlib import Path

from center_app.core.errors import PersonError, declare
from center_app.telemetry.exchange.foreign.gathered import Gathered
from center_app.telemetry.exchange.parquet_file import quoted

NOT_A_TABLE = declare(
    "import.not_a_table",
    "{file} is not a table that can be read: {detail}.",
    "Save it as CSV with one header line and one row for each time, then import it again.",
)
SNIFF_BYTES = 65536
_CHANNEL = re.compile(r"^# channel: (?P<name>[^;]+); unit: (?P<unit>[^;]*); (?P<label>.*)$")


def gather_csv(gathered: Gathered, path: Path) -> None:
    """Read the file into the table `data`, every cell as text; bad lines are counted, never guessed at.

    Raises PersonError when no table can be found in it.
    """
    import duckdb

    head = _head(path)
    source = "'" + str(path).replace("'", "''") + "'"
    comment = "#" if any(line.startswith("#") for line in head) else ""
    options = f"all_varchar=true, null_padding=true, strict_mode=false, comment='{comment}'"
    delimiter = _delimiter([line for line in head if line and not line.startswith("#")])
    if delimiter:
        options += f", delim='{delimiter}'"
    try:
        gathered.link.execute(
            f"CREATE TABLE data AS SELECT * FROM read_csv({source}, {options}, store_rejects=true, "
            "encoding='utf-8', normalize_names=false, sample_size=20480)"
        )
    except duckdb.Error as error:
        raise PersonError(NOT_A_TABLE, file=path.name, detail=str(error).splitlines()[0][:200]) from error
    _count_rejects(gathered)
    _drop_repeated_blanks(gathered)
    gathered.facts = {"units": _units(head)}
    gathered.add("data", path.stem)


def _head(path: Path) -> list[str]:
    with path.open("rb") as file:
        text = file.read(SNIFF_BYTES).decode("utf-8-sig", "replace")
    return text.splitlines()[:400]


def _delimiter(lines: list[str]) -> str:
    """Return the separator that cuts most lines into the same number of cells; "" leaves it to the library."""
    best: tuple[int, int, str] = (0, 0, "")
    for mark in ("\t", ";", ",", "|"):
        counts = [line.count(mark) for line in lines[:200]]
        common = max(set(counts), key=counts.count, default=0)
        if common:
            best = max(best, (counts.count(common), mark in "\t;|", mark))
    return best[2]


def _count_rejects(gathered: Gathered) -> None:
    gathered.rejected_lines = int(gathered.ask("SELECT count(DISTINCT line) FROM reject_errors")[0][0])


def _drop_repeated_blanks(gathered: Gathered) -> None:
    """Give columns without a name one, and cut blanks around names."""
    for name, _kind in [(str(row[0]), row[1]) for row in gathered.ask("DESCRIBE data")]:
        clean = name.strip().strip("﻿").strip()
        if clean and clean != name:
            gathered.link.execute(f"ALTER TABLE data RENAME COLUMN {quoted(name)} TO {quoted(clean)}")


def _units(head: list[str]) -> dict[str, dict[str, str]]:
    """Return unit and label of channels that the comment lines of our own export name."""
    found = (_CHANNEL.match(line) for line in head)
    return {each["name"]: {"unit": each["unit"], "label": each["label"]} for each in found if each}


def facts_of(text: str) -> dict[str, dict[str, str]]:
    """Return unit and label by channel from the facts that our own Parquet files carry."""
    try:
        channels = json.loads(text)["channels"]
        return {each["name"]: {"unit": each["unit"], "label": each["label"].get("en", "")} for each in channels}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
