"""Carry a collector's small rows to the server as notes: intervals, alarms, health, log, pins, ends of chains.

Rows that only ever come new (closed intervals, log) go by marks; the few that are replaced go when they differ from
what went last.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from center_app.core.db import Connection
from center_app.telemetry.replica.parcel import Parcel

MANY: Final = 2000
_REPLACED: Final = (
    ("alarm", "alarm_state", "SELECT rule_id, body FROM alarm_state"),
    ("health", "port_health", "SELECT cell_id, body FROM port_health"),
    ("store", "store_health", "SELECT name, body, t_ns FROM store_health"),
    ("gone", "day", "SELECT name, '' FROM day WHERE deleted = 1"),
)


class Notes:
    """Remember what went as a note; owned by the replicating thread."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, Any], Any] = {}

    def forget(self) -> None:
        """Compare everything with the server anew."""
        self._sent.clear()

    def add(self, ledger: Connection, marks: Mapping[str, int], parcel: Parcel) -> bool:
        """Add what is new or differs; tell whether a limit left some for the next time."""
        known = {row[0] for row in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()}
        for kind, table, sql in _REPLACED:
            if table in known:
                self._changed(ledger, kind, sql, parcel)
        if "run_interval" not in known:
            return False
        self._pins(ledger, parcel)
        counts = (_intervals(ledger, marks, parcel), _events(ledger, marks, parcel))
        return MANY in counts

    def add_heads(self, ledger: Connection, parcel: Parcel) -> None:
        """Add the noted ends of chains; the rows they speak of must be on the server."""
        for recording_id, kind, name, ordinal, digest in ledger.execute("SELECT * FROM head").fetchall():
            body = {"recording_id": recording_id, "kind": kind, "name": name, "ordinal": ordinal}
            self._add("head", f"{recording_id}:{kind}:{name}", 0, json.dumps({**body, "digest": digest.hex()}), parcel)

    def _changed(self, ledger: Connection, kind: str, sql: str, parcel: Parcel) -> None:
        for row in ledger.execute(sql).fetchall():
            self._add(kind, str(row[0]), row[2] if len(row) > 2 else 0, row[1], parcel)

    def _pins(self, ledger: Connection, parcel: Parcel) -> None:
        for recording_id, start_ns, end_ns, why in ledger.execute("SELECT * FROM pin").fetchall():
            body = {"recording_id": recording_id, "start_ns": start_ns, "end_ns": end_ns, "why": why}
            self._add("pin", f"{recording_id}:{start_ns}:{end_ns}:{why}", start_ns, json.dumps(body), parcel)

    def _add(self, kind: str, key: str, t_ns: int, body: str, parcel: Parcel) -> None:
        if self._sent.get((kind, key)) != (t_ns, body):
            self._sent[kind, key] = (t_ns, body)
            parcel.add("note", kind, key, t_ns, body)


def _intervals(ledger: Connection, marks: Mapping[str, int], parcel: Parcel) -> int:
    sql = f"SELECT rowid, key, end_ns, body FROM run_interval WHERE rowid > ? ORDER BY rowid LIMIT {MANY}"
    rows = ledger.execute(sql, (marks.get("interval", 0),)).fetchall()
    for number, key, end_ns, body in rows:
        parcel.add("note", "interval", key, end_ns, body)
        parcel.marks["interval"] = number
    return len(rows)


def _events(ledger: Connection, marks: Mapping[str, int], parcel: Parcel) -> int:
    """Add the entries of the log, each with its link in the chain, so that a reader elsewhere can recompute it."""
    sql = (
        "SELECT number, t_ns, kind, subject, body, previous, digest FROM ledger_event WHERE number > ?"
        f" ORDER BY number LIMIT {MANY}"
    )
    rows = ledger.execute(sql, (marks.get("event", 0),)).fetchall()
    for number, t_ns, *entry in rows:
        body = dict(zip(("kind", "subject", "body", "previous", "digest"), entry, strict=True))
        parcel.add("note", "event", f"{number:012d}", t_ns, json.dumps(body, ensure_ascii=False))
        parcel.marks["event"] = number
    return len(rows)
