"""Ask the server about one collector as the store's queries ask a SQLite file.

The schema `replica` holds a view for each table of `tables.py`. The few small tables that stand in the notes are
spelled as common table expressions in front of the queries that name them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from center_app.core.db.database import UNREACHABLE
from center_app.core.errors import SurroundingsError
from center_app.telemetry.opening import Backend

AGAIN: Final = "#"
"""Parts a collector's name from that of a version folder, under which a version decoded again is replicated."""


class ServerLink:
    """Answer the store's queries from the server's views of one collector, like a SQLite connection."""

    def __init__(self, database: Backend, collector: str) -> None:
        with _answering():
            self._link = database.engine.raw_connection()
            self._driver = as_any(self._link.driver_connection)
            self._driver.rollback()
            self._driver.autocommit = True
            cursor = self._driver.cursor()
            cursor.execute("SELECT set_config('center.collector', %s, false)", (collector,))
            cursor.execute("SET search_path = replica, public")
        self.in_transaction = False

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> _Answer:
        """Run one query; SurroundingsError when the server does not answer."""
        with _answering():
            cursor = self._driver.cursor()
            cursor.execute(_translated(sql), tuple(arguments) or None)
            rows = cursor.fetchall() if cursor.description else []
        self.in_transaction = sql.startswith("BEGIN") or (self.in_transaction and sql != "COMMIT")
        return _Answer(rows)

    def close(self) -> None:
        """Give the connection up; its settings go with it."""
        try:
            self._link.invalidate()
        except SQLAlchemyError:
            self._driver = None


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what the driver raises into "the server does not answer"."""
    try:
        yield
    except Exception as error:
        is_driver = type(error).__module__.partition(".")[0] == "psycopg"
        if not is_driver and not isinstance(error, SQLAlchemyError):
            raise
        raise SurroundingsError(UNREACHABLE, detail=(str(error) or "?").splitlines()[0][:120]) from error


def as_any(value: object) -> Any:
    """Return a driver's object, whose types are its own."""
    return value


class _Answer:
    """Hold a query's rows as a cursor does."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows
        self._place = 0

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        rows, self._place = self._rows[self._place :], len(self._rows)
        return rows

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        if self._place >= len(self._rows):
            return None
        self._place += 1
        return self._rows[self._place - 1]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())


_MINE = "collector = current_setting('center.collector')"


def _noted(kind: str, *columns: str) -> str:
    return f"SELECT {', '.join(columns)} FROM public.replica_note WHERE kind = '{kind}' AND {_MINE}"


def _field(name: str, kind: str = "text") -> str:
    return f"CAST(CAST(body AS json) ->> '{name}' AS {kind}) AS {name}"


_NOTED: Final = {
    "ledger_event": _noted(
        "event", "CAST(key AS bigint) AS number", "t_ns", _field("kind"), _field("subject"), _field("body"),
        _field("previous"), _field("digest"),
    ),
    "store_health": _noted("store", "key AS name", "t_ns", "body"),
    "pin": _noted("pin", *(_field(name, "bigint") for name in ("recording_id", "start_ns", "end_ns")), _field("why")),
    "head": _noted(
        "head", _field("recording_id", "bigint"), _field("kind"), _field("name"), _field("ordinal", "bigint"),
        "decode(CAST(body AS json) ->> 'digest', 'hex') AS digest",
    ),
    "day": "SELECT '' AS name, 0 AS deleted WHERE false",
}  # fmt: skip
_NAMED: Final = re.compile(r"\b(?:FROM|JOIN) (" + "|".join(_NOTED) + r")\b")


def _translated(sql: str) -> str:
    if sql == "BEGIN":
        return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    named = sorted(set(_NAMED.findall(sql)))
    noted = f"WITH {', '.join(f'{name} AS ({_NOTED[name]})' for name in named)} " if named else ""
    return noted + sql.replace("?", "%s")
