"""Small rows of a collector's own database: measured intervals, alarm states, a hash-chained log, port health.

The functions take any DB-API connection to SQLite that the caller owns (the store's writer thread writes, any
reader reads); they open no file and begin no transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from center_app.telemetry.values import AlarmView, LedgerEvent, PortHealth, PortState, RunInterval

SCHEMA: tuple[str, ...] = (
    """CREATE TABLE IF NOT EXISTS run_interval (
        key TEXT PRIMARY KEY, recording_id INTEGER NOT NULL, cell_id INTEGER NOT NULL, machine_id INTEGER,
        rule_id INTEGER NOT NULL, rule_version INTEGER NOT NULL, start_ns INTEGER NOT NULL,
        end_ns INTEGER NOT NULL, is_open INTEGER NOT NULL, body TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS run_interval_machine ON run_interval (machine_id, start_ns)",
    "CREATE INDEX IF NOT EXISTS run_interval_cell ON run_interval (cell_id, start_ns)",
    "CREATE INDEX IF NOT EXISTS run_interval_open ON run_interval (is_open) WHERE is_open = 1",
    """CREATE TABLE IF NOT EXISTS alarm_state (
        rule_id INTEGER PRIMARY KEY, cell_id INTEGER NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS ledger_event (
        number INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
        body TEXT NOT NULL, previous TEXT NOT NULL, digest TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS ledger_event_kind ON ledger_event (kind, t_ns)",
    "CREATE INDEX IF NOT EXISTS ledger_event_subject ON ledger_event (subject, number)",
    """CREATE TRIGGER IF NOT EXISTS ledger_event_update BEFORE UPDATE ON ledger_event
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS ledger_event_delete BEFORE DELETE ON ledger_event
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TABLE IF NOT EXISTS port_health (
        cell_id INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, body TEXT NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS store_health (name TEXT PRIMARY KEY, t_ns INTEGER NOT NULL, body TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS pin (
        recording_id INTEGER NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, why TEXT NOT NULL,
        PRIMARY KEY (recording_id, start_ns, end_ns, why))""",
)
GENESIS = "0" * 64


class Connection(Protocol):
    """Name the part of a DB-API connection that the ledger uses."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run one statement."""
        ...


@dataclass(frozen=True)
class ChainFault:
    """Say where the log's chain breaks first: the entry's number and what is wrong with it."""

    number: int
    what: str


def create(connection: Connection) -> None:
    """Create the tables where they are missing."""
    for statement in SCHEMA:
        connection.execute(statement)


def canonical(value: Mapping[str, Any]) -> str:
    """Write a mapping as canonical JSON: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def put_interval(connection: Connection, interval: RunInterval) -> None:
    """Store an interval under its key; an open one is replaced until it closes, then the log seals it."""
    body = canonical(asdict(interval))
    known = connection.execute("SELECT is_open FROM run_interval WHERE key = ?", (interval.key,)).fetchone()
    if known is not None and not known[0]:
        return
    connection.execute(
        "INSERT OR REPLACE INTO run_interval VALUES (?,?,?,?,?,?,?,?,?,?)",
        (interval.key, interval.recording_id, interval.cell_id, interval.machine_id, interval.rule_id,
         interval.rule_version, interval.start_ns, interval.end_ns, int(interval.is_open), body),
    )  # fmt: skip
    if not interval.is_open:
        put_event(connection, interval.end_ns, "interval", interval.key, asdict(interval))


def drop_interval(connection: Connection, key: str) -> None:
    """Forget an interval that is still open (its run turned out to be shorter than the hold time)."""
    connection.execute("DELETE FROM run_interval WHERE key = ? AND is_open = 1", (key,))


def put_alarm_state(connection: Connection, alarm: AlarmView) -> None:
    """Replace the stored state of one alarm."""
    connection.execute(
        "INSERT OR REPLACE INTO alarm_state VALUES (?,?,?,?)",
        (alarm.rule_id, alarm.cell_id, alarm.state, canonical(asdict(alarm))),
    )


def put_event(connection: Connection, t_ns: int, kind: str, subject: str, details: Mapping[str, Any]) -> str:
    """Append one entry to the log, chained to the one before; return its digest (SHA-256, hex)."""
    last = connection.execute("SELECT number, digest FROM ledger_event ORDER BY number DESC LIMIT 1").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    body = canonical(details)
    digest = event_digest(number, t_ns, kind, subject, body, previous)
    connection.execute(
        "INSERT INTO ledger_event VALUES (?,?,?,?,?,?,?)", (number, t_ns, kind, subject, body, previous, digest)
    )
    return digest


def event_digest(number: int, t_ns: int, kind: str, subject: str, body: str, previous: str) -> str:
    """Return the SHA-256 of one entry and its predecessor's digest."""
    text = "\x1f".join((str(number), str(t_ns), kind, subject, body, previous))
    return hashlib.sha256(text.encode()).hexdigest()


def put_health(connection: Connection, health: PortHealth) -> None:
    """Replace the stored health of one port."""
    connection.execute(
        "INSERT OR REPLACE INTO port_health VALUES (?,?,?)", (health.cell_id, health.t_ns, canonical(asdict(health)))
    )


def put_store_health(connection: Connection, name: str, t_ns: int, body: Mapping[str, Any]) -> None:
    """Replace what one part of the store (replication, retention) says of itself."""
    connection.execute("INSERT OR REPLACE INTO store_health VALUES (?,?,?)", (name, t_ns, canonical(body)))


def store_health(connection: Connection) -> dict[str, dict[str, Any]]:
    """Return what the parts of the store said last, by name."""
    rows = connection.execute("SELECT name, t_ns, body FROM store_health")
    return {name: {**json.loads(body), "t_ns": t_ns} for name, t_ns, body in rows}


def put_pin(connection: Connection, recording_id: int, start_ns: int, end_ns: int, why: str) -> None:
    """Pin the raw bytes of a time range against retention."""
    connection.execute("INSERT OR IGNORE INTO pin VALUES (?,?,?,?)", (recording_id, start_ns, end_ns, why))


def interval_from(body: str) -> RunInterval:
    """Read an interval back from its stored JSON."""
    fields = json.loads(body)
    for name in ("start_bytes", "end_bytes"):
        fields[name] = tuple(fields[name])
    return RunInterval(**fields)


def intervals(
    connection: Connection, start_ns: int, end_ns: int, machine_id: int | None = None, cell_id: int | None = None
) -> list[RunInterval]:
    """Return the intervals that touch [start_ns, end_ns), oldest first."""
    column, wanted = ("machine_id", machine_id) if machine_id is not None else ("cell_id", cell_id)
    where = "" if wanted is None else f" AND {column} = ?"
    arguments = (end_ns, start_ns) if wanted is None else (end_ns, start_ns, wanted)
    rows = connection.execute(
        "SELECT body FROM run_interval WHERE start_ns < ? AND end_ns > ?" + where + " ORDER BY start_ns", arguments
    )
    return [interval_from(row[0]) for row in rows]


def interval(connection: Connection, key: str) -> RunInterval | None:
    """Return one interval by its key."""
    row = connection.execute("SELECT body FROM run_interval WHERE key = ?", (key,)).fetchone()
    return interval_from(row[0]) if row else None


def open_intervals(connection: Connection) -> list[RunInterval]:
    """Return the intervals that were still open when their row was written last."""
    return [interval_from(row[0]) for row in connection.execute("SELECT body FROM run_interval WHERE is_open = 1")]


def alarm_states(connection: Connection) -> list[AlarmView]:
    """Return every alarm's stored state."""
    rows = connection.execute("SELECT body FROM alarm_state ORDER BY rule_id")
    return [AlarmView(**json.loads(row[0])) for row in rows]


def health(connection: Connection) -> list[PortHealth]:
    """Return the last health of every port."""
    rows = connection.execute("SELECT body FROM port_health ORDER BY cell_id")
    return [_health_from(json.loads(row[0])) for row in rows]


def _health_from(fields: dict[str, Any]) -> PortHealth:
    return PortHealth(**{**fields, "state": PortState(fields["state"])})


def events(
    connection: Connection, collector: str, kind: str | None = None, since_ns: int = 0, subject: str | None = None,
    limit: int = 1000,
) -> list[LedgerEvent]:  # fmt: skip
    """Return log entries since a time, newest first, at most `limit`."""
    where, arguments = "t_ns >= ?", [since_ns]
    wanted: list[Any] = [*arguments]
    for column, value in (("kind", kind), ("subject", subject)):
        if value is not None:
            where += f" AND {column} = ?"
            wanted.append(value)
    rows = connection.execute(
        "SELECT number, t_ns, kind, subject, body, digest FROM ledger_event WHERE " + where
        + " ORDER BY number DESC LIMIT ?",
        (*wanted, limit),
    )  # fmt: skip
    return [LedgerEvent(collector, row[0], row[1], row[2], row[3], json.loads(row[4]), row[5]) for row in rows]


def head(connection: Connection) -> tuple[int, str]:
    """Return the number and digest of the newest entry, (0, zeros) for an empty log."""
    row = connection.execute("SELECT number, digest FROM ledger_event ORDER BY number DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def verify(connection: Connection, anchors: Mapping[int, str] | None = None) -> ChainFault | None:
    """Recompute the whole chain; return the first entry that does not fit, None when all do.

    `anchors`: digests by number as the centre's audit trail keeps them; they reveal a log chained anew or cut off.
    """
    previous, expected = GENESIS, 1
    for number, t_ns, kind, subject, body, before, digest in _chain(connection):
        if number != expected:
            return ChainFault(expected, "missing")
        if before != previous or digest != event_digest(number, t_ns, kind, subject, body, before):
            return ChainFault(number, "changed")
        if anchors and anchors.get(number, digest) != digest:
            return ChainFault(number, "chained anew")
        previous, expected = digest, expected + 1
    last = max(anchors, default=0) if anchors else 0
    return ChainFault(expected, "the end is missing") if last >= expected else None


def _chain(connection: Connection) -> Iterator[Sequence[Any]]:
    rows = connection.execute(
        "SELECT number, t_ns, kind, subject, body, previous, digest FROM ledger_event ORDER BY number"
    )
    yield from rows
