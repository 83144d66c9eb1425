"""The rule by which recordings go, and what it would take now: pure values and a look at the files.

Raw bytes are kept for a number of days, samples (chunks and the x16 pyramid) for a number of months, the coarser
pyramid for ever. A day counts as a whole UTC day. What a report pinned is always kept.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from center_app.core.db import Connection, SqliteError, open_sqlite
from center_app.telemetry.store.errors import damaged
from center_app.telemetry.store.files import LEDGER_NAME, PINNED_NAME, TELEMETRY, day_of

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class KeepRule:
    """Say how long raw bytes (whole days) and samples (months) are kept; None keeps them for ever."""

    raw_days: int | None = None
    chunk_months: int | None = None


@dataclass(frozen=True)
class KeepPolicy:
    """Hold the centre's rule and those of single cells."""

    default: KeepRule = KeepRule()
    cells: Mapping[int, KeepRule] = field(default_factory=dict)

    def of(self, cell_id: int) -> KeepRule:
        """Return the rule of a cell."""
        return self.cells.get(cell_id, self.default)

    @property
    def keeps_all(self) -> bool:
        """Tell whether nothing ever goes."""
        return all(rule == KeepRule() for rule in (self.default, *self.cells.values()))


@dataclass(frozen=True)
class FilePlan:
    """Say what becomes of one sealed day file.

    `frees_bytes` is about what deleting it frees, after what is kept was copied. `raw`, `chunks`: recordings whose
    raw bytes or samples stay. `due_on` is the first day on which something of it goes; None: never.
    """

    collector: str
    name: str
    day: int
    size_bytes: int
    frees_bytes: int
    raw: frozenset[int]
    chunks: frozenset[int]
    pins: int
    is_due: bool
    due_on: date | None
    keeps_something: bool = True


@dataclass(frozen=True)
class _Content:
    """What one day file holds: raw bytes and sample rows by recording."""

    raw: Mapping[int, int]
    rows: Mapping[int, int]
    pinned_raw: int
    pinned_rows: int


def today(now_ns: int) -> date:
    """Return the UTC date of a time."""
    return datetime.fromtimestamp(now_ns // 1_000_000_000, tz=UTC).date()


def months_before(day: date, months: int) -> date:
    """Return the date some months earlier, held inside its month."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def raw_goes_on(day: int, rule: KeepRule) -> date | None:
    """Return the first date on which raw bytes of a day go."""
    return None if rule.raw_days is None else _EPOCH + timedelta(days=day + rule.raw_days + 1)


def chunks_go_on(day: int, rule: KeepRule) -> date | None:
    """Return the first date on which samples of a day go."""
    if rule.chunk_months is None:
        return None
    kept = _EPOCH + timedelta(days=day)
    return months_before(kept, -rule.chunk_months) + timedelta(days=1)


def pins(ledger: Connection) -> list[Any]:
    """Return the pinned spans (recording, start ns, end ns), none twice."""
    if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'pin'").fetchone():
        return []
    return ledger.execute("SELECT DISTINCT recording_id, start_ns, end_ns FROM pin").fetchall()


def preview(folder: Path, policy: KeepPolicy, now_ns: int) -> list[FilePlan]:
    """Say what the rule would do now to every collector's sealed files, oldest first; changes nothing."""
    places = sorted((folder / TELEMETRY).glob(f"*/{LEDGER_NAME}"))
    found = [plan for place in places for plan in plans(place.parent, place.parent.name, policy, now_ns)]
    return sorted(found, key=lambda plan: (plan.day, plan.collector, plan.name))


def plans(folder: Path, collector: str, policy: KeepPolicy, now_ns: int) -> list[FilePlan]:
    """Return the plan for each sealed day file in one folder."""
    ledger = open_sqlite(folder / LEDGER_NAME, read_only=True)
    try:
        cells = dict(ledger.execute("SELECT id, cell_id FROM recording").fetchall())
        spans = pins(ledger)
        days = ledger.execute(
            "SELECT name, day FROM day WHERE sealed = 1 AND deleted = 0 AND name <> ? ORDER BY day, rowid",
            (PINNED_NAME,),
        ).fetchall()
    finally:
        ledger.close()
    limit = day_of(now_ns)
    return [
        _plan(folder, collector, (name, day), cells, spans, policy, now_ns)
        for name, day in days
        if day < limit and (folder / name).exists()
    ]


def _plan(
    folder: Path, collector: str, which: tuple[str, int], cells: Mapping[int, int], spans: Sequence[Any],
    policy: KeepPolicy, now_ns: int,
) -> FilePlan:  # fmt: skip
    name, day = which
    content, touched = _content(folder / name, spans)
    date_now = today(now_ns)
    raw_goes = {number: raw_goes_on(day, policy.of(cells.get(number, 0))) for number in content.raw}
    rows_go = {number: chunks_go_on(day, policy.of(cells.get(number, 0))) for number in content.rows}
    raw = frozenset(number for number, goes in raw_goes.items() if goes is None or goes > date_now)
    rows = frozenset(number for number, goes in rows_go.items() if goes is None or goes > date_now)
    size = (folder / name).stat().st_size
    kept_raw = sum(content.raw[number] for number in raw) or 0
    gone_raw = sum(content.raw.values()) - kept_raw
    gone_rows = sum(content.rows.values()) - sum(content.rows[number] for number in rows)
    gone_raw, gone_rows = max(0, gone_raw - content.pinned_raw), max(0, gone_rows - content.pinned_rows)
    later = [goes for goes in (*raw_goes.values(), *rows_go.values()) if goes is not None]
    return FilePlan(
        collector, name, day, size, _frees(size, content, gone_raw, gone_rows), raw, rows, touched,
        bool(gone_raw or gone_rows), min(later, default=None), bool(raw or rows or touched),
    )  # fmt: skip


def _frees(size: int, content: _Content, gone_raw: int, gone_rows: int) -> int:
    """Estimate freed bytes: raw bytes count as they are, samples share the rest of the file by rows."""
    samples = max(0, size - sum(content.raw.values()))
    share = gone_rows / max(1, sum(content.rows.values()))
    return min(size, gone_raw + round(samples * share))


def _content(path: Path, spans: Sequence[Any]) -> tuple[_Content, int]:
    file = open_sqlite(path, read_only=True, immutable=True)
    try:
        raw = file.execute("SELECT recording_id, sum(length(data)) FROM raw_segment GROUP BY recording_id").fetchall()
        rows = file.execute("SELECT recording_id, sum(rows) FROM chunk GROUP BY recording_id").fetchall()
        raw_in: dict[int, int] = {}
        rows_in: dict[int, int] = {}
        touched = 0
        for span in spans:
            where = (span[0], span[2], span[1])
            mine = file.execute(f"SELECT id, length(data) FROM raw_segment WHERE {PINNED}", where).fetchall()
            chunk = file.execute(f"SELECT id, rows FROM chunk WHERE {PINNED}", where).fetchall()
            raw_in.update(mine)
            rows_in.update(chunk)
            touched += bool(mine or chunk)
    except SqliteError as error:
        raise damaged(path.name, str(error)) from error
    finally:
        file.close()
    return _Content(dict(raw), dict(rows), sum(raw_in.values()), sum(rows_in.values())), touched


PINNED = "recording_id = ? AND t_first <= ? AND t_last >= ?"
"""Finds what a pinned span (recording, end, start) touches."""
