"""The one door to databases: SQLite files and PostgreSQL."""

from center_app.core.db.columns import JsonColumn, LabelColumn, Row, UtcDateTime, ddl
from center_app.core.db.database import Database
from center_app.core.db.sqlite import (
    SQLITE_VERSION,
    Connection,
    SqliteError,
    is_safe_with_many_processes,
    open_sqlite,
)
from center_app.core.db.work import Read, Work

__all__ = [
    "SQLITE_VERSION",
    "Connection",
    "Database",
    "JsonColumn",
    "LabelColumn",
    "Read",
    "Row",
    "SqliteError",
    "UtcDateTime",
    "Work",
    "ddl",
    "is_safe_with_many_processes",
    "open_sqlite",
]
