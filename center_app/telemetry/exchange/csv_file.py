"""Write a recording as CSV: units, UTC time base, gaps, quality, profile version, byte account.

Comment lines begin with `#`. Text that a spreadsheet would run as a formula gets a leading apostrophe;
numbers never do.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from center_app.telemetry.exchange.table import Table, quality_texts
from center_app.telemetry.exchange.values import Batch, Progress
from center_app.telemetry.store.values import ChannelView

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(table: Table, part: Path, progress: Progress) -> int | None:
    """Write the table to `part`; return the number of rows, None when cancelled."""
    separator = table.options.separator
    rows = 0
    with part.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in _header(table))
        writer = csv.writer(file, delimiter=separator, lineterminator="\n")
        writer.writerow(["time_utc", "t_ns", "stream", *map(safe_cell, table.names()), "quality"])
        for batches in table.batches(progress):
            rows += sum(batch.rows for batch in batches)
            file.write(_text(table, batches))
        file.writelines(f"# {line}\n" for line in _footer(table, rows))
    return None if table.is_cancelled else rows


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet runs as a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


# -- header and footer --------------------------------------------------------------------------------


def _header(table: Table) -> Iterator[str]:
    facts = table.facts()
    yield f"recording: {facts['recording']}; cell: {facts['cell']}; collector: {_plain(facts['collector'])}"
    yield f"profile: {_plain(facts['profile'])} version {facts['profile_version']}; port: {_plain(facts['port'])}"
    yield f"line: {_json(facts['line'])}; settings: {_json(facts['settings'])}"
    yield "time base: UTC of the recording's own clock, advancing by boot time; t_ns in ns since 1970-01-01"
    for t_ns, wall_ns, reason in facts["anchors"]:
        yield f"anchor: {utc_text(t_ns)} wall clock {utc_text(wall_ns)} {_plain(reason)}"
    for gap in facts["gaps"]:
        lost = "unknown" if gap["bytes_lost"] is None else str(gap["bytes_lost"])
        span = f"{utc_text(gap['start_ns'])} to {utc_text(gap['end_ns'])}"
        yield f"gap: {span} {_plain(gap['reason'])}; bytes lost: {lost}"
    for channel in facts["channels"]:
        label = channel["label"].get(table.options.language) or channel["label"].get("en", "")
        yield f"channel: {_plain(channel['name'])}; unit: {_plain(channel['unit'])}; {_plain(label)}"


def _footer(table: Table, rows: int) -> Iterator[str]:
    account = table.facts()["byte_account"]
    reasons = account["discarded"]
    discarded = ", ".join(f"{_plain(reason)} {count}" for reason, count in sorted(reasons.items())) or "none"
    yield f"rows: {rows}"
    yield (
        f"bytes in: {account['bytes_in']} = good {account['bytes_good']} + discarded {sum(reasons.values())}"
        f" ({discarded}) + pending {account['pending']}"
    )
    yield f"bytes stored: {account['stored']}; lost: {account['lost']}; samples lost: {account['samples_lost']}"
    yield f"balanced: {'yes' if account['balanced'] else 'no'}"


# -- rows ---------------------------------------------------------------------------------------------


def _text(table: Table, batches: list[Batch]) -> str:
    """Return the lines of one slice, the streams mixed in the order of time."""
    lines = [line for batch in batches for line in _lines(table, batch)]
    if len({batch.stream.key for batch in batches}) > 1:
        lines.sort(key=lambda line: line[0])
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=table.options.separator, lineterminator="\n").writerows(cells for _, cells in lines)
    return text.getvalue()


def _lines(table: Table, batch: Batch) -> Iterator[tuple[int, list[str]]]:
    place = table.channels.index(batch.stream.channels[0])
    before, after = [""] * place, [""] * (len(table.channels) - place - len(batch.stream.channels))
    columns = [
        _texts(view, values, table.options.decimal)
        for view, values in zip(batch.stream.channels, batch.values, strict=True)
    ]
    marks = quality_texts(batch)
    stream = safe_cell(batch.stream.key)
    for row, (t_ns, cells) in enumerate(zip(batch.t_ns.tolist(), zip(*columns, strict=True), strict=True)):
        yield t_ns, [utc_text(t_ns), str(t_ns), stream, *before, *cells, *after, marks[row]]


def _texts(view: ChannelView, values: Any, decimal: str) -> list[str]:
    """Write numbers shortest and exact; a sample that was not measured is an empty cell."""
    is_whole = np.dtype(view.dtype).kind in "iub" and view.scale == 1.0 and view.offset == 0.0
    digits = _digits(view)
    write: Callable[[Any], str] = (lambda value: str(int(value))) if is_whole else (lambda value: f"{value:.{digits}g}")
    texts = [write(value) if value == value else "" for value in values.tolist()]
    return texts if decimal == "." else [text.replace(".", decimal) for text in texts]


def _digits(view: ChannelView) -> int:
    """Return the significant digits that tell any two stored numbers apart."""
    kind = np.dtype(view.dtype)
    if kind == np.float32:
        return 9
    return 17 if kind.itemsize == 8 and kind.kind != "f" else 15 if kind.kind != "f" else 16


def _json(fields: Mapping[str, object]) -> str:
    return _plain(json.dumps(dict(fields), ensure_ascii=False, default=str))


def _plain(text: object) -> str:
    """Keep text on one line of the header."""
    return " ".join(str(text).split())


def utc_text(t_ns: int) -> str:
    """Write a time as ISO 8601 UTC with nanoseconds."""
    seconds, rest = divmod(t_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
