"""Gather a CSV or text table into DuckDB, laid out as found by looking."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

from center_app.core.errors import PersonError, declare
from center_app.telemetry.exchange.foreign.gathered import Gathered
from center_app.telemetry.exchange.foreign.layout import WHITESPACE, Layout, layout_of

NOT_A_TABLE = declare(
    "import.not_a_table",
    "{file} is not a table that can be read: {detail}.",
    "Save it as CSV with one header line and one row for each time, then import it again.",
)
NOT_TEXT = declare(
    "import.not_text",
    "{file} holds no text: it is a file of another kind.",
    "Export it from its program as CSV, Parquet or MCAP, then import that.",
)
_CHANNEL = re.compile(r"^# channel: (?P<name>[^;]+); unit: (?P<unit>[^;]*); (?P<label>.*)$")
_COPY_CHARS = 1 << 20


def gather_csv(gathered: Gathered, path: Path) -> None:
    """Read the file into the table `data`, every cell as text; bad lines are counted, never guessed at.

    Raises PersonError when no table can be found in it.
    """
    layout = layout_of(path)
    if layout is None:
        raise PersonError(NOT_TEXT, file=path.name)
    source = _copied(gathered.scratch, path, layout) if layout.needs_copy else path
    try:
        _read(gathered, source, layout)
    finally:
        if source is not path:
            source.unlink()
    _count_rejects(gathered)
    gathered.facts = {"units": _units(path, layout.encoding), "has_header": layout.has_header}
    gathered.add("data", path.stem)


def _read(gathered: Gathered, source: Path, layout: Layout) -> None:
    """Read in parallel; one after the other where a quoted line break forbids it."""
    import duckdb

    try:
        gathered.link.execute(_sql(source, layout, parallel=True))
    except duckdb.Error:
        gathered.link.execute("DROP TABLE IF EXISTS data")
        try:
            gathered.link.execute(_sql(source, layout, parallel=False))
        except duckdb.Error as error:
            raise PersonError(NOT_A_TABLE, file=source.name, detail=str(error).splitlines()[0][:200]) from error


def _sql(source: Path, layout: Layout, *, parallel: bool) -> str:
    separator = "\t" if layout.separator == WHITESPACE else layout.separator
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in layout.names)
    return (
        f"CREATE TABLE data AS SELECT * FROM read_csv({_text(str(source))}, columns={{{columns}}}, auto_detect=false, "
        f"header=false, skip={layout.skip}, delim={_text(separator)}, quote='\"', escape='\"', "
        f"comment='{layout.comment}', null_padding=true, strict_mode=false, store_rejects=true, "
        f"max_line_size=4194304, parallel={str(parallel).lower()})"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _copied(scratch: Path, path: Path, layout: Layout) -> Path:
    """Write the file once more as UTF-8 with plain line ends, columns parted by tabs where blanks did it."""
    target = scratch / path.name
    with path.open(encoding=layout.encoding, errors="replace") as source, target.open("w", encoding="utf-8") as copy:
        if layout.separator == WHITESPACE:
            copy.writelines("\t".join(line.split()) + "\n" for line in source)
        else:
            while piece := source.read(_COPY_CHARS):
                copy.write(piece)
    return target


def _count_rejects(gathered: Gathered) -> None:
    gathered.rejected_lines = int(gathered.ask("SELECT count(DISTINCT line) FROM reject_errors")[0][0])


def _units(path: Path, encoding: str) -> dict[str, dict[str, str]]:
    """Return unit and label of channels that the comment lines of our own export name."""
    with path.open(encoding=encoding, errors="replace") as file:
        found = [_CHANNEL.match(line) for line in itertools.takewhile(lambda line: line.startswith("#"), file)]
    return {each["name"]: {"unit": each["unit"], "label": each["label"].rstrip()} for each in found if each}


def facts_of(text: str) -> dict[str, dict[str, str]]:
    """Return unit and label by channel from the facts that our own Parquet files carry."""
    try:
        channels = json.loads(text)["channels"]
        return {each["name"]: {"unit": each["unit"], "label": each["label"].get("en", "")} for each in channels}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
